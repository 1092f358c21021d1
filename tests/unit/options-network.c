/* What flags say about networks and ports; texts and results are those of Docker 28's client. */
#include "librunner/options/network.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/endpoint-check.h"
#include "librunner/options/run-flags.h"
#include "tests/tap.h"

/* ---- --network ---- */

static char *option(const char *text)
{
	cleanup_network_option EndpointSettings e = { 0 };
	cleanup_error Error *err = NULL;
	cleanup_json json_t *json = NULL;
	cleanup_free char *settings = NULL;

	if (network_option_parse(text, &e, &err) < 0)
		return xstrdup(err->msg);
	json = json_encode(&endpoint_type, &e);
	settings = json_text(json);
	return xasprintf("%s %s", e.network, settings);
}

static void becomes(const char *text, const char *want)
{
	cleanup_free char *got = option(text);

	tap_str(got, want, __FILE__, __LINE__, text);
}

#define EMPTY "\"Links\":null,\"Aliases\":null,\"MacAddress\":\"\",\"DriverOpts\":null}"

static void test_network(void)
{
	becomes("front", "front {\"IPAMConfig\":null," EMPTY);
	becomes("name=front", "front {\"IPAMConfig\":null," EMPTY);
	becomes("Name= Front ,ALIAS=b",
		"Front {\"IPAMConfig\":null,\"Links\":null,\"Aliases\":[\"b\"],\"MacAddress\":\"\","
		"\"DriverOpts\":null}");
	/* Not the long form by Docker's pattern, so it is a name. */
	becomes("name=", "name= {\"IPAMConfig\":null," EMPTY);
	becomes("name=f,ip=10.0.0.5,ip6=fd00::5,link-local-ip=169.254.1.1",
		"f {\"IPAMConfig\":{\"IPv4Address\":\"10.0.0.5\",\"IPv6Address\":\"fd00::5\","
		"\"LinkLocalIPs\":[\"169.254.1.1\"]}," EMPTY);
	becomes("name=f,alias=a,alias=b,mac-address=02:42:ac:11:00:09,driver-opt=a=b,"
		"\"driver-opt=c=d,e\",gw-priority=-3",
		"f {\"IPAMConfig\":null,\"Links\":null,\"Aliases\":[\"a\",\"b\"],"
		"\"MacAddress\":\"02:42:ac:11:00:09\",\"DriverOpts\":{\"a\":\"b\",\"c\":\"d,e\"},"
		"\"GwPriority\":-3}");
	becomes("foo=bar", "invalid field key foo");
	becomes("name=f,alias", "invalid field alias");
	becomes("name=f,", "invalid field ");
	becomes("alias=f", "network name/id is not specified");
	becomes("name=f,gw-priority=x", "invalid gw-priority (x): invalid syntax");
	becomes("name=f,gw-priority=99999999999999999999",
		"invalid gw-priority (99999999999999999999): value out of range");
	becomes("name=f,driver-opt=x", "invalid key value pair format in driver options");
	becomes("name=f,driver-opt==x", "invalid key value pair format in driver options");
	becomes("name=f,\"x", "parse error on line 1, column 10: extraneous or missing \" in "
			      "quoted-field");
}

static void test_user_defined(void)
{
	check(network_mode_is_user_defined("front"));
	check(network_mode_is_user_defined("containers"));
	check(!network_mode_is_user_defined("bridge"));
	check(!network_mode_is_user_defined("default"));
	check(!network_mode_is_user_defined("container:x"));
	check(!network_mode_is_user_defined(""));
	check(!network_mode_is_user_defined(NULL));
}

static void mac(const char *text, const char *want)
{
	cleanup_free char *got = NULL;
	int r = mac_address_parse(text, &got, NULL);

	tap_str(r < 0 ? NULL : got, want, __FILE__, __LINE__, text);
}

static void test_mac(void)
{
	mac("02:42:ac:11:00:09", "02:42:ac:11:00:09");
	mac("02-42-AC-11-00-09", "02:42:ac:11:00:09");
	mac("0242.ac11.0009", "02:42:ac:11:00:09");
	mac("", NULL);
	mac("02", NULL);
	mac("foo", NULL);
	mac("0242ac110009", NULL);
	mac("02:42:ac:11:00", NULL);
	mac("02:42:ac:11:00:", NULL);
	mac("02:42:ac:11:00:9", NULL);
	mac("02:42:ac:11:00:09:", NULL);
	mac("02:42-ac:11:00:09", NULL);
	mac("02:42:ac:11:00:09:00:00", NULL);
	mac("02::42:ac:11:00:09", NULL);
	mac("02:42:ac:11:00:0g", NULL);
}

static void link_is(const char *text, const char *container, const char *alias)
{
	cleanup_free char *c = NULL, *a = NULL;
	cleanup_error Error *err = NULL;

	if (link_parse(text, &c, &a, &err) < 0) {
		tap_str(err->msg, container, __FILE__, __LINE__, text);
		return;
	}
	tap_str(c, container, __FILE__, __LINE__, text);
	tap_str(a, alias, __FILE__, __LINE__, text);
}

static void test_link(void)
{
	link_is("db", "db", "db");
	link_is("db:data", "db", "data");
	link_is("/db:/web/data", "db", "data");
	link_is("", "empty string specified for links", NULL);
	link_is("a:b:c", "bad format for links: a:b:c", NULL);
}

/* ---- the flags together ---- */

typedef struct Parsed {
	RunFlags f;
	FlagsParsed parsed;
	Error *err;
	int r;
} Parsed;

static Parsed parse(char **words)
{
	Parsed p = { 0 };
	FlagSet set = { run_flags, NULL };

	run_flags_init(&p.f);
	set.options = &p.f;
	p.r = flags_parse(&set, 1, false, words, &p.parsed, &p.err);
	if (p.r >= 0)
		p.r = run_flags_complete(&p.f, p.parsed.operands, &p.err);
	if (p.r >= 0)
		p.r = network_mode_check(&p.f.create, &p.err);
	return p;
}

static void parsed_clear(Parsed *p)
{
	run_flags_clear(&p->f);
	flags_clear(run_flags, &p->f);
	flags_parsed_clear(&p->parsed);
	error_free(p->err);
}
#define PARSE(line)                                        \
	cleanup_strv char **words = strv_split(line, ' '); \
	cleanup(parsed_clear) Parsed p = parse(words)

static void refused(const char *line, const char *message)
{
	PARSE(line);

	tap_str(p.r < 0 ? p.err->msg : NULL, message, __FILE__, __LINE__, line);
}

static void test_ports(void)
{
	PARSE("-p 8080:80 -p443 --expose 79-80 --expose 53/udp -P image");
	cleanup_free char *bindings = json_text(p.f.create.host.port_bindings);
	cleanup_free char *exposed = strv_join(p.f.create.config.exposed_ports, " ");

	check_int(p.r, 0);
	check_str(bindings, "{\"443/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}],"
			    "\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}]}");
	check_str(exposed, "443/tcp 80/tcp 79/tcp 53/udp");
	check(p.f.create.host.publish_all_ports);
	refused("-p x image", "invalid containerPort: x");
}

static void test_default(void)
{
	PARSE("--mac-address 02-42-ac-11-00-09 --link db:data --link-local-ip 169.254.1.1 image");
	const ContainerCreate *c = &p.f.create;

	check_int(p.r, 0);
	check_str(c->host.network_mode, "default");
	check_int((long long)c->networking.n_endpoints, 1);
	check_str(c->networking.endpoints[0].mac_address, "02:42:ac:11:00:09");
	check_str(c->networking.endpoints[0].ipam->link_local_ips[0], "169.254.1.1");
	/* A link of Docker's default network is none of the endpoint. */
	check(!c->networking.endpoints[0].links);
	check_str(c->host.links[0], "db:data");
}

static void test_several(void)
{
	PARSE("--network front --network name=back,alias=x --network-alias y --ip 10.0.0.7 "
	      "--link db --ip6 fd00::7 image");
	const ContainerCreate *c = &p.f.create;
	const EndpointSettings *front = &c->networking.endpoints[0], *back = front + 1;

	check_int(p.r, 0);
	check_str(c->host.network_mode, "front");
	check_int((long long)c->networking.n_endpoints, 2);
	check_str(front->network, "front");
	check_str(front->aliases[0], "y");
	check_str(front->links[0], "db");
	check_str(front->ipam->ipv4_address, "10.0.0.7");
	check_str(front->ipam->ipv6_address, "fd00::7");
	check(!c->host.links);
	check_str(back->network, "back");
	check_str(back->aliases[0], "x");
	check(!back->ipam && !back->links);
}

static void test_client_errors(void)
{
	const char *both = "conflicting options: cannot specify both --ip and per-network IPv4 "
			   "address";

	refused("--network  image", "no name set for network");
	refused("--network f --network f image", "network \"f\" is specified multiple times");
	refused("--network f --network host image",
		"conflicting options: cannot attach both user-defined and non-user-defined "
		"network-modes");
	refused("--network host --network none image", "networks host and none exclude each other");
	refused("--network-alias a image",
		"network-scoped aliases are only supported for user-defined networks");
	refused("--network name=f,alias=b --network-alias a image",
		"conflicting options: cannot specify both --network-alias and per-network alias");
	refused("--network name=f,ip=10.0.0.1 --ip 10.0.0.2 image", both);
	refused("--network name=f,mac-address=02:42:ac:11:00:09 --mac-address "
		"02:42:ac:11:00:09 image",
		"conflicting options: cannot specify both --mac-address and per-network MAC "
		"address");
	refused("--network name=f,link-local-ip=fe80::1 --link-local-ip fe80::2 image",
		"conflicting options: cannot specify both --link-local-ip and per-network "
		"link-local IP addresses");
	refused("--mac-address foo image", "foo is not a valid mac address");
	refused("--network foo=bar image",
		"invalid argument \"foo=bar\" for \"--network\" flag: invalid field key foo");
	refused("--link a:b:c image", "invalid argument \"a:b:c\" for \"--link\" flag: bad format "
				      "for links: a:b:c");
}

static void test_engine_errors(void)
{
	const char *undefined = "conflicting options: container type network can't be used with "
				"links. This would result in undefined behavior";

	refused("--network container: image",
		"Invalid network mode: invalid container format container:<name|id>");
	refused("--network container:x -h a image",
		"conflicting options: hostname and the network mode");
	refused("--network container:x --link a image", undefined);
	refused("--network container:x --dns 1.1.1.1 image",
		"conflicting options: dns and the network mode");
	refused("--network container:x --add-host a:1.1.1.1 image",
		"conflicting options: custom host-to-IP mapping and the network mode");
	refused("--network container:x -p 80 image",
		"conflicting options: port publishing and the container type network mode");
	refused("--network container:x -P image",
		"conflicting options: port publishing and the container type network mode");
	refused("--network container:x --expose 80 image",
		"conflicting options: port exposing and the container type network mode");
	refused("--network host --link a image",
		"conflicting options: host type networking can't be used with links. This would "
		"result in undefined behavior");
	refused("--network container:x image", NULL);
	refused("--network host -p 80 image", NULL);
}

int main(void)
{
	test_network();
	test_user_defined();
	test_mac();
	test_link();
	test_ports();
	test_default();
	test_several();
	test_client_errors();
	test_engine_errors();
	return tap_done();
}
