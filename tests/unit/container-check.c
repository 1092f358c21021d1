#include "librunner/container-check.h"

#include "libcommon/str.h"
#include "librunner/mount-plan.h"
#include "tests/tap.h"

static void check_bind(const char *text, const char *source, const char *target, bool readonly)
{
	char *binds[] = { (char *)text, NULL };
	HostConfig host = { .binds = binds };
	cleanup_mount_plan MountPlan plan = { 0 };

	check_int(mount_plan_make(&host, NULL, &plan, NULL), 0);
	if (plan.n != 1)
		return;
	check_str(plan.list[0].source, source);
	check_str(plan.list[0].target, target);
	check(plan.list[0].readonly == readonly);
}

static void check_bind_error(const char *text, const char *want)
{
	char *binds[] = { (char *)text, NULL };
	HostConfig host = { .binds = binds };
	cleanup_error Error *err = NULL;

	check(mount_plan_check(&host, &err) < 0);
	check_str(err ? err->msg : NULL, want);
}

static void check_binds(void)
{
	check_bind("/a:/b", "/a", "/b", false);
	check_bind("/a:/b:ro", "/a", "/b", true);
	check_bind("/a:/b:rw", "/a", "/b", false);
	check_bind("/tmp/../x//y/:/b/../c/.:ro", "/x/y", "/c", true);
	check_bind("/:/host", "/", "/host", false);
	check_bind_error("", "invalid empty volume spec");
	check_bind_error("/a:", "invalid spec: /a:: empty section between colons");
	check_bind_error("/a::ro", "invalid spec: /a::ro: empty section between colons");
	check_bind_error("/a:/b:/c:/d", "invalid spec: /a:/b:/c:/d: too many colons");
	check_bind_error("/a:/b:zz", "invalid mode: zz");
	check_bind_error("/a:/b:ro,rw", "invalid mode: ro,rw");
	check_bind_error("/a:b",
			 "invalid volume specification: '/a:b': invalid mount config for "
			 "type \"bind\": invalid mount path: 'b' mount path must be absolute");
	check_bind_error("/a:/b/..",
			 "invalid volume specification: '/a:/b/..': invalid mount config for type "
			 "\"bind\": invalid specification: destination can't be '/'");
	check_bind_error("a:/b", "create a: volume name is too short, names should be at least two "
				 "alphanumeric characters");
	check_bind_error(
		"a/b:/x",
		"create a/b: \"a/b\" includes invalid characters for a local volume name, "
		"only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a "
		"host directory, use absolute path");
	check_bind("data:/x:ro,nocopy", "data", "/x", true);
	check_bind_error("/x:ro", "invalid volume specification: '/x:ro'");
	check_bind_error("data:x",
			 "invalid volume specification: 'data:x': invalid mount config for type "
			 "\"volume\": invalid mount path: 'x' mount path must be absolute");
	check_bind_error(
		"data:/x:private",
		"invalid volume specification: 'data:/x:private': invalid mount config for "
		"type \"volume\": field BindOptions must not be specified");
	check_bind_error("/a:/x:nocopy",
			 "invalid volume specification: '/a:/x:nocopy': invalid mount config for "
			 "type \"bind\": field VolumeOptions must not be specified");
}

static void check_request(const ContainerCreate *req, const char *want)
{
	cleanup_error Error *err = NULL;
	int r = container_check(req, &err);

	check(want ? r < 0 : r == 0);
	check_str(err ? err->msg : NULL, want);
}

static void check_requests(void)
{
	char relative[] = "a/b", network[] = "container:", sig[] = "foo", host[] = "a b";
	char *twice[] = { (char *)"/x:/b", (char *)"/y:/b/", NULL };
	char *env[] = { (char *)"=x", NULL };
	ContainerCreate req;

	container_create_init(&req);
	check_request(&req, NULL);
	req.config.working_dir = relative;
	check_request(&req,
		      "the working directory 'a/b' is invalid, it needs to be an absolute path");
	req.config.working_dir = NULL;
	req.host.network_mode = network;
	check_request(&req, "Invalid network mode: invalid container format container:<name|id>");
	req.host.network_mode = NULL;
	req.config.stop_signal = sig;
	check_request(&req, "invalid signal: foo");
	req.config.stop_signal = NULL;
	req.config.hostname = host;
	check_request(&req, "invalid hostname format: a b");
	req.config.hostname = NULL;
	req.host.binds = twice;
	check_request(&req, "Duplicate mount point: /b");
	req.host.binds = NULL;
	req.config.env = env;
	check_request(&req, "invalid environment variable: =x");
	req.config.env = NULL;
	req.name = "/ok-name";
	check_request(&req, NULL);
	req.name = "/x/y";
	check_request(&req,
		      "Invalid container name (x/y), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
}

int main(void)
{
	check_binds();
	check_requests();
	return tap_done();
}
