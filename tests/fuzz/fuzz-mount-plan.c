/* The first line is a bind, the second a tmpfs, the rest a mountinfo file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "librunner/host-mounts.h"
#include "librunner/mount-plan.h"
#include "librunner/resolv-conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *second, *rest, *point = NULL;
	char *binds[] = { text, NULL }, *tmpfs[] = { NULL, NULL };
	HostConfig host = { .binds = binds, .tmpfs = tmpfs };
	Strbuf b = STRBUF_INIT;
	MountPlan plan = { 0 };
	bool shared, slave;

	memcpy(text, data, size);
	text[size] = '\0';
	second = strchrnul(text, '\n');
	rest = *second ? strchrnul(second + 1, '\n') : second;
	if (*rest)
		*rest++ = '\0';
	if (*second)
		*second++ = '\0';
	tmpfs[0] = *second ? second : NULL;
	if (mount_plan_make(&host, NULL, &plan, NULL) >= 0)
		for (size_t i = 0; i < plan.n; i++)
			if (plan.list[i].target[0] != '/')
				abort();
	mount_plan_clear(&plan);
	(void)mountinfo_find(rest, "/a", &point, &shared, &slave);
	resolv_conf_write(&b, rest, "/etc/resolv.conf", NULL, NULL, NULL);
	strbuf_clear(&b);
	free(point);
	free(text);
	return 0;
}
