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

static void test_volumes(void)
{
	char *binds[] = { (char *)"data:/x:U,Z", (char *)"plain:/p", (char *)"/h:/h:U", NULL };
	VolumeOptions o = { .no_copy = true, .subpath = (char *)"a/b" };
	Mount mounts[] = {
		{ .type = (char *)"volume", .target = (char *)"/anon" },
		{ .type = (char *)"volume",
		  .source = (char *)"named",
		  .target = (char *)"/named",
		  .readonly = true,
		  .volume = &o },
	};
	VolumeMount found[] = {
		{ (char *)"0123", (char *)"/anon", true },
		{ (char *)"4567", (char *)"/image", true },
		{ (char *)"data", (char *)"/x", false },
	};
	HostConfig host = { .binds = binds, .mounts = mounts, .n_mounts = 2 };
	RackerConfig racker = { .volumes = found, .n_volumes = 3 };
	cleanup_mount_plan MountPlan plan = { 0 };
	const PlannedMount *m;

	check_int(mount_plan_make(&host, &racker, &plan, NULL), 0);
	check_int((long long)plan.n, 6);
	m = mount_plan_find(&plan, "/x");
	check(m->kind == PLANNED_VOLUME && m->chown && m->relabel == 'Z' && !m->no_copy);
	m = mount_plan_find(&plan, "/p");
	check_str(m->mode, "z");
	m = mount_plan_find(&plan, "/h");
	check(m->kind == PLANNED_BIND && m->chown);
	check_str(mount_plan_find(&plan, "/anon")->source, "0123");
	m = mount_plan_find(&plan, "/named");
	check(m->readonly && m->no_copy);
	check_str(m->subpath, "a/b");
	m = mount_plan_find(&plan, "/image");
	check_str(m->source, "4567");
	check_str(m->mode, "");
}

static void check_volume_refused(const char *source, const char *subpath, bool readonly,
				 const char *want)
{
	VolumeOptions o = { .subpath = (char *)subpath };
	Mount m = { .type = (char *)"volume",
		    .source = (char *)source,
		    .target = (char *)"/x",
		    .readonly = readonly,
		    .volume = &o };

	check_refused(&(HostConfig){ .mounts = &m, .n_mounts = 1 }, want);
}

static void test_volume_refusals(void)
{
	static const char relative[] =
		"invalid mount config for type \"volume\": subpath must be a "
		"relative path within the volume";

	check_volume_refused("v1", "../a", false, relative);
	check_volume_refused("v1", "a/../../b", false, relative);
	check_volume_refused("v1", "/a", false, relative);
	check_volume_refused(NULL, "a", false,
			     "invalid mount config for type \"volume\": must not set Subpath when "
			     "using anonymous volumes");
	check_volume_refused(NULL, NULL, true,
			     "invalid mount config for type \"volume\": must not set ReadOnly mode "
			     "when using anonymous volumes");
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
	test_volumes();
	test_volume_refusals();
	test_refusals();
	check_tmpfs(NULL, defaults, "");
	check_tmpfs("rw,exec,size=1m,mode=700,size=2m", MS_NOSUID | MS_NODEV, "size=2m,mode=700");
	check_tmpfs("ro,suid,dev", MS_RDONLY | MS_NOEXEC, "");
	check_int(tmpfs_options_parse("size=", &(TmpfsMount){ 0 }, NULL), -EINVAL);
	check_int((long long)mount_propagation_flags("rshared"), MS_REC | MS_SHARED);
	check_int((long long)mount_propagation_flags("x"), 0);
	return tap_done();
}
