#include "librunner/inotify-limit.h"

#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

int main(void)
{
	cleanup_free char *none = inotify_limit_hint("Failed to mount /proc: Permission denied\n");
	cleanup_free char *hint =
		inotify_limit_hint("Failed to allocate manager object: Too many open files\n");

	check_str(none, "");
	check(strstr(hint, "fs.inotify.max_user_instances (now ") != NULL);
	check(strstr(hint, "unknown") == NULL);
	return tap_done();
}
