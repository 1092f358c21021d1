#include "librunner/addresses.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"

static void add_address(char ***list, const struct sockaddr *sa)
{
	const void *address = NULL;
	char text[INET6_ADDRSTRLEN];

	if (sa->sa_family == AF_INET)
		address = &((const struct sockaddr_in *)(const void *)sa)->sin_addr;
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const void *)sa;

		if (!IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr))
			address = &six->sin6_addr;
	}
	if (address && inet_ntop(sa->sa_family, address, text, sizeof(text)))
		strv_add(list, text);
}

/* Of the network namespace that this process is in. */
static char **list_addresses(void)
{
	struct ifaddrs *all = NULL;
	char **list = NULL;

	if (getifaddrs(&all) < 0)
		return NULL;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next)
		if (i->ifa_addr && !(i->ifa_flags & IFF_LOOPBACK))
			add_address(&list, i->ifa_addr);
	freeifaddrs(all);
	return list;
}

static bool same_namespace(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

char **container_addresses(const Container *c)
{
	cleanup_free char *path = xasprintf("/proc/%lld/ns/net", (long long)c->state.pid);
	cleanup_fd int ours = -1, theirs = -1;
	char **list;

	if (!container_is_running(c) || !process_alive(c->state.pid, c->state.pid_start))
		return NULL;
	ours = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	theirs = open(path, O_RDONLY | O_CLOEXEC);
	if (ours < 0 || theirs < 0 || same_namespace(ours, theirs) ||
	    setns(theirs, CLONE_NEWNET) < 0)
		return NULL;
	list = list_addresses();
	/* Nothing may go on in the wrong network. */
	if (setns(ours, CLONE_NEWNET) < 0)
		abort();
	return list;
}
