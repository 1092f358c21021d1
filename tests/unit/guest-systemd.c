#include "librunner/guest-systemd.h"

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

static GuestSystemd probe(int dir)
{
	static char *const names[] = { (char *)"root", NULL };
	cleanup_layers_lookup LayersLookup *l = NULL;
	GuestSystemd g = { 0 };

	check_int(layers_lookup_open(dir, names, &l, NULL), 0);
	guest_systemd_probe(l, &g);
	return g;
}

static void test_probe(int dir)
{
	GuestSystemd g;

	(void)fs_mkdir_p(dir, "root", 0755);
	g = probe(dir);
	check(!g.present && !g.complete);
	put(dir, "root/lib/systemd/systemd", "\177ELF libsystemd-shared-252.so");
	g = probe(dir);
	check(g.present && !g.complete);
	check_int(g.version, 252);
	put(dir, "root/sbin/init", "");
	put(dir, "root/usr/bin/dbus-daemon", "");
	check(probe(dir).complete);
	put(dir, "root/usr/lib/systemd/systemd", "\177ELF, one piece");
	g = probe(dir);
	check(g.present);
	check_int(g.version, 0);
	put(dir, "root/usr/lib/systemd/systemd", "libsystemd-shared-258");
	check(guest_systemd_needs_unified(dir, "root", HOST_CGROUP_HYBRID));
	check(!guest_systemd_needs_unified(dir, "root", HOST_CGROUP_UNIFIED));
	put(dir, "root/usr/lib/systemd/systemd", "libsystemd-shared-257");
	check(!guest_systemd_needs_unified(dir, "root", HOST_CGROUP_HYBRID));
	put(dir, "root/usr/lib/systemd/systemd", "libsystemd-shared-");
	check_int(probe(dir).version, 0);
}

static void check_host(int version, HostCgroup host, const char *want)
{
	const GuestSystemd g = { .present = true, .version = version };
	cleanup_error Error *err = NULL;
	int r = guest_systemd_check(&g, host, "centos:7", &err);

	check_int(r, want ? -EOPNOTSUPP : 0);
	if (want)
		check(err && strstr(err->msg, want));
}

static void test_check(void)
{
	check_host(0, HOST_CGROUP_LEGACY, NULL);
	check_host(0, HOST_CGROUP_UNIFIED,
		   "centos:7 cannot be booted on this host: its systemd is "
		   "older than version 230");
	check_host(232, HOST_CGROUP_UNIFIED, NULL);
	check_host(257, HOST_CGROUP_LEGACY, NULL);
	check_host(258, HOST_CGROUP_UNIFIED, NULL);
	check_host(258, HOST_CGROUP_HYBRID, NULL);
	check_host(0, HOST_CGROUP_HYBRID, NULL);
	check_host(258, HOST_CGROUP_LEGACY, "its systemd 258 needs cgroup v2");
}

int main(void)
{
	char dir[] = "/tmp/guest-systemd.XXXXXX";
	int fd;

	if (!mkdtemp(dir))
		return 1;
	fd = fs_open_dir(AT_FDCWD, dir);
	test_probe(fd);
	test_check();
	(void)fd_close(fd);
	(void)fs_remove_tree(AT_FDCWD, dir);
	return tap_done();
}
