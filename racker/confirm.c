#include "racker/confirm.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ANSWER_MAX 64

bool confirm(const char *warning)
{
	char answer[ANSWER_MAX];

	printf("WARNING! %s\nAre you sure you want to continue? [y/N] ", warning);
	(void)fflush(stdout);
	if (!fgets(answer, sizeof(answer), stdin))
		return false;
	answer[strcspn(answer, "\r\n")] = '\0';
	return strcasecmp(answer, "y") == 0;
}
