#include "librunner/layers-lookup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "tests/tap.h"

/* Three layers: c over b over a. Whiteouts need root, so the tests of them are skipped without. */
static char *const names[] = { (char *)"a", (char *)"b", (char *)"c", NULL };

static void put(int dir, const char *path, const char *text)
{
	cleanup_free char *parent = xstrdup(path);

	*strrchr(parent, '/') = '\0';
	(void)fs_mkdir_p(dir, parent, 0755);
	if (fs_write_atomic(dir, path, text, strlen(text), 0644, 0) < 0)
		printf("# cannot write %s\n", path);
}

static void link_to(int dir, const char *path, const char *target)
{
	if (symlinkat(target, dir, path) < 0)
		printf("# cannot make the link %s\n", path);
}

static void whiteout(int dir, const char *path)
{
	if (mknodat(dir, path, S_IFCHR, makedev(0, 0)) < 0)
		printf("# cannot make a whiteout\n");
}

static void opaque(int dir, const char *path)
{
	cleanup_fd int fd = -1;

	(void)fs_mkdir_p(dir, path, 0755);
	fd = fs_open_dir(dir, path);
	if (fsetxattr(fd, "trusted.overlay.opaque", "y", 1, 0) < 0 &&
	    fsetxattr(fd, "user.overlay.opaque", "y", 1, 0) < 0)
		printf("# cannot make %s opaque\n", path);
}

static void fill(int d)
{
	put(d, "a/etc/os-release", "ID=a\n");
	put(d, "a/etc/only-a", "a");
	put(d, "a/etc/gone", "a");
	put(d, "a/opaque/below", "a");
	put(d, "a/removed/file", "a");
	put(d, "a/shape", "a file");
	put(d, "a/usr/lib/systemd/systemd", "elf");
	check_int(fchmodat(d, "a/usr/lib/systemd/systemd", 0755, 0), 0);
	link_to(d, "a/lib", "usr/lib");
	(void)fs_mkdir_p(d, "a/usr/sbin", 0755);
	link_to(d, "a/usr/sbin/init", "../../lib/systemd/systemd");
	link_to(d, "a/absolute", "/../../etc/only-a");
	link_to(d, "a/loop1", "loop2");
	link_to(d, "a/loop2", "loop1");
	link_to(d, "a/dangling", "/nowhere");
	check_int(mkfifoat(d, "a/fifo", 0644), 0);
	put(d, "b/etc/os-release", "ID=b\n");
	put(d, "b/shape/inside", "b");
	whiteout(d, "b/etc/gone");
	whiteout(d, "b/removed");
	put(d, "c/etc/only-c", "c");
	opaque(d, "c/opaque");
	put(d, "c/opaque/above", "c");
}

static void check_read(const LayersLookup *l, const char *path, const char *want)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	int r = layers_lookup_read(l, path, 100, &b);

	printf("# %s\n", path);
	if (want)
		check_str(r < 0 ? strerror(-r) : b.data, want);
	else
		check_int(r, -ENOENT);
}

static void test_merge(const LayersLookup *l)
{
	check_read(l, "/etc/os-release", "ID=b\n");
	check_read(l, "etc/only-a", "a");
	check_read(l, "/etc/only-c", "c");
	check_read(l, "//etc/./../etc//only-c", "c");
	check_read(l, "/../../etc/only-c", "c");
	check_read(l, "/etc/none", NULL);
	check_read(l, "/shape/inside", "b");
}

static void test_hidden(const LayersLookup *l)
{
	if (geteuid() != 0) {
		printf("# skipped: whiteouts need root\n");
		return;
	}
	check_read(l, "/etc/gone", NULL);
	check_read(l, "/removed/file", NULL);
	check_read(l, "/opaque/below", NULL);
	check_read(l, "/opaque/above", "c");
	check(!layers_lookup_exists(l, "/etc/gone"));
}

static void test_links(const LayersLookup *l)
{
	cleanup_free char *target = NULL;

	check(layers_lookup_executable(l, "/lib/systemd/systemd"));
	check(layers_lookup_executable(l, "/usr/sbin/init"));
	check(!layers_lookup_executable(l, "/etc/os-release"));
	check(!layers_lookup_executable(l, "/etc"));
	check_read(l, "/absolute", "a");
	check_int(layers_lookup_find(l, "/loop1", true), -ELOOP);
	check_int(layers_lookup_find(l, "/dangling", true), -ENOENT);
	check(layers_lookup_exists(l, "/dangling"));
	check_int(layers_lookup_readlink(l, "/dangling", &target), 0);
	check_str(target, "/nowhere");
	check_int(layers_lookup_readlink(l, "/etc", &target), -EINVAL);
}

static void test_refusals(const LayersLookup *l)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	cleanup_free char *path = xmalloc(6000);

	check_int(layers_lookup_read(l, "/fifo", 100, &b), -EINVAL);
	check_int(layers_lookup_read(l, "/etc", 100, &b), -EINVAL);
	check_int(layers_lookup_read(l, "/etc/os-release", 2, &b), -EFBIG);
	check_int(layers_lookup_find(l, "/etc/os-release/x", true), -ENOTDIR);
	memset(path, 'x', 5999);
	path[5999] = '\0';
	check_int(layers_lookup_find(l, path, true), -ENAMETOOLONG);
}

int main(void)
{
	char dir[] = "/tmp/layers-lookup.XXXXXX";
	cleanup_layers_lookup LayersLookup *l = NULL, *none = NULL;
	cleanup_error Error *err = NULL;
	static char *const missing[] = { (char *)"nosuch", NULL };
	int fd;

	if (!mkdtemp(dir))
		return 1;
	fd = fs_open_dir(AT_FDCWD, dir);
	fill(fd);
	check_int(layers_lookup_open(fd, names, &l, &err), 0);
	test_merge(l);
	test_hidden(l);
	test_links(l);
	test_refusals(l);
	check_int(layers_lookup_open(fd, missing, &none, &err), -ENOENT);
	check_str(err ? err->msg : NULL, "layer nosuch: No such file or directory");
	(void)fd_close(fd);
	(void)fs_remove_tree(AT_FDCWD, dir);
	return tap_done();
}
