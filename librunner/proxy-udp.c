/* proxy-udp: datagrams. Each sender has a socket towards the container, so that answers find back;
 * they leave from the address that was asked. */
#include <string.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "librunner/proxy-internal.h"

#define BATCH 32
/* As docker-proxy: a flow is forgotten after so long without a datagram. */
#define IDLE_USEC (UINT64_C(90) * 1000000)
#define EXPIRY_USEC (UINT64_C(30) * 1000000)

/* Room for the control message that tells the address. */
typedef union Control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
} Control;

struct Flow {
	Listener *listener;
	Flow *next, **link; /* in its bucket */
	Flow *newer, *older;
	Address sender;
	struct in_addr local; /* where it sent to */
	struct in6_pktinfo local6;
	int fd;
	LoopSource *source;
	uint64_t used;
};

static unsigned bucket_of(const Listener *l, const Address *sender)
{
	const unsigned char *bytes = (const void *)&sender->in.sin_addr;
	size_t n = sizeof(struct in_addr);
	unsigned hash = sender->in.sin_port ^ l->port;

	if (sender->any.sa_family == AF_INET6) {
		bytes = sender->in6.sin6_addr.s6_addr;
		n = sizeof(struct in6_addr);
	}
	for (size_t i = 0; i < n; i++)
		hash = hash * 31 + bytes[i];
	return (hash ^ hash >> 8) % PROXY_FLOW_BUCKETS;
}

static bool same_sender(const Address *a, const Address *b)
{
	if (a->any.sa_family == AF_INET6)
		return a->in6.sin6_port == b->in6.sin6_port &&
		       a->in6.sin6_scope_id == b->in6.sin6_scope_id &&
		       memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr, sizeof(a->in6.sin6_addr)) == 0;
	return a->in.sin_port == b->in.sin_port && a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
}

/* ---- the order of use ---- */

static void unlink_use(Proxy *p, Flow *f)
{
	*(f->newer ? &f->newer->older : &p->newest) = f->older;
	*(f->older ? &f->older->newer : &p->oldest) = f->newer;
	f->newer = f->older = NULL;
}

static void link_newest(Proxy *p, Flow *f)
{
	f->older = p->newest;
	*(p->newest ? &p->newest->newer : &p->oldest) = f;
	p->newest = f;
	f->used = now_usec();
}

static void touch(Flow *f)
{
	unlink_use(f->listener->proxy, f);
	link_newest(f->listener->proxy, f);
}

static void flow_free(Flow *f)
{
	Proxy *p = f->listener->proxy;

	*f->link = f->next;
	if (f->next)
		f->next->link = f->link;
	unlink_use(p, f);
	p->n_flows--;
	loop_source_free(f->source);
	(void)fd_close(f->fd);
	free(f);
}

void proxy_flows_free(Proxy *p)
{
	while (p->newest)
		flow_free(p->newest);
	p->expiry = loop_source_free(p->expiry);
	free(p->datagram);
	p->datagram = NULL;
}

static void on_expiry(void *userdata)
{
	Proxy *p = userdata;
	uint64_t now = now_usec();

	while (p->oldest && now - p->oldest->used >= IDLE_USEC)
		flow_free(p->oldest);
	if (p->oldest)
		loop_source_rearm(p->expiry, EXPIRY_USEC);
	else
		p->expiry = loop_source_free(p->expiry);
}

/* ---- from the container ---- */

static void add_control(struct msghdr *m, int level, int type, const void *data, size_t n)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);

	m->msg_controllen = CMSG_SPACE(n);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(n);
	memcpy(CMSG_DATA(c), data, n);
}

static void answer(Flow *f, size_t n)
{
	struct iovec data = { f->listener->proxy->datagram, n };
	bool v6 = f->sender.any.sa_family == AF_INET6;
	struct in_pktinfo local = { .ipi_spec_dst = f->local };
	Control control = { 0 };
	struct msghdr m = { .msg_name = &f->sender,
			    .msg_namelen = v6 ? sizeof(f->sender.in6) : sizeof(f->sender.in),
			    .msg_iov = &data,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };

	if (v6)
		add_control(&m, IPPROTO_IPV6, IPV6_PKTINFO, &f->local6, sizeof(f->local6));
	else
		add_control(&m, IPPROTO_IP, IP_PKTINFO, &local, sizeof(local));
	/* What does not go out now is lost, as datagrams are. */
	(void)sendmsg(f->listener->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void on_answer(int fd, uint32_t events, void *userdata)
{
	Flow *f = userdata;

	(void)events;
	for (unsigned i = 0; i < BATCH; i++) {
		ssize_t n =
			recv(fd, f->listener->proxy->datagram, PROXY_DATAGRAM_MAX, MSG_DONTWAIT);

		/* Also "connection refused", which tells that nobody is there yet. */
		if (n < 0)
			return;
		touch(f);
		answer(f, (size_t)n);
	}
}

/* ---- to the container ---- */

static Flow *flow_find(const Listener *l, const Address *sender)
{
	Flow *f = l->proxy->flows[bucket_of(l, sender)];

	while (f && (f->listener != l || !same_sender(&f->sender, sender)))
		f = f->next;
	return f;
}

static int connect_flow(const Listener *l)
{
	Address target;
	socklen_t n;
	cleanup_fd int fd = -1;

	if (!proxy_target(l, &target, &n))
		return -ECONNREFUSED;
	fd = socket(target.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, &target.any, n) < 0)
		return -errno;
	return steal_fd(&fd);
}

static Flow *flow_new(Listener *l, const Address *sender)
{
	Proxy *p = l->proxy;
	Flow **bucket = &p->flows[bucket_of(l, sender)], *f;
	int fd;

	if (p->n_flows >= PROXY_FLOWS_MAX)
		flow_free(p->oldest);
	fd = connect_flow(l);
	if (fd < 0)
		return NULL;
	f = xnew0(Flow, 1);
	f->listener = l;
	f->fd = fd;
	f->sender = *sender;
	f->next = *bucket;
	f->link = bucket;
	if (f->next)
		f->next->link = &f->next;
	*bucket = f;
	link_newest(p, f);
	p->n_flows++;
	f->source = loop_add_fd(p->loop, fd, EPOLLIN, on_answer, f);
	if (!p->expiry)
		p->expiry = loop_add_timer(p->loop, EXPIRY_USEC, on_expiry, p);
	if (f->source)
		return f;
	flow_free(f);
	return NULL;
}

/* The address it was sent to is where answers come from; the interface is the kernel's choice, but
 * for link-local addresses. */
static void remember_local(Flow *f, struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct in_pktinfo info;

		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			f->local = info.ipi_spec_dst;
		}
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&f->local6, CMSG_DATA(c), sizeof(f->local6));
			if (!IN6_IS_ADDR_LINKLOCAL(&f->local6.ipi6_addr))
				f->local6.ipi6_ifindex = 0;
		}
	}
}

static void forward(Flow *f, size_t n)
{
	const void *data = f->listener->proxy->datagram;

	/* An error is that of the datagram before. */
	if (send(f->fd, data, n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == ECONNREFUSED)
		(void)send(f->fd, data, n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void proxy_receive(int fd, uint32_t events, void *listener)
{
	Listener *l = listener;
	Proxy *p = l->proxy;

	(void)events;
	if (!p->datagram)
		p->datagram = xmalloc(PROXY_DATAGRAM_MAX);
	for (unsigned i = 0; i < BATCH; i++) {
		Address sender = { 0 };
		Control control = { 0 };
		struct iovec data = { p->datagram, PROXY_DATAGRAM_MAX };
		struct msghdr m = { .msg_name = &sender,
				    .msg_namelen = sizeof(sender),
				    .msg_iov = &data,
				    .msg_iovlen = 1,
				    .msg_control = &control,
				    .msg_controllen = sizeof(control) };
		ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT);
		Flow *f;

		if (n < 0)
			return;
		f = flow_find(l, &sender);
		if (!f)
			f = flow_new(l, &sender);
		if (!f)
			continue;
		remember_local(f, &m);
		touch(f);
		forward(f, (size_t)n);
	}
}
