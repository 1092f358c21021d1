#include "librunner/mount-plan.h"

#include <sys/mount.h>

#include "librunner/tmpfs-options.h"
#include "tests/tap.h"

static void check_refused(const HostConfig *host, const char *want)
{
	cleanup_mount_plan MountPlan plan = { 0 };
	cleanup_error Error *e = NULL;

	check_int(mount_plan_make(host, NULL, &plan, &e) < 0, 1);
	check_str(e ? e->msg : NULL, want);
}

static void test_binds(void)
{
	char *binds[] = { (char *)"/srv//a/:/x/y/../deep/er", (char *)"/etc:/x:ro,rslave,z", NULL };
	char *tmpfs[] = { (char *)"/t=size=1m", NULL };
	HostConfig host = { .binds = binds, .tmpfs = tmpfs };
	cleanup_mount_plan MountPlan plan = { 0 };

	check_int(mount_plan_make(&host, NULL, &plan, NULL), 0);
	check_int(plan.n, 3);
	/* By depth, then as given. */
	check_str(plan.list[0].target, "/x");
	check_str(plan.list[0].source, "/etc");
	check_str(plan.list[0].mode, "ro,rslave,z");
	check_str(plan.list[0].propagation, "rslave");
	check(plan.list[0].readonly && plan.list[0].create);
	check_str(plan.list[1].target, "/t");
	check_int(plan.list[1].kind, PLANNED_TMPFS);
	check_str(plan.list[2].target, "/x/deep/er");
	check_str(plan.list[2].source, "/srv/a");
	check_str(plan.list[2].propagation, "rprivate");
	check(mount_plan_has(&plan, "/t") && !mount_plan_has(&plan, "/tt"));
}

static void test_mounts(void)
{
	BindOptions o = { .propagation = (char *)"shared", .non_recursive = true };
	TmpfsOptions t = { .size_bytes = 3 << 20, .mode = 01700 };
	ImageOptions i = { .subpath = (char *)"etc" };
	Mount mounts[] = {
		{ .type = (char *)"bind",
		  .source = (char *)"/a",
		  .target = (char *)"/b",
		  .readonly = true,
		  .bind = &o },
		{ .type = (char *)"tmpfs", .target = (char *)"/c", .readonly = true, .tmpfs = &t },
		{ .type = (char *)"image",
		  .source = (char *)"busybox",
		  .target = (char *)"/d",
		  .image = &i },
	};
	HostConfig host = { .mounts = mounts, .n_mounts = 3 };
	cleanup_mount_plan MountPlan plan = { 0 };

	check_int(mount_plan_make(&host, NULL, &plan, NULL), 0);
	check_str(plan.list[0].propagation, "shared");
	check(plan.list[0].non_recursive && plan.list[0].readonly && !plan.list[0].create);
	check_str(plan.list[1].options, "ro,size=3m,mode=1700");
	check(plan.list[2].readonly);
	check_str(plan.list[2].subpath, "etc");
}

static void test_inherited(void)
{
	Mount from[] = {
		{ .type = (char *)"bind", .source = (char *)"/one", .target = (char *)"/x" },
		{ .type = (char *)"bind", .source = (char *)"/two", .target = (char *)"/y" }
	};
	RackerConfig racker = { .inherited = from, .n_inherited = 2 };
	char *binds[] = { (char *)"/own:/x", NULL };
	HostConfig host = { .binds = binds };
	cleanup_mount_plan MountPlan plan = { 0 };

	check_int(mount_plan_make(&host, &racker, &plan, NULL), 0);
	check_int(plan.n, 2);
	check_str(plan.list[0].source, "/own");
	check_str(plan.list[1].source, "/two");
}

static void test_refusals(void)
{
	char *twice[] = { (char *)"/a:/x", (char *)"/b:/x/", NULL };
	char *mode[] = { (char *)"/a:/x:ro,rw", NULL };
	char *two[] = { (char *)"/a:/x:rslave,rshared", NULL };
	char *bogus[] = { (char *)"/x=bogus", NULL };
	char *relative[] = { (char *)"x=", NULL };
	Mount unknown = { .type = (char *)"foo", .target = (char *)"/x" };
	Mount root = { .type = (char *)"tmpfs", .target = (char *)"/x/.." };
	Mount source = { .type = (char *)"bind", .source = (char *)"a", .target = (char *)"/x" };
	Mount nowhere = { .type = (char *)"bind",
			  .source = (char *)"/nosuch/at/all",
			  .target = (char *)"/x" };
	cleanup_error Error *e = NULL;

	check_refused(&(HostConfig){ .binds = twice }, "Duplicate mount point: /x");
	check_refused(&(HostConfig){ .binds = mode }, "invalid mode: ro,rw");
	check_refused(&(HostConfig){ .binds = two }, "invalid mode: rslave,rshared");
	check_refused(&(HostConfig){ .tmpfs = bogus }, "invalid tmpfs option \"bogus\"");
	check_refused(&(HostConfig){ .tmpfs = relative },
		      "invalid mount path: 'x' mount path must be absolute");
	check_refused(&(HostConfig){ .mounts = &unknown, .n_mounts = 1 },
		      "invalid mount config for type \"foo\": mount type unknown");
	check_refused(&(HostConfig){ .mounts = &root, .n_mounts = 1 },
		      "invalid mount config for type \"tmpfs\": invalid specification: destination "
		      "can't be '/'");
	check_refused(&(HostConfig){ .mounts = &source, .n_mounts = 1 },
		      "invalid mount config for type \"bind\": invalid mount path: 'a' mount path "
		      "must be absolute");
	check_int(mount_plan_check(&(HostConfig){ .mounts = &nowhere, .n_mounts = 1 }, &e),
		  -EINVAL);
	check_str(e->msg, "invalid mount config for type \"bind\": bind source path does not "
			  "exist: /nosuch/at/all");
}

static void check_tmpfs(const char *options, unsigned long flags, const char *data)
{
	TmpfsMount t = { 0 };

	check_int(tmpfs_options_parse(options, &t, NULL), 0);
	check_int((long long)t.flags, (long long)flags);
	check_str(t.data, data);
	free(t.data);
}

int main(void)
{
	unsigned long defaults = MS_NOSUID | MS_NODEV | MS_NOEXEC;

	test_binds();
	test_mounts();
	test_inherited();
	test_refusals();
	check_tmpfs(NULL, defaults, "");
	check_tmpfs("rw,exec,size=1m,mode=700,size=2m", MS_NOSUID | MS_NODEV, "size=2m,mode=700");
	check_tmpfs("ro,suid,dev", MS_RDONLY | MS_NOEXEC, "");
	check_int(tmpfs_options_parse("size=", &(TmpfsMount){ 0 }, NULL), -EINVAL);
	check_int((long long)mount_propagation_flags("rshared"), MS_REC | MS_SHARED);
	check_int((long long)mount_propagation_flags("x"), 0);
	return tap_done();
}
