#include "librunner/own-files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/nspawn.h"
#include "librunner/overlay.h"
#include "librunner/rootfs.h"

/* None of our files is longer. */
#define MAX_TEXT 256

/* Mount points of ours and of systemd-nspawn, and directories that it insists on. */
static const char *const directories[] = { "/dev",  "/etc",	"/proc", "/root", "/run",
					   "/sys",  "/tmp",	"/usr",	 "/var",  "/usr/lib",
					   "/home", "/var/log", NULL };

static bool in_list(const char *const *list, const char *path)
{
	for (; *list; list++)
		if (streq(*list, path))
			return true;
	return false;
}

/* Whether a regular file holds exactly this. */
static bool holds_text(int dirfd, const char *name, const char *want)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_fd int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	cleanup_free char *path = NULL;

	if (fd < 0)
		return false;
	path = xasprintf("/proc/self/fd/%d", fd);
	return fs_read_file(AT_FDCWD, path, MAX_TEXT, &text) >= 0 && text.data &&
	       streq(text.data, want);
}

static bool holds_line(int dirfd, const char *name, const char *line)
{
	cleanup_free char *want = xasprintf("%s\n", line);

	return holds_text(dirfd, name, want);
}

static bool is_machine_id(const Container *c, int dirfd, const char *name)
{
	cleanup_free char *uuid = nspawn_uuid(c->id);

	return holds_line(dirfd, name, uuid);
}

/* Docker has this link too, in a layer of its own below the container's. */
static bool is_mtab(int dirfd, const char *name)
{
	static const char *const targets[] = { "/proc/mounts", "../proc/mounts",
					       "../proc/self/mounts", "/proc/self/mounts", NULL };
	char target[32];
	ssize_t n = readlinkat(dirfd, name, target, sizeof(target) - 1);

	if (n < 0)
		return false;
	target[n] = '\0';
	return in_list(targets, target);
}

bool own_file(const Container *c, const char *path, int dirfd, const char *name,
	      const struct stat *st)
{
	static const char *const bound[] = { "/etc/hosts", "/etc/resolv.conf", NULL };
	static const char *const ids[] = { "/etc/machine-id", "/var/lib/dbus/machine-id", NULL };

	if (S_ISLNK(st->st_mode) && streq(path, "/etc/mtab"))
		return is_mtab(dirfd, name);
	if (!S_ISREG(st->st_mode))
		return false;
	if (in_list(bound, path))
		return st->st_size == 0;
	if (streq(path, "/etc/hostname"))
		return c->racker.boot
			       ? c->config.hostname && holds_line(dirfd, name, c->config.hostname)
			       : st->st_size == 0;
	if (streq(path, "/usr/lib/os-release"))
		return holds_text(dirfd, name, rootfs_os_release);
	return in_list(ids, path) && is_machine_id(c, dirfd, name);
}

bool own_directory(const char *path)
{
	return in_list(directories, path);
}

/* ---- lists ---- */

static int open_below(int dirfd, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_NOFOLLOW | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(__NR_openat2, dirfd, path + 1, &how, sizeof(how));
}

static bool is_own_file(const Container *c, int upper, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	cleanup_free char *dir = xstrndup(path, (size_t)(name - path - 1));
	cleanup_fd int fd = open_below(upper, dir, O_PATH | O_DIRECTORY);
	struct stat st;

	return fd >= 0 && fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       own_file(c, path, fd, name, &st);
}

static bool holds_own_only(int upper, int lower, const char *path, char *const *own)
{
	cleanup_fd int fd = open_below(upper, path, O_RDONLY | O_DIRECTORY);
	cleanup_fd int below = open_below(lower, path, O_PATH);
	cleanup_strv char **names = NULL;

	if (fd < 0 || below >= 0 || fs_names(fd, &names) < 0)
		return false;
	STRV_FOREACH(name, names) {
		cleanup_free char *entry = xasprintf("%s/%s", path, *name);

		if (!strv_contains(own, entry))
			return false;
	}
	return true;
}

char **own_paths(const Container *c, int upper, int lower)
{
	static const char *const files[] = { "/etc/hosts",	    "/etc/resolv.conf",
					     "/etc/hostname",	    "/etc/machine-id",
					     "/etc/mtab",	    "/var/lib/dbus/machine-id",
					     "/usr/lib/os-release", NULL };
	char **own = xnew0(char *, 1);
	size_t n = 0;

	for (const char *const *f = files; *f; f++)
		if (is_own_file(c, upper, *f))
			strv_add(&own, *f);
	while (directories[n])
		n++;
	/* Those that are in others come last in the list. */
	while (n-- > 0)
		if (holds_own_only(upper, lower, directories[n], own))
			strv_add(&own, directories[n]);
	return own;
}
