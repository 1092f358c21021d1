/* Ports as go-connections/nat reads them; texts and results are those of Docker 28's client. */
#include "librunner/ports.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

/* The bindings that one or several values (separated by blanks) make, as JSON. */
static char *bindings(const char *text)
{
	cleanup_port_specs PortSpecs p = { 0 };
	cleanup_strv char **values = strv_split(text, ' ');
	cleanup_error Error *err = NULL;
	cleanup_json json_t *json = NULL;

	STRV_FOREACH(it, values)
		if (port_specs_add_publish(&p, *it, &err) < 0)
			return xstrdup(err->msg);
	json = port_specs_to_bindings(&p);
	return json_text(json);
}

static void becomes(const char *text, const char *want)
{
	cleanup_free char *got = bindings(text);

	tap_str(got, want, __FILE__, __LINE__, text);
}

static void test_short(void)
{
	becomes("80", "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}]}");
	becomes("8080:80", "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}]}");
	becomes(":80", "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}]}");
	becomes("127.0.0.1::80", "{\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"\"}]}");
	becomes("[::1]:80:80", "{\"80/tcp\":[{\"HostIp\":\"::1\",\"HostPort\":\"80\"}]}");
	becomes("::1:80:80", "{\"80/tcp\":[{\"HostIp\":\"::1\",\"HostPort\":\"80\"}]}");
	becomes("80/", "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}]}");
	becomes("80/SCTP", "{\"80/sctp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}]}");
	becomes("0:80", "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"0\"}]}");
	becomes("08080:080", "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}]}");
	becomes("80:80/tcp/x", "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"80\"}]}");
}

static void test_ranges(void)
{
	becomes("127.0.0.1:8000-8001:80-81/udp",
		"{\"80/udp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"8000\"}],"
		"\"81/udp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"8001\"}]}");
	becomes("80-81", "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}],"
			 "\"81/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}]}");
	becomes("8000-8002:80", "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8000-8002\"}]}");
	becomes("1-2-3", "{\"1/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}],"
			 "\"2/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}]}");
	becomes("8000-8001:80-82",
		"invalid ranges specified for container and host Ports: 80-82 and 8000-8001");
	becomes("90-80", "invalid containerPort: 90-80");
	/* Several: sorted as text, those of one port in their order. */
	becomes("443 2:80 1:80", "{\"443/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}],"
				 "\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"2\"},"
				 "{\"HostIp\":\"\",\"HostPort\":\"1\"}]}");
}

static void test_whole_range(void)
{
	cleanup_port_specs PortSpecs p = { 0 };

	check_int(port_specs_add(&p, "0-65535:0-65535", NULL), 0);
	check_int((long long)p.n, 65536);
	check_str(p.items[65535].host_port, "65535");
	/* What failed has added nothing. */
	check(port_specs_add(&p, "1-3:x", NULL) < 0);
	check_int((long long)p.n, 65536);
}

static void test_long(void)
{
	becomes("target=80,published=8080",
		"{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}]}");
	becomes("target=80", "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}]}");
	becomes("target=80,published=90,protocol=UDP,mode=host",
		"{\"80/udp\":[{\"HostIp\":\"\",\"HostPort\":\"90\"}]}");
	becomes("published=80", "no port specified: 80:/tcp<empty>");
	becomes("target=80,foo",
		"invalid publish opts format (should be name=value but got 'foo')");
	becomes("=80", "invalid publish opts format (should be name=value but got '=80')");
	becomes("target=80,nope=1",
		"invalid publish opts format (unexpected key 'nope' in 'nope=1')");
}

static void test_wrong(void)
{
	becomes("", "no port specified: <empty>");
	becomes("80:", "no port specified: 80:<empty>");
	becomes("/tcp", "no port specified: /tcp<empty>");
	becomes("a:80", "invalid hostPort: a");
	becomes("127.0.0.1:80", "invalid hostPort: 127.0.0.1");
	becomes("target", "invalid containerPort: target");
	becomes("70000", "invalid containerPort: 70000");
	becomes("+80", "invalid containerPort: +80");
	becomes("80/Foo", "invalid proto: Foo");
	becomes("1.2.3:80:80", "invalid IP address: 1.2.3");
	becomes("01.2.3.4:80:80", "invalid IP address: 01.2.3.4");
	becomes("localhost:80:80", "invalid IP address: localhost");
	becomes("[fe80::1%eth0]:80:80", "invalid IP address: fe80::1%eth0");
	becomes("[::1:80:80", "invalid IP address [::1: address [::1:: missing ']' in address");
	becomes("[::1]x:80:80",
		"invalid IP address [::1]x: address [::1]x:: missing port in address");
	becomes("[::1]:1:80:80",
		"invalid IP address [::1]:1: address [::1]:1:: too many colons in address");
	becomes("[[::1]:80:80",
		"invalid IP address [[::1]: address [[::1]:: unexpected '[' in address");
}

static void test_back(void)
{
	cleanup_port_specs PortSpecs p = { 0 };
	cleanup_json json_t *json = json_constant(
		"{\"53/udp\":[{\"HostIp\":\"::1\",\"HostPort\":\"5353\"},{}],\"80/tcp\":null,"
		"\"x\":[{}],\"81\":[7]}");

	port_specs_from_bindings(json, &p);
	check_int((long long)p.n, 3);
	check_int(p.items[0].port, 53);
	check_str(p.items[0].protocol, "udp");
	check_str(p.items[0].host_ip, "::1");
	check_str(p.items[0].host_port, "5353");
	check_str(p.items[1].host_port, "");
	check_int(p.items[2].port, 81);
	check_str(p.items[2].protocol, "tcp");
}

static void netavark(const PortMapping *ports, size_t n, bool ipv6, const char *want)
{
	cleanup_json json_t *json = port_mappings_netavark(ports, n, ipv6);
	cleanup_free char *got = json_text(json);

	tap_str(got, want, __FILE__, __LINE__, "netavark");
}

#define TO_80(ip, port, n)                                   \
	{                                                    \
		(char *)(ip), (port), 80, (n), (char *)"tcp" \
	}
#define RULE(ip, port, n)                                                       \
	"{\"host_ip\":\"" ip "\",\"host_port\":" port ",\"container_port\":80," \
	"\"protocol\":\"tcp\",\"range\":" n "}"

static void test_netavark(void)
{
	const PortMapping both[] = { TO_80("0.0.0.0", 8080, 3), TO_80("::", 8080, 3) };
	const PortMapping single[] = { TO_80("127.0.0.1", 1, 0), TO_80("::1", 2, 1),
				       TO_80("fd00::1", 3, 1) };

	netavark(both, 2, false, "[" RULE("", "8080", "3") "]");
	netavark(both, 2, true, "[" RULE("", "8080", "3") "]");
	/* One family alone is not what "no address" says where there are two. */
	netavark(both, 1, false, "[" RULE("", "8080", "3") "]");
	netavark(both, 1, true, "[]");
	netavark(both + 1, 1, true, "[]");
	netavark(single, 3, true,
		 "[" RULE("127.0.0.1", "1", "1") "," RULE("fd00::1", "3", "1") "]");
}

static void test_order(void)
{
	check(port_compare("80/tcp", "443/tcp") < 0);
	check(port_compare("80/udp", "80/tcp") > 0);
	check(port_compare("80/tcp", "80/tcp") == 0);
}

int main(void)
{
	test_short();
	test_ranges();
	test_whole_range();
	test_long();
	test_wrong();
	test_back();
	test_netavark();
	test_order();
	return tap_done();
}
