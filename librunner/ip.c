#include "librunner/ip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

int ip_parse(const char *text, Ip *ret)
{
	Ip ip = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	if (inet_pton(ip.family, text, ip.bytes) != 1)
		return -EINVAL;
	*ret = ip;
	return 0;
}

int ipnet_parse(const char *text, IpNet *ret)
{
	const char *slash = strchr(text, '/');
	cleanup_free char *address = NULL;
	uint64_t prefix;
	IpNet net;

	if (!slash)
		return -EINVAL;
	address = xstrndup(text, (size_t)(slash - text));
	if (ip_parse(address, &net.ip) < 0 || str_to_u64(slash + 1, &prefix) < 0 ||
	    prefix > ip_bits(&net.ip))
		return -EINVAL;
	net.prefix = (unsigned)prefix;
	*ret = net;
	return 0;
}

char *ip_text(const Ip *ip)
{
	char text[IP_TEXT_MAX];

	return xstrdup(inet_ntop(ip->family, ip->bytes, text, sizeof(text)) ? text : "");
}

char *ipnet_text(const IpNet *net)
{
	cleanup_free char *address = ip_text(&net->ip);

	return xasprintf("%s/%u", address, net->prefix);
}

unsigned ip_bits(const Ip *ip)
{
	return ip->family == AF_INET6 ? 128 : 32;
}

int ip_compare(const Ip *a, const Ip *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, ip_bits(a) / 8);
}

Ip ip_add(const Ip *ip, uint64_t n)
{
	Ip sum = *ip;
	uint64_t carry = n;

	for (unsigned i = ip_bits(ip) / 8; i-- > 0 && carry;) {
		uint64_t digit = sum.bytes[i] + (carry & 0xff);

		sum.bytes[i] = (uint8_t)digit;
		carry = (carry >> 8) + (digit >> 8);
	}
	return sum;
}

/* Sets all bits behind the prefix. */
static Ip with_host_bits(const IpNet *net, bool ones)
{
	Ip ip = net->ip;

	for (unsigned bit = net->prefix; bit < ip_bits(&ip); bit++) {
		uint8_t mask = (uint8_t)(0x80 >> (bit % 8));

		if (ones)
			ip.bytes[bit / 8] |= mask;
		else
			ip.bytes[bit / 8] &= (uint8_t)~mask;
	}
	return ip;
}

Ip ipnet_first(const IpNet *net)
{
	return with_host_bits(net, false);
}

Ip ipnet_last(const IpNet *net)
{
	return with_host_bits(net, true);
}

bool ipnet_contains(const IpNet *net, const Ip *ip)
{
	Ip first = ipnet_first(net), last = ipnet_last(net);

	return ip->family == net->ip.family && ip_compare(ip, &first) >= 0 &&
	       ip_compare(ip, &last) <= 0;
}

bool ipnet_overlap(const IpNet *a, const IpNet *b)
{
	Ip first_a = ipnet_first(a), first_b = ipnet_first(b);

	return a->ip.family == b->ip.family &&
	       (ipnet_contains(a, &first_b) || ipnet_contains(b, &first_a));
}
