#include "librunner/rtnl.h"

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "libcommon/cleanup.h"

typedef struct LinkRequest {
	struct nlmsghdr header;
	struct ifinfomsg info;
	char attributes[256];
} LinkRequest;

static struct rtattr *add_attribute(LinkRequest *r, unsigned short type, const void *data, size_t n)
{
	struct rtattr *a = (void *)((char *)r + NLMSG_ALIGN(r->header.nlmsg_len));

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
	nest->rta_len =
		(unsigned short)((const char *)r + r->header.nlmsg_len - (const char *)nest);
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

static int add_link(const char *name, const char *kind, unsigned master)
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
	if (master)
		(void)add_attribute(&r, IFLA_MASTER, &master, sizeof(master));
	info = add_attribute(&r, IFLA_LINKINFO, NULL, 0);
	(void)add_attribute(&r, IFLA_INFO_KIND, kind, strlen(kind) + 1);
	end_nest(&r, info);
	return netlink_ask(&r);
}

int rtnl_add_veth(const char *name)
{
	return add_link(name, "veth", 0);
}

int rtnl_add_bridge(const char *name)
{
	return add_link(name, "bridge", 0);
}

int rtnl_add_bridge_port(const char *bridge, const char *name)
{
	unsigned master = if_nametoindex(bridge);

	return master ? add_link(name, "veth", master) : -ENODEV;
}

int rtnl_delete(const char *name)
{
	LinkRequest r = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			    .nlmsg_type = RTM_DELLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.info = { .ifi_index = (int)if_nametoindex(name) },
	};

	return r.info.ifi_index ? netlink_ask(&r) : 0;
}

int rtnl_bridge_ports(const char *bridge, int ports[static RTNL_PORTS_MAX])
{
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	unsigned long args[] = { BRCTL_GET_PORT_LIST, (unsigned long)ports, RTNL_PORTS_MAX, 0 };
	struct ifreq request = { 0 };
	int n = 0;

	if (strlen(bridge) >= sizeof(request.ifr_name))
		return -EINVAL;
	memcpy(request.ifr_name, bridge, strlen(bridge));
	request.ifr_data = (char *)args;
	memset(ports, 0, RTNL_PORTS_MAX * sizeof(*ports));
	if (fd < 0 || ioctl(fd, SIOCDEVPRIVATE, &request) < 0)
		return -errno;
	/* By number of the port; some have none. */
	for (int i = 0; i < RTNL_PORTS_MAX; i++)
		if (ports[i])
			ports[n++] = ports[i];
	return n;
}

int rtnl_isolate_port(int ifindex)
{
	LinkRequest r = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
			    .nlmsg_type = RTM_SETLINK,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.info = { .ifi_family = AF_BRIDGE, .ifi_index = ifindex },
	};
	const unsigned char on = 1;
	struct rtattr *port = add_attribute(&r, IFLA_PROTINFO | NLA_F_NESTED, NULL, 0);

	(void)add_attribute(&r, IFLA_BRPORT_ISOLATED, &on, sizeof(on));
	end_nest(&r, port);
	return netlink_ask(&r);
}
