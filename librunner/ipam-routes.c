/* ipam-routes: what the host reaches already. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "libcommon/fs.h"
#include "librunner/ipam.h"

#define MAX_ROUTES_FILE (4 << 20)

static const char *next_line(const char *p)
{
	const char *end = strchr(p, '\n');

	return end ? end + 1 : p + strlen(p);
}

/* "eth0 000011AC 00000000 0001 0 0 0 0000FFFF …": numbers of the machine's byte order. */
void ipam_parse_routes(const char *text, IpNets *to)
{
	for (const char *p = text; *p; p = next_line(p)) {
		unsigned destination, mask;
		IpNet net = { .ip = { .family = AF_INET } };

		if (sscanf(p, "%*s %8x %*s %*s %*s %*s %*s %8x", &destination, &mask) != 2)
			continue;
		net.prefix = (unsigned)__builtin_popcount(mask);
		memcpy(net.ip.bytes, &destination, sizeof(destination));
		if (net.prefix > 0)
			ipnets_add(to, &net);
	}
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "fd000000000000000000000000000000 40 …" */
void ipam_parse_routes6(const char *text, IpNets *to)
{
	for (const char *p = text; *p; p = next_line(p)) {
		IpNet net = { .ip = { .family = AF_INET6 } };
		bool valid = true;

		for (unsigned i = 0; i < 32 && valid; i++) {
			int digit = hex_digit(p[i]);

			valid = digit >= 0;
			if (valid)
				net.ip.bytes[i / 2] |= (uint8_t)(digit << (i % 2 ? 0 : 4));
		}
		/* Link-local and multicast networks are on every interface. */
		if (!valid || sscanf(p + 32, " %2x", &net.prefix) != 1 || net.prefix == 0 ||
		    net.prefix > 128 || net.ip.bytes[0] == 0xfe || net.ip.bytes[0] == 0xff)
			continue;
		ipnets_add(to, &net);
	}
}

void ipam_host_routes(IpNets *to)
{
	cleanup_strbuf Strbuf four = STRBUF_INIT, six = STRBUF_INIT;

	if (fs_read_file(AT_FDCWD, "/proc/net/route", MAX_ROUTES_FILE, &four) >= 0 && four.data)
		ipam_parse_routes(four.data, to);
	if (fs_read_file(AT_FDCWD, "/proc/net/ipv6_route", MAX_ROUTES_FILE, &six) >= 0 && six.data)
		ipam_parse_routes6(six.data, to);
}
