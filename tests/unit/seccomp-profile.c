/* Profiles in Docker's format: what is read, what is refused, and what they do to a process. */
#include "librunner/seccomp-profile.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "libcommon/cleanup.h"
#include "librunner/caps.h"
#include "librunner/seccomp-compile.h"
#include "tests/tap.h"

#define RUNC                                                                                   \
	"failed to create task for container: failed to create shim task: OCI runtime create " \
	"failed: runc create failed: "

static void check_error(const char *json, const char *want)
{
	cleanup_seccomp_profile SeccompProfile p = { 0 };
	cleanup_error Error *e = NULL;

	check_int(seccomp_profile_parse(json, &p, &e) < 0, 1);
	check_str(e ? e->msg : NULL, want);
}

static int parse(const char *json)
{
	cleanup_seccomp_profile SeccompProfile p = { 0 };

	return seccomp_profile_parse(json, &p, NULL);
}

static void test_errors(void)
{
	check_error("{\"defaultAction\":\"FOO\"}",
		    RUNC "string FOO is not a valid action for seccomp: unknown");
	check_error("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"name\":\"a\","
		    "\"names\":[\"b\"],\"action\":\"SCMP_ACT_ERRNO\"}]}",
		    "both 'name' and 'names' are specified in the seccomp profile, use either "
		    "'name' or 'names'");
	check_error("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"a\"],\"archMap\":"
		    "[{\"architecture\":\"x\"}]}",
		    "both 'architectures' and 'archMap' are specified in the seccomp profile, use "
		    "either 'architectures' or 'archMap'");
	check_error("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\"],"
		    "\"action\":\"SCMP_ACT_KILL\",\"args\":[{\"index\":9,\"op\":\"SCMP_CMP_EQ\"}]}"
		    "]}",
		    RUNC "unable to start container process: error creating seccomp syscall "
			 "condition for syscall mkdir: syscalls only have up to 6 arguments (9 "
			 "given): unknown");
	check_error("{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}",
		    RUNC "unable to start container process: SCMP_ACT_NOTIFY cannot be used as "
			 "default action: unknown");
	check_error("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\"],"
		    "\"action\":\"SCMP_ACT_NOTIFY\"}]}",
		    RUNC "unable to start container process: listenerPath is not set: unknown");
	check_error("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/x\",\"syscalls\":["
		    "{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_NOTIFY\"}]}",
		    "seccomp: SCMP_ACT_NOTIFY is not supported: system calls are handed to no "
		    "agent (listenerPath /x)");
	check_int(parse("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/x\"}"), 0);
	check_int(parse("{\"defaultAction\":3}"), -EINVAL);
	check_int(parse("["), -EINVAL);
}

static void test_conditions(void)
{
	char *admin[] = { (char *)"CAP_SYS_ADMIN", NULL }, *amd64[] = { (char *)"amd64", NULL };
	uint64_t some = CAP_BIT(CAP_SYS_ADMIN);
	SeccompRule in = { .includes.caps = admin }, ex = { .excludes.caps = admin };
	SeccompRule arch = { .includes.arches = amd64 }, not_arch = { .excludes.arches = amd64 };
	SeccompRule young = { .includes.min_kernel = (char *)"4.8" };
	SeccompRule old = { .excludes.min_kernel = (char *)"4.8" };

	check(seccomp_rule_applies(&in, some, "amd64", "6.1.0"));
	check(!seccomp_rule_applies(&in, 0, "amd64", "6.1.0"));
	check(!seccomp_rule_applies(&ex, some, "amd64", "6.1.0"));
	check(seccomp_rule_applies(&ex, 0, "amd64", "6.1.0"));
	check(seccomp_rule_applies(&arch, 0, "amd64", "6.1.0"));
	check(!seccomp_rule_applies(&arch, 0, "arm64", "6.1.0"));
	check(!seccomp_rule_applies(&not_arch, 0, "amd64", "6.1.0"));
	check(seccomp_rule_applies(&young, 0, "amd64", "4.8.0-rc1"));
	check(seccomp_rule_applies(&young, 0, "amd64", "4.10"));
	check(!seccomp_rule_applies(&young, 0, "amd64", "4.7.9"));
	check(seccomp_rule_applies(&old, 0, "amd64", "3.10.0"));
	check(!seccomp_rule_applies(&old, 0, "amd64", "5.0"));
}

/* The errno of getpriority(which, 0) under the profile, 0 for success; 1000 + n for signal n. */
static int attempt(const char *json, uint64_t caps, int which)
{
	cleanup_fd int fd = -1;
	struct sock_fprog program;
	struct stat st;
	int status;
	pid_t pid;

	if (seccomp_compile_memfd(json, caps, &fd, NULL) < 0 || fd < 0 || fstat(fd, &st) < 0)
		return -1;
	program.len = (unsigned short)((size_t)st.st_size / sizeof(struct sock_filter));
	program.filter = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	pid = fork();
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
			_exit(255);
		_exit(syscall(SYS_getpriority, which, 0) < 0 ? errno : 0);
	}
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

#define ALLOW "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
#define CALL "\"names\":[\"getpriority\",\"nosuchcall\"],"

static void test_effect(void)
{
	int fd = 5;

	check_int(attempt(ALLOW CALL "\"action\":\"SCMP_ACT_ERRNO\"}]}", 0, 0), EPERM);
	check_int(attempt(ALLOW "\"name\":\"getpriority\",\"action\":\"SCMP_ACT_ERRNO\","
				"\"errnoRet\":38}]}",
			  0, 0),
		  ENOSYS);
	check_int(attempt(ALLOW CALL "\"action\":\"SCMP_ACT_KILL_PROCESS\"}]}", 0, 0), 1000 + 31);
	check_int(attempt(ALLOW CALL "\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":0,"
				     "\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]}",
			  0, 0),
		  0);
	check_int(attempt(ALLOW CALL "\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":0,"
				     "\"value\":1,\"op\":\"SCMP_CMP_EQ\"},{\"index\":0,\"value\":0,"
				     "\"op\":\"SCMP_CMP_EQ\"}]}]}",
			  0, 0),
		  EPERM);
	check_int(attempt(ALLOW CALL "\"action\":\"SCMP_ACT_ERRNO\",\"includes\":{\"caps\":["
				     "\"CAP_SYS_ADMIN\"]}}]}",
			  0, 0),
		  0);
	check_int(attempt(ALLOW CALL "\"action\":\"SCMP_ACT_ERRNO\",\"includes\":{\"caps\":["
				     "\"CAP_SYS_ADMIN\"]}}]}",
			  CAP_BIT(CAP_SYS_ADMIN), 0),
		  EPERM);
	check_int(seccomp_compile_memfd("{}", 0, &fd, NULL), 0);
	check_int(fd, -1);
}

int main(void)
{
	test_errors();
	test_conditions();
	test_effect();
	return tap_done();
}
