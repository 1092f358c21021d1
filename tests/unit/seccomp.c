/* Docker's profile, loaded for real in a child. */
#include "librunner/seccomp.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "libcommon/cleanup.h"
#include "librunner/caps.h"
#include "tests/tap.h"

#define YOUNGER_THAN_ALL 5000

static int load(int fd)
{
	struct stat st;
	struct sock_fprog program;

	if (fstat(fd, &st) < 0)
		return -errno;
	program.len = (unsigned short)((size_t)st.st_size / sizeof(struct sock_filter));
	program.filter = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (program.filter == MAP_FAILED)
		return -errno;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
		return -errno;
	return 0;
}

typedef long (*Attempt)(void);

/* The errno of a call under the profile for `caps`: 0 when it succeeded, -1 when the child ended.
 */
static int attempt(uint64_t caps, Attempt call)
{
	cleanup_fd int fd = seccomp_profile_memfd(caps, NULL);
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (fd < 0 || load(fd) < 0)
			_exit(255);
		errno = 0;
		_exit(call() < 0 ? errno : 0);
	}
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static long call_read(void)
{
	char c;
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	return read(fd, &c, 1);
}
static long call_keyctl(void)
{
	return syscall(SYS_keyctl, 0, 0, 0, 0, 0);
}
static long call_mount(void)
{
	return syscall(SYS_mount, NULL, NULL, NULL, 0, NULL);
}
static long call_unshare(void)
{
	return syscall(SYS_unshare, 0);
}
static long call_chroot(void)
{
	return syscall(SYS_chroot, "/nosuch/directory");
}
static long call_clone3(void)
{
	return syscall(SYS_clone3, NULL, 0);
}
static long call_clone_namespace(void)
{
	return syscall(SYS_clone, CLONE_NEWNS | CLONE_FS | SIGCHLD, NULL, NULL, NULL, NULL);
}
static long call_fork(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	return waitpid(pid, NULL, 0);
}
static long call_younger(void)
{
	return syscall(YOUNGER_THAN_ALL);
}
static long call_vsock(void)
{
	return socket(AF_VSOCK, SOCK_STREAM, 0);
}
static long call_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}
static long call_personality(void)
{
	return personality(0xffffffff);
}
static long call_personality_fixed(void)
{
	return personality(ADDR_NO_RANDOMIZE);
}
static long call_io_uring(void)
{
	return syscall(425, 1, NULL);
}

int main(void)
{
	uint64_t all = caps_docker_default | CAP_BIT(CAP_SYS_ADMIN);

	check_int(attempt(caps_docker_default, call_read), 0);
	check_int(attempt(caps_docker_default, call_fork), 0);
	check_int(attempt(caps_docker_default, call_unix), 0);
	check_int(attempt(caps_docker_default, call_personality), 0);
	check_int(attempt(caps_docker_default, call_keyctl), EPERM);
	check_int(attempt(caps_docker_default, call_mount), EPERM);
	check_int(attempt(caps_docker_default, call_unshare), EPERM);
	check_int(attempt(caps_docker_default, call_clone_namespace), EPERM);
	check_int(attempt(caps_docker_default, call_vsock), EPERM);
	check_int(attempt(caps_docker_default, call_personality_fixed), EPERM);
	check_int(attempt(caps_docker_default, call_io_uring), EPERM);
	check_int(attempt(caps_docker_default, call_clone3), ENOSYS);
	check_int(attempt(caps_docker_default, call_younger), ENOSYS);
	/* Rows that come with a capability: the call reaches the kernel, which has its own answer.
	 */
	check_int(attempt(all, call_unshare), 0);
	check_int(attempt(all, call_clone3), EINVAL);
	check(attempt(caps_docker_default, call_chroot) != 0);
	check_int(attempt(caps_docker_default & ~CAP_BIT(CAP_SYS_CHROOT), call_chroot), EPERM);
	if (geteuid() == 0) {
		check_int(attempt(caps_docker_default, call_chroot), ENOENT);
		check(attempt(all, call_mount) != EPERM);
	}
	return tap_done();
}
