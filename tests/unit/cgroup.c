#include "librunner/cgroup.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/cgroup-hierarchy.h"
#include "tests/tap.h"

static char *top;

static void put(const char *path, const char *text)
{
	cleanup_free char *full = xasprintf("%s/%s", top, path);

	check(fs_write_atomic(AT_FDCWD, full, text, strlen(text), 0644, 0) >= 0);
}

static char *get(const char *path)
{
	cleanup_free char *full = xasprintf("%s/%s", top, path);
	Strbuf b = STRBUF_INIT;

	check(fs_read_file(AT_FDCWD, full, 4096, &b) >= 0);
	return strbuf_steal(&b);
}

static void make_group(const char *path)
{
	cleanup_free char *full = xasprintf("%s/%s", top, path);

	check(fs_mkdir_p(AT_FDCWD, full, 0755) >= 0);
}

/* Files stand for groups: what is written to them is kept, so that one in which there was nothing
 * looks like one with processes. */
static void test_base(void)
{
	cleanup_free char *own = xasprintf("%s/v2/user/shell", top),
			  *user = xasprintf("%s/v2/user", top);
	cleanup_free char *base = NULL, *none = NULL, *v1 = NULL;

	make_group("v2/user/shell");
	put("v2/cgroup.controllers", "cpu memory pids\n");
	put("v2/cgroup.subtree_control", "cpu memory pids\n");
	put("v2/user/cgroup.controllers", "cpu memory\n");
	put("v2/user/cgroup.subtree_control", "memory cpu\n");
	put("v2/user/shell/cgroup.controllers", "cpu memory\n");
	put("v2/user/shell/cgroup.subtree_control", "\n");
	base = hierarchy_base(own);
	check_str(base, user);
	put("v2/user/cgroup.subtree_control", "\n");
	put("v2/cgroup.subtree_control", "\n");
	put("v2/user/shell/cgroup.subtree_control", "\n");
	none = hierarchy_base(own);
	check_str(none, own);
	make_group("v1");
	free(own);
	own = xasprintf("%s/v1", top);
	v1 = hierarchy_base(own);
	check_str(v1, own);
}

/* A container whose groups are plain directories. */
static Cgroup *open_fake(void)
{
	cleanup_free char *places = xasprintf("%s/freezer/racker/c\n%s/unified/racker/c", top, top);
	cleanup_fd int dirfd = fs_open_dir(AT_FDCWD, top);
	Cgroup *cg = NULL;

	put("cgroup", places);
	check(cgroup_open(dirfd, &cg, NULL) >= 0);
	return cg;
}

static void test_freeze_v1(void)
{
	cleanup_cgroup Cgroup *cg = open_fake();
	cleanup_free char *frozen = NULL, *thawed = NULL;

	put("freezer/racker/c/freezer.state", "THAWED");
	check_int(cgroup_freeze(cg, true, NULL), 0);
	frozen = get("freezer/racker/c/freezer.state");
	check_str(frozen, "FROZEN");
	cgroup_thaw_at_once(cg);
	thawed = get("freezer/racker/c/freezer.state");
	check_str(thawed, "THAWED");
}

/* v2 is chosen where both are there, and one that does not freeze is thawed again. */
static void test_freeze_v2(void)
{
	cleanup_cgroup Cgroup *cg = open_fake();
	cleanup_free char *file = NULL;
	cleanup_error Error *e = NULL;

	put("unified/racker/c/cgroup.freeze", "0");
	put("unified/racker/c/cgroup.events", "populated 1\nfrozen 0\n");
	check_int(cgroup_freeze(cg, true, &e), -ETIMEDOUT);
	file = get("unified/racker/c/cgroup.freeze");
	check_str(file, "0");
	put("unified/racker/c/cgroup.events", "populated 1\nfrozen 1\n");
	check_int(cgroup_freeze(cg, true, NULL), 0);
}

static void test_none(void)
{
	cleanup_cgroup Cgroup *cg = open_fake();
	cleanup_error Error *e = NULL;

	check_int(cgroup_freeze(cg, true, &e), -ENOTSUP);
	check_str(e->msg, "this host has no freezer for control groups");
}

static void test_processes(void)
{
	cleanup_cgroup Cgroup *cg = open_fake();
	cleanup_free pid_t *pids = NULL;
	size_t n = 0;

	make_group("unified/racker/c/payload");
	put("freezer/racker/c/cgroup.procs", "12\n7\n0\n");
	put("unified/racker/c/cgroup.procs", "");
	put("unified/racker/c/payload/cgroup.procs", "7\n300\n");
	check_int(cgroup_processes(cg, &pids, &n, NULL), 0);
	check_int(n, 3);
	check(n == 3 && pids[0] == 7 && pids[1] == 12 && pids[2] == 300);
}

int main(void)
{
	char dir[] = "/tmp/racker-test-cgroup.XXXXXX";

	top = mkdtemp(dir);
	make_group("freezer/racker/c");
	make_group("unified/racker/c");
	test_none();
	test_base();
	test_freeze_v1();
	test_freeze_v2();
	test_processes();
	check(fs_remove_tree(AT_FDCWD, top) >= 0);
	return tap_done();
}
