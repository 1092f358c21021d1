#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "librunner/seccomp-profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	SeccompProfile p = { 0 };

	memcpy(text, data, size);
	text[size] = '\0';
	if (seccomp_profile_parse(text, &p, NULL) >= 0)
		for (size_t i = 0; i < p.n_rules; i++)
			(void)seccomp_rule_applies(&p.rules[i], UINT64_MAX, "amd64", "6.1.0");
	seccomp_profile_clear(&p);
	free(text);
	return 0;
}
