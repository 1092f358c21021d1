#include "librunner/inotify-limit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

#define LIMIT_FILE "/proc/sys/fs/inotify/max_user_instances"
/* Before its first unit. */
#define NEEDED 6

static char *limit_text(void)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	if (fs_read_file(AT_FDCWD, LIMIT_FILE, 64, &b) < 0)
		return xstrdup("unknown");
	return xstrndup(b.data, strcspn(b.data, "\n"));
}

int inotify_limit_check(Error **err)
{
	int fds[NEEDED], n = 0, r = 0;

	while (n < NEEDED && r == 0) {
		fds[n] = inotify_init1(IN_CLOEXEC);
		if (fds[n] < 0)
			r = -errno;
		else
			n++;
	}
	while (n > 0)
		(void)fd_close(fds[--n]);
	if (r == -EMFILE) {
		cleanup_free char *limit = limit_text();

		return error_set(err, EMFILE,
				 "too few inotify instances are left for another booted container: "
				 "raise fs.inotify.max_user_instances (now %s)",
				 limit);
	}
	return 0;
}

char *inotify_limit_hint(const char *words)
{
	cleanup_free char *limit = NULL;

	if (!strstr(words, "Too many open files") && !strstr(words, "inotify"))
		return xstrdup("");
	limit = limit_text();
	return xasprintf("; perhaps fs.inotify.max_user_instances (now %s) is too small", limit);
}
