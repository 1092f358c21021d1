#include "librunner/netns.h"

#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define OWN_NAMESPACE "/proc/self/ns/net"

/* ---- netlink, as much as a veth pair needs ---- */

typedef struct LinkRequest {
	struct nlmsghdr header;
	struct ifinfomsg info;
	char attributes[256];
} LinkRequest;

static struct rtattr *add_attribute(LinkRequest *r, unsigned short type, const void *data, size_t n)
{
	struct rtattr *a = (void *)((char *)&r->header + NLMSG_ALIGN(r->header.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(n);
	if (n)
		memcpy(RTA_DATA(a), data, n);
	r->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(r->header.nlmsg_len) + RTA_ALIGN(a->rta_len));
	return a;
}

/* What was added since belongs into it. */
static void end_nest(const LinkRequest *r, struct rtattr *nest)
{
	nest->rta_len = (unsigned short)((const char *)&r->header + r->header.nlmsg_len -
					 (const char *)nest);
}

static int netlink_ask(LinkRequest *r)
{
	cleanup_fd int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[512];
	} answer;
	ssize_t n;

	if (fd < 0 || send(fd, r, r->header.nlmsg_len, 0) < 0)
		return -errno;
	n = recv(fd, &answer, sizeof(answer), 0);
	if (n < 0)
		return -errno;
	if ((size_t)n < NLMSG_LENGTH(sizeof(struct nlmsgerr)) ||
	    answer.header.nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return answer.error.error;
}

static int add_veth(const char *name)
{
	LinkRequest r = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			    .nlmsg_type = RTM_NEWLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK },
	};
	struct rtattr *info;

	if (strlen(name) >= IF_NAMESIZE)
		return -EINVAL;
	(void)add_attribute(&r, IFLA_IFNAME, name, strlen(name) + 1);
	info = add_attribute(&r, IFLA_LINKINFO, NULL, 0);
	(void)add_attribute(&r, IFLA_INFO_KIND, "veth", sizeof("veth"));
	end_nest(&r, info);
	return netlink_ask(&r);
}

/* ---- namespaces ---- */

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
		r = add_veth(*it);
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
