#include "librunner/neutral.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "tests/tap.h"

static void put(int dir, const char *path, const char *text)
{
	cleanup_free char *parent = xstrdup(path);

	*strrchr(parent, '/') = '\0';
	check_int(fs_mkdir_p(dir, parent, 0755), 0);
	check_int(fs_write_atomic(dir, path, text, strlen(text), 0755, 0), 0);
}

static bool needed(int dir, const char *name)
{
	char *const names[] = { (char *)name, NULL };
	cleanup_layers_lookup LayersLookup *l = NULL;

	check_int(layers_lookup_open(dir, names, &l, NULL), 0);
	return neutral_needed(l);
}

static bool exists(int dir, const char *path)
{
	return faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void test_docker(int d)
{
	char target[64] = "";
	struct stat st;

	put(d, "docker/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n");
	put(d, "docker/etc/apt/apt.conf.d/docker-clean", "x");
	put(d, "docker/etc/apt/apt.conf.d/other", "x");
	put(d, "docker/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
	put(d, "docker/var/lib/dbus/machine-id", "0123456789abcdef0123456789abcdef\n");
	put(d, "docker/etc/systemd/system/x", "");
	check_int(symlinkat("/dev/null", d, "docker/etc/systemd/system/systemd-logind.service"), 0);
	check(needed(d, "docker"));
	check_int(neutral_apply(d, "docker", NULL), 0);
	check(!exists(d, "docker/usr/sbin/policy-rc.d"));
	check(!exists(d, "docker/etc/apt/apt.conf.d/docker-clean"));
	check(exists(d, "docker/etc/apt/apt.conf.d/other"));
	check(!exists(d, "docker/etc/systemd/system/systemd-logind.service"));
	check_int(fstatat(d, "docker/etc/machine-id", &st, 0), 0);
	check_int(st.st_size, 0);
	check_int(st.st_mode & 07777, 0644);
	check(readlinkat(d, "docker/var/lib/dbus/machine-id", target, sizeof(target) - 1) > 0);
	check_str(target, "/etc/machine-id");
	check(!needed(d, "docker"));
}

static void test_untouched(int d)
{
	put(d, "plain/etc/machine-id", "");
	put(d, "plain/usr/sbin/policy-rc.d", "#!/bin/sh\nexec my-policy\n");
	check(!needed(d, "plain"));
}

/* An image decides what its paths are links to; nothing outside of it is touched. */
static void test_hostile(int d, const char *dir)
{
	cleanup_free char *outside = xasprintf("%s/outside", dir);

	put(d, "outside/machine-id", "keep");
	check_int(fs_mkdir_p(d, "hostile/usr", 0755), 0);
	check_int(symlinkat(outside, d, "hostile/etc"), 0);
	check(needed(d, "hostile"));
	check(neutral_apply(d, "hostile", NULL) < 0);
	check(exists(d, "outside/machine-id"));
	check_int(unlinkat(d, "hostile/etc", 0), 0);
	put(d, "hostile/etc/x", "");
	check_int(symlinkat(outside, d, "hostile/etc/machine-id"), 0);
	check_int(neutral_apply(d, "hostile", NULL), 0);
	check(exists(d, "outside/machine-id"));
	check(!needed(d, "hostile"));
}

int main(void)
{
	char dir[] = "/tmp/neutral.XXXXXX";
	int fd;

	if (!mkdtemp(dir))
		return 1;
	fd = fs_open_dir(AT_FDCWD, dir);
	test_docker(fd);
	test_untouched(fd);
	test_hostile(fd, dir);
	(void)fd_close(fd);
	(void)fs_remove_tree(AT_FDCWD, dir);
	return tap_done();
}
