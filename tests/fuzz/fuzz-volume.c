/* `-v SOURCE:TARGET[:MODE]`. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/mount-plan.h"
#include "librunner/options/volumes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = xstrndup((const char *)data, size), *resolved = NULL;
	char *binds[] = { text, NULL };
	HostConfig host = { .binds = binds };
	cleanup_mount_plan MountPlan plan = { 0 };

	(void)volume_resolve(text, "/base", &resolved, NULL);
	if (mount_plan_make(&host, NULL, &plan, NULL) < 0)
		return 0;
	/* What passes is absolute or a name, and not the root. */
	if (plan.n != 1 || plan.list[0].target[0] != '/' || !plan.list[0].target[1] ||
	    (plan.list[0].kind == PLANNED_BIND) != (plan.list[0].source[0] == '/'))
		abort();
	return 0;
}
