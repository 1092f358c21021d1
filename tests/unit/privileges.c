#include "librunner/privileges.h"

#include <linux/capability.h>

#include "libcommon/alloc.h"
#include "librunner/caps.h"
#include "tests/tap.h"

static uint64_t caps(char **add, char **drop, bool privileged)
{
	HostConfig host = { .cap_add = add, .cap_drop = drop, .privileged = privileged };
	Privileges p;

	check_int(privileges_of(&host, &p, NULL), 0);
	return p.caps;
}

static void check_error(char **add, char **drop, const char *want)
{
	HostConfig host = { .cap_add = add, .cap_drop = drop };
	cleanup_error Error *e = NULL;
	Privileges p;

	check_int(privileges_of(&host, &p, &e), -EINVAL);
	check_str(e->msg, want);
}

static Privileges security(const char *option)
{
	char *opts[] = { (char *)option, NULL };
	HostConfig host = { .security_opt = opts };
	Privileges p = { 0 };

	check_int(privileges_of(&host, &p, NULL), 0);
	return p;
}

static void test_caps(void)
{
	char *all[] = { (char *)"ALL", NULL }, *chown[] = { (char *)"chown", NULL };
	char *cap_chown[] = { (char *)"CAP_CHOWN", NULL }, *wrong[] = { (char *)"foo", NULL };
	uint64_t available = caps_bounding(), usual = caps_docker_default & available;
	uint64_t bit = CAP_BIT(CAP_CHOWN) & available;

	check(caps(NULL, NULL, false) == usual);
	check(caps(NULL, NULL, true) == available);
	check(caps(all, NULL, false) == available);
	check(caps(NULL, all, false) == 0);
	check(caps(all, all, false) == available);
	if (bit) {
		check(caps(NULL, chown, false) == (usual & ~bit));
		check(caps(all, cap_chown, false) == (available & ~bit));
		check(caps(chown, all, false) == bit);
	}
	check_error(wrong, NULL, "invalid CapAdd: unknown capability: \"CAP_FOO\"");
	check_error(NULL, wrong, "invalid CapDrop: unknown capability: \"CAP_FOO\"");
	for (unsigned cap = 0; cap <= 40; cap++) {
		char *missing[] = { (char *)cap_name(cap), NULL };
		cleanup_free char *want = NULL;

		if (available & CAP_BIT(cap))
			continue;
		want = xasprintf("invalid CapAdd: capability not supported by your kernel or not "
				 "available in the current environment: \"%s\"",
				 cap_name(cap));
		check_error(missing, NULL, want);
	}
}

static void test_boot(void)
{
	char *all[] = { (char *)"ALL", NULL }, *mknod[] = { (char *)"MKNOD", NULL };

	check_int(privileges_check_boot(&(HostConfig){ .cap_drop = all }, NULL), -EOPNOTSUPP);
	if (caps_bounding() & CAP_BIT(CAP_MKNOD))
		check_int(privileges_check_boot(&(HostConfig){ .cap_drop = mknod }, NULL), 0);
	check_int(privileges_check_boot(&(HostConfig){ .cap_drop = all, .privileged = true }, NULL),
		  0);
}

int main(void)
{
	HostConfig privileged = { .privileged = true };
	Privileges p;

	test_caps();
	test_boot();
	check(security("no-new-privileges").no_new_privs);
	check(security("no-new-privileges=true").no_new_privs);
	check(security("no-new-privileges:1").no_new_privs);
	check(!security("no-new-privileges=false").no_new_privs);
	check(security("seccomp=unconfined").unconfined);
	check(security("seccomp:unconfined").unconfined);
	check(!security("seccomp=builtin").unconfined);
	check_str(security("seccomp=builtin").profile, NULL);
	check_str(security("seccomp={}").profile, "{}");
	check_int(privileges_of(&privileged, &p, NULL), 0);
	check(p.unconfined);
	return tap_done();
}
