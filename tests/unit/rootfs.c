/* Real overlay mounts in a private namespace, as many layers as Docker allows. Needs root. */
#include "librunner/rootfs.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "tests/tap.h"

#define MOST_LAYERS 127
#define ID_LENGTH 26

static char *base;

static char **make_layers(Store *store, unsigned n)
{
	char **layers = NULL;

	for (unsigned i = 0; i < n; i++) {
		cleanup_free char *id = random_hex(ID_LENGTH);
		cleanup_free char *dir = xasprintf("layers/%s/etc", id);
		cleanup_free char *file = xasprintf("%s/from-%u", dir, i);
		cleanup_free char *same = xasprintf("%s/same", dir);
		cleanup_free char *number = xasprintf("%u", i);

		(void)fs_mkdir_p(store_fd(store), dir, 0755);
		(void)fs_write_atomic(store_fd(store), file, "", 0, 0644, 0);
		(void)fs_write_atomic(store_fd(store), same, number, strlen(number), 0644, 0);
		strv_push(&layers, steal(&id));
	}
	return layers;
}

static void check_content(const char *dir, const char *path, const char *want)
{
	cleanup_free char *full = xasprintf("%s/merged/%s", dir, path);
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	check_int(fs_read_file(AT_FDCWD, full, 4096, &b), 0);
	check_str(b.data ? b.data : "", want);
}

static char *container_dir(Store *store, const char *name)
{
	cleanup_free char *id = random_hex(60), *relative = xasprintf("containers/%s%s", name, id);

	(void)fs_mkdir_p(store_fd(store), relative, 0700);
	return xasprintf("%s/%s", store_path(store), relative);
}

static void test_many(Store *store)
{
	cleanup_strv char **layers = make_layers(store, MOST_LAYERS);
	cleanup_free char *dir = container_dir(store, "many"), *upper = xasprintf("%s/upper", dir);
	cleanup_error Error *err = NULL;
	struct stat st;

	(void)umask(077);
	check_int(rootfs_mount(store, layers, dir, 0, &err), 0);
	check_str(err ? err->msg : NULL, NULL);
	check_content(dir, "etc/same", "126");
	check_content(dir, "etc/from-0", "");
	check_int(stat(upper, &st), 0);
	check_int(st.st_mode & 07777, 0755);
}

/* The root directory looks like the topmost layer's; a second start keeps what was written. */
static void test_again(Store *store)
{
	cleanup_strv char **layers = make_layers(store, 2);
	cleanup_free char *dir = container_dir(store, "again");
	cleanup_free char *top = xasprintf("layers/%s", layers[1]);
	cleanup_free char *merged = xasprintf("%s/merged", dir), *file = NULL;
	struct stat st;

	check_int(fchmodat(store_fd(store), top, 0711, 0), 0);
	check_int(rootfs_mount(store, layers, dir, 0, NULL), 0);
	check_int(stat(merged, &st), 0);
	check_int(st.st_mode & 07777, 0711);
	file = xasprintf("%s/new", merged);
	check_int(fs_write_atomic(AT_FDCWD, file, "x", 1, 0644, 0), 0);
	check_int(umount2(merged, 0), 0);
	check_int(rootfs_mount(store, layers, dir, 0, NULL), 0);
	check_content(dir, "new", "x");
}

static void test_none(Store *store)
{
	cleanup_free char *dir = container_dir(store, "none"), *root = NULL, *hostname = NULL;
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	struct stat st;

	check_int(rootfs_mount(store, NULL, dir, ROOTFS_VOLATILE, NULL), 0);
	root = xasprintf("%s/merged", dir);
	check_int(rootfs_complete(root, true, NULL), 0);
	check_int(rootfs_write_hostname(root, "box", NULL), 0);
	check_content(dir, "etc/hostname", "box\n");
	check_content(dir, "usr/lib/os-release", "ID=linux\nNAME=Linux\nPRETTY_NAME=Linux\n");
	hostname = xasprintf("%s/etc/hostname", root);
	check_int(stat(hostname, &st), 0);
	check_int(st.st_mode & 07777, 0644);
}

/* Links of an image lead nowhere else, also with names that options of a mount would split. */
static void test_links(Store *store)
{
	cleanup_free char *dir = container_dir(store, "a,b:c\\d"), *root = NULL, *etc = NULL;
	cleanup_free char *secret = xasprintf("%s/secret", store_path(store));
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	check_int(fs_write_atomic(AT_FDCWD, secret, "host", 4, 0644, 0), 0);
	check_int(rootfs_mount(store, NULL, dir, 0, NULL), 0);
	root = xasprintf("%s/merged", dir);
	etc = xasprintf("%s/etc", root);
	check_int(mkdir(etc, 0755), 0);
	for (int i = 0; i < 2; i++) {
		cleanup_free char *link = xasprintf("%s/%s", etc, i ? "resolv.conf" : "hostname");

		check_int(symlink(secret, link), 0);
	}
	check_int(rootfs_complete(root, false, NULL), 0);
	check_int(rootfs_write_hostname(root, "evil", NULL), 0);
	check_content(dir, "etc/resolv.conf", "");
	check_content(dir, "etc/hostname", "evil\n");
	check_int(fs_read_file(AT_FDCWD, secret, 64, &b), 0);
	check_str(b.data, "host");
}

static void test_missing(Store *store)
{
	char *layers[] = { (char *)"nosuchlayer", NULL };
	cleanup_free char *dir = container_dir(store, "missing");
	cleanup_error Error *err = NULL;

	check_int(rootfs_mount(store, layers, dir, 0, &err), -ENOENT);
	check(err && strstr(err->msg, "nosuchlayer"));
}

static int run(void)
{
	cleanup_store Store *store = NULL;
	cleanup_free char *root = xasprintf("%s/root", base);

	check_int(rootfs_private(NULL), 0);
	check_int(store_open(root, &store, NULL), 0);
	test_many(store);
	test_again(store);
	test_none(store);
	test_links(store);
	test_missing(store);
	return tap_done();
}

int main(void)
{
	char dir[] = "/var/tmp/rootfs.XXXXXX";
	int status = 0;
	pid_t pid;

	if (geteuid() != 0) {
		printf("1..0 # SKIP needs root\n");
		return 0;
	}
	base = mkdtemp(dir);
	pid = fork();
	if (pid == 0) {
		int r = run();

		(void)fflush(stdout);
		_exit(r);
	}
	(void)waitpid(pid, &status, 0);
	(void)fs_remove_tree(AT_FDCWD, base);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
