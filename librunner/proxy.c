#include "librunner/proxy.h"

#include <arpa/inet.h>
#include <string.h>

#include "libcommon/alloc.h"
#include "librunner/proxy-internal.h"

Proxy *proxy_new(Loop *loop)
{
	Proxy *p = xnew0(Proxy, 1);

	p->loop = loop;
	return p;
}

Proxy *proxy_free(Proxy *p)
{
	if (!p)
		return NULL;
	proxy_connections_free(p);
	proxy_flows_free(p);
	loop_source_free(p->resume);
	while (p->listeners) {
		Listener *l = p->listeners;

		p->listeners = l->next;
		loop_source_free(l->source);
		free(l);
	}
	free(p);
	return NULL;
}

int proxy_add(Proxy *p, int fd, bool datagrams, uint16_t port)
{
	Listener *l = xnew0(Listener, 1);
	socklen_t n = sizeof(l->family);
	int saved;

	l->proxy = p;
	l->fd = fd;
	l->datagrams = datagrams;
	l->port = port;
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &l->family, &n) >= 0)
		l->source = loop_add_fd(p->loop, fd, EPOLLIN,
					datagrams ? proxy_receive : proxy_accept, l);
	saved = errno;
	if (!l->source) {
		free(l);
		return -saved;
	}
	l->next = p->listeners;
	p->listeners = l;
	return 0;
}

void proxy_set_target(Proxy *p, const char *ipv4, const char *ipv6)
{
	Address v4 = { 0 }, v6 = { 0 };

	if (ipv4 && inet_pton(AF_INET, ipv4, &v4.in.sin_addr) == 1)
		v4.in.sin_family = AF_INET;
	if (ipv6 && inet_pton(AF_INET6, ipv6, &v6.in6.sin6_addr) == 1)
		v6.in6.sin6_family = AF_INET6;
	if (memcmp(&v4, &p->ipv4, sizeof(v4)) == 0 && memcmp(&v6, &p->ipv6, sizeof(v6)) == 0)
		return;
	proxy_connections_free(p);
	proxy_flows_free(p);
	p->ipv4 = v4;
	p->ipv6 = v6;
}

/* The family it came by, if the container has it. */
bool proxy_target(const Listener *l, Address *ret, socklen_t *ret_length)
{
	const Proxy *p = l->proxy;
	bool v6 = p->ipv6.any.sa_family && (l->family == AF_INET6 || !p->ipv4.any.sa_family);

	*ret = v6 ? p->ipv6 : p->ipv4;
	if (v6)
		ret->in6.sin6_port = htons(l->port);
	else
		ret->in.sin_port = htons(l->port);
	*ret_length = v6 ? sizeof(ret->in6) : sizeof(ret->in);
	return ret->any.sa_family != 0;
}

unsigned proxy_busy(const Proxy *p)
{
	return p->n_connections + p->n_flows;
}
