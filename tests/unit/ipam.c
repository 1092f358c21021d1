/* Subnets and addresses: librunner/ip.c, ipam.c, ipam-routes.c. */
#include "librunner/ipam.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static void test_ip(void)
{
	cleanup_free char *text = NULL;
	IpNet a, b;
	Ip ip, next;

	check_int(ip_parse("10.0.0.255", &ip), 0);
	next = ip_add(&ip, 1);
	text = ip_text(&next);
	check_str(text, "10.0.1.0");
	check_int(ip_parse("10.0.0", &ip), -EINVAL);
	check_int(ip_parse("fd00::1/64", &ip), -EINVAL);
	check_int(ipnet_parse("10.0.0.0/33", &a), -EINVAL);
	check_int(ipnet_parse("10.0.0.0", &a), -EINVAL);
	check_int(ipnet_parse("10.0.0.0/-1", &a), -EINVAL);
	check_int(ipnet_parse("10.0.0.0/8", &a), 0);
	check_int(ipnet_parse("10.255.0.0/16", &b), 0);
	check(ipnet_overlap(&a, &b) && ipnet_overlap(&b, &a));
	check_int(ipnet_parse("11.0.0.0/8", &b), 0);
	check(!ipnet_overlap(&a, &b));
	check_int(ipnet_parse("::/0", &b), 0);
	check(!ipnet_overlap(&a, &b));
	check_int(ip_parse("fd00::ffff:ffff:ffff:ffff", &ip), 0);
	next = ip_add(&ip, 1);
	free(text);
	text = ip_text(&next);
	check_str(text, "fd00:0:0:1::");
}

static void check_subnet(const IpNets *used, const char *want)
{
	cleanup_error Error *err = NULL;
	cleanup_free char *text = NULL;
	IpNet net;

	if (ipam_choose_subnet(AF_INET, used, &net, &err) >= 0)
		text = ipnet_text(&net);
	check_str(text, want);
}

static void use(IpNets *nets, const char *text)
{
	IpNet net;

	if (ipnet_parse(text, &net) >= 0)
		ipnets_add(nets, &net);
}

static void test_subnets(void)
{
	cleanup_ipnets IpNets used = { 0 };
	IpNet six;

	check_subnet(&used, "172.17.0.0/16");
	use(&used, "172.17.3.0/24");
	check_subnet(&used, "172.18.0.0/16");
	use(&used, "172.16.0.0/13");
	check_subnet(&used, "172.24.0.0/16");
	use(&used, "172.24.0.0/13");
	check_subnet(&used, "192.168.0.0/20");
	use(&used, "192.168.1.0/24");
	check_subnet(&used, "192.168.16.0/20");
	use(&used, "192.168.0.0/16");
	check_subnet(&used, NULL);
	check_int(ipam_choose_subnet(AF_INET6, &used, &six, NULL), 0);
	check(six.prefix == 64 && six.ip.bytes[0] == 0xfd);
}

/* As many networks as there are pools, and not one more. */
static void test_all_subnets(void)
{
	cleanup_ipnets IpNets used = { 0 };
	unsigned n = 0;
	IpNet net;

	for (; n < 100 && ipam_choose_subnet(AF_INET, &used, &net, NULL) >= 0; n++) {
		check(!ipnets_overlap(&used, &net));
		ipnets_add(&used, &net);
	}
	check_int(n, 15 + 16);
}

static void test_routes(void)
{
	static const char four[] = "Iface\tDestination\tGateway "
				   "\tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
				   "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
				   "eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
				   "broken line\n";
	static const char six[] =
		"fd000000000000000000000000000000 40 00000000000000000000000000000000 00 "
		"00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0\n"
		"fe800000000000000000000000000000 40 0 00 0 0 0 0 0 eth0\n"
		"00000000000000000000000000000000 00 0 00 0 0 0 0 0 eth0\nshort";
	cleanup_ipnets IpNets nets = { 0 };
	cleanup_free char *a = NULL, *b = NULL;

	ipam_parse_routes(four, &nets);
	ipam_parse_routes6(six, &nets);
	check_int(nets.n, 2);
	a = ipnet_text(&nets.list[0]);
	b = ipnet_text(&nets.list[1]);
	check_str(a, "172.17.0.0/16");
	check_str(b, "fd00::/64");
}

static IpamPool pool(const char *subnet, const char *range, const char *gateway)
{
	return (IpamPool){ .subnet = xstrdup(subnet),
			   .ip_range = xstrdup(range),
			   .gateway = xstrdup(gateway) };
}

static void check_pool(const char *subnet, const char *range, const char *gateway, const char *want)
{
	IpamPool p = pool(subnet, range, gateway);
	cleanup_error Error *err = NULL;

	(void)ipam_complete_pool(&p, &err);
	check_str(err ? err->msg : p.gateway, want);
	json_clear(&ipam_pool_type, &p);
}

static void test_pools(void)
{
	check_pool("10.1.0.0/24", NULL, NULL, "10.1.0.1");
	check_pool("10.1.0.0/24", NULL, "10.1.0.254", "10.1.0.254");
	check_pool("fd00::/64", NULL, NULL, "fd00::1");
	check_pool("10.1.0.0/24", NULL, "10.2.0.1",
		   "invalid gateway address 10.2.0.1: not in the subnet 10.1.0.0/24");
	check_pool("10.1.0.5/24", NULL, NULL,
		   "invalid subnet 10.1.0.5/24: it should be 10.1.0.0/24");
	check_pool("10.1.0.0/24", "10.2.0.0/25", NULL,
		   "invalid ip-range 10.2.0.0/25: it is not in the subnet 10.1.0.0/24");
	check_pool("10.1.0.0/24", "10.1.0.0/16", NULL,
		   "invalid ip-range 10.1.0.0/16: it is not in the subnet 10.1.0.0/24");
	check_pool("10.1.0.0/32", NULL, NULL,
		   "invalid subnet 10.1.0.0/32: it has no room for a gateway");
	check_pool("x", NULL, NULL, "invalid subnet x: invalid CIDR address: x");
	check_pool(NULL, NULL, NULL, "invalid subnet : invalid CIDR address: ");
}

static void check_address(const IpamPool *p, char *const *taken, const char *want)
{
	cleanup_error Error *err = NULL;
	cleanup_free char *text = NULL;
	Ip ip;

	if (ipam_choose_address(p, taken, &ip, &err) >= 0)
		text = ip_text(&ip);
	check_str(err ? err->msg : text, want);
}

static void test_addresses(void)
{
	static const char full[] = "no available IPv4 addresses on this network's address pools";
	char *taken[] = { (char *)"10.1.0.2/29", (char *)"10.1.0.3", NULL };
	char *more[] = { (char *)"10.1.0.2", (char *)"10.1.0.3", (char *)"10.1.0.5",
			 (char *)"10.1.0.6", NULL };
	IpamPool p = pool("10.1.0.0/29", NULL, NULL);
	cleanup_error Error *err = NULL;

	check_int(ipam_complete_pool(&p, NULL), 0);
	check_address(&p, NULL, "10.1.0.2");
	check_address(&p, taken, "10.1.0.4");
	strv_add(&p.aux_addresses, "router=10.1.0.4");
	check_address(&p, taken, "10.1.0.5");
	check_address(&p, more, full);
	p.ip_range = xstrdup("10.1.0.6/31");
	check_address(&p, NULL, "10.1.0.6");
	check_address(&p, more, full);
	check_int(ipam_check_address(&p, more, "10.1.0.7", NULL), -EADDRINUSE);
	check_int(ipam_check_address(&p, more, "10.1.0.0", NULL), -EADDRINUSE);
	check_int(ipam_check_address(&p, more, "10.1.0.1", NULL), -EADDRINUSE);
	check_int(ipam_check_address(&p, more, "10.1.0.5", NULL), -EADDRINUSE);
	check_int(ipam_check_address(&p, NULL, "10.1.0.5", NULL), 0);
	check_int(ipam_check_address(&p, NULL, "10.2.0.5", &err), -EINVAL);
	json_clear(&ipam_pool_type, &p);
	p = pool("fd00::/64", NULL, NULL);
	check_int(ipam_complete_pool(&p, NULL), 0);
	check_address(&p, NULL, "fd00::2");
	json_clear(&ipam_pool_type, &p);
}

static void test_pool_for(void)
{
	IpamPool pools[] = { pool("10.1.0.0/24", NULL, NULL), pool("fd00::/64", NULL, NULL) };
	Ipam ipam = { .config = pools, .n_config = 2 };

	check(ipam_pool_for(&ipam, AF_INET, NULL) == &pools[0]);
	check(ipam_pool_for(&ipam, AF_INET6, NULL) == &pools[1]);
	check(ipam_pool_for(&ipam, AF_INET6, "fd00::5") == &pools[1]);
	check(!ipam_pool_for(&ipam, AF_INET, "10.2.0.1"));
	check(!ipam_pool_for(&ipam, AF_INET, "x"));
	json_clear(&ipam_pool_type, &pools[0]);
	json_clear(&ipam_pool_type, &pools[1]);
}

int main(void)
{
	test_ip();
	test_subnets();
	test_all_subnets();
	test_routes();
	test_pools();
	test_addresses();
	test_pool_for();
	return tap_done();
}
