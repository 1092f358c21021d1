#include "librunner/netns.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/rtnl.h"

#define OWN_NAMESPACE "/proc/self/ns/net"

static int loopback_up(void)
{
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	return fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
}

/* A kernel without the setting is older than it. */
static void set_sysctl(const char *path, const char *value)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, value, strlen(value)) < 0)
		return;
}

static int fill(char *const *interfaces)
{
	int r;

	if (!interfaces) {
		set_sysctl("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
		set_sysctl("/proc/sys/net/ipv4/ping_group_range", "0 2147483647");
		return loopback_up();
	}
	STRV_FOREACH(it, interfaces) {
		r = rtnl_add_veth(*it);
		if (r < 0)
			return r;
	}
	return 0;
}

int netns_new_with(char *const *interfaces, int *ret_fd, Error **err)
{
	cleanup_fd int ours = open(OWN_NAMESPACE, O_RDONLY | O_CLOEXEC), fd = -1;
	int r;

	if (ours < 0 || unshare(CLONE_NEWNET) < 0)
		return error_errno(err, errno, "make a network namespace");
	r = fill(interfaces);
	if (r >= 0) {
		fd = open(OWN_NAMESPACE, O_RDONLY | O_CLOEXEC);
		r = fd < 0 ? -errno : 0;
	}
	/* Nothing may go on in the wrong network. */
	if (setns(ours, CLONE_NEWNET) < 0)
		abort();
	if (r < 0)
		return error_errno(err, -r, "set up a network namespace");
	*ret_fd = steal_fd(&fd);
	return 0;
}

int netns_new(int *ret_fd, Error **err)
{
	return netns_new_with(NULL, ret_fd, err);
}

char *netns_path(int fd)
{
	return xasprintf("/proc/%ld/fd/%d", (long)getpid(), fd);
}

int netns_enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r = fd < 0 || setns(fd, 0) < 0 ? -errno : 0;

	(void)fd_close(fd);
	return r;
}
