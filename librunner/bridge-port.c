#include "librunner/bridge-port.h"

#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "libcommon/cleanup.h"

#define MESSAGE_MAX 8192

typedef struct Request {
	struct nlmsghdr header;
	struct ifinfomsg info;
	char room[128];
} Request;

static void add_attribute(Request *r, unsigned short type, const void *data, size_t n)
{
	struct rtattr *a = (void *)((char *)r + NLMSG_ALIGN(r->header.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(n);
	memcpy(RTA_DATA(a), data, n);
	r->header.nlmsg_len = (unsigned)(NLMSG_ALIGN(r->header.nlmsg_len) + RTA_ALIGN(a->rta_len));
}

/* One question, one answer. Its length, or -errno; an error that it tells, too. */
static int ask(int fd, const Request *r, void *answer, size_t size)
{
	const struct nlmsghdr *h = answer;
	ssize_t n;

	if (send(fd, r, r->header.nlmsg_len, 0) < 0)
		return -errno;
	n = recv(fd, answer, size, 0);
	if (n < 0)
		return -errno;
	if (!NLMSG_OK(h, (size_t)n))
		return -EBADMSG;
	if (h->nlmsg_type == NLMSG_ERROR)
		return ((const struct nlmsgerr *)NLMSG_DATA(h))->error;
	return (int)n;
}

/* A socket that belongs to another network namespace stays there. */
static int open_in(int netns)
{
	cleanup_fd int ours = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	cleanup_fd int fd = -1;

	if (ours < 0 || setns(netns, CLONE_NEWNET) < 0)
		return -errno;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	/* Nothing may go on in the wrong network. */
	if (setns(ours, CLONE_NEWNET) < 0)
		abort();
	return fd < 0 ? -errno : steal_fd(&fd);
}

/* The index of the other end of a veth pair. */
static int find_peer(int netns, const char *interface)
{
	Request r = { .header = { .nlmsg_len = NLMSG_LENGTH(sizeof(r.info)),
				  .nlmsg_type = RTM_GETLINK,
				  .nlmsg_flags = NLM_F_REQUEST } };
	char answer[MESSAGE_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *h = (const void *)answer;
	cleanup_fd int fd = open_in(netns);
	int n, left, index;

	if (fd < 0)
		return fd;
	if (strlen(interface) >= IFNAMSIZ)
		return -EINVAL;
	add_attribute(&r, IFLA_IFNAME, interface, strlen(interface) + 1);
	n = ask(fd, &r, answer, sizeof(answer));
	if (n <= 0)
		return n < 0 ? n : -EBADMSG;
	left = (int)IFLA_PAYLOAD(h);
	for (struct rtattr *a = IFLA_RTA(NLMSG_DATA(h)); RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == IFLA_LINK) {
			memcpy(&index, RTA_DATA(a), sizeof(index));
			return index;
		}
	return -ENODEV;
}

int bridge_port_hairpin(int netns, const char *interface)
{
	struct {
		struct rtattr header;
		unsigned char value, padding[3];
	} mode = { { RTA_LENGTH(1), IFLA_BRPORT_MODE }, 1, { 0 } };
	Request r = { .header = { .nlmsg_len = NLMSG_LENGTH(sizeof(r.info)),
				  .nlmsg_type = RTM_SETLINK,
				  .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		      .info = { .ifi_family = AF_BRIDGE } };
	char answer[MESSAGE_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
	cleanup_fd int fd = -1;
	int index = find_peer(netns, interface), n;

	if (index < 0)
		return index;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	r.info.ifi_index = index;
	add_attribute(&r, IFLA_PROTINFO | NLA_F_NESTED, &mode, sizeof(mode));
	n = ask(fd, &r, answer, sizeof(answer));
	return n < 0 ? n : 0;
}
