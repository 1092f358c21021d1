/* Ports as docker's `ps`, `port` and `inspect` show them; the texts are Docker 28's. */
#include "librunner/published.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

#define MAPPING(ip, host, inside, range, protocol)                          \
	{                                                                   \
		(char *)(ip), (host), (inside), (range), (char *)(protocol) \
	}

static PortMapping mappings[] = {
	MAPPING("0.0.0.0", 8443, 443, 1, "udp"),    MAPPING("::", 8443, 443, 1, "udp"),
	MAPPING("127.0.0.1", 7000, 7000, 3, "tcp"), MAPPING("0.0.0.0", 32768, 8080, 1, "tcp"),
	MAPPING("::", 32768, 8080, 0, "tcp"),	    MAPPING("::1", 9, 9, 1, "sctp"),
};
static char *exposed[] = { (char *)"443/udp", (char *)"99/tcp",	  (char *)"100/tcp",
			   (char *)"443/tcp", (char *)"nonsense", NULL };
static EndpointSettings bridge = { .gateway = (char *)"172.17.0.1" };
static Container web = {
	.config.exposed_ports = exposed,
	.host.network_mode = (char *)"bridge",
	.state = { .status = (char *)"running",
		   .ports = mappings,
		   .n_ports = 6,
		   .networks = &bridge,
		   .n_networks = 1 },
};

static void test_text(void)
{
	cleanup_published Published ports = { 0 };
	cleanup_free char *text = NULL;

	published_ports(&web, &ports);
	text = published_text(&ports);
	check_str(text, "99-100/tcp, [::1]:9->9/sctp, 443/tcp, 127.0.0.1:7000-7002->7000-7002/tcp, "
			"0.0.0.0:8443->443/udp, [::]:8443->443/udp, 0.0.0.0:32768->8080/tcp, "
			"[::]:32768->8080/tcp");
}

/* An internal network alone: what is only exposed is not shown. */
static void test_internal(void)
{
	cleanup_published Published ports = { 0 };
	EndpointSettings internal = { .ip_address = (char *)"172.18.0.2" };
	Container c = web;

	c.state.networks = &internal;
	c.state.n_ports = 0;
	published_ports(&c, &ports);
	check_int(ports.n, 0);
}

static void test_json(void)
{
	cleanup_published Published ports = { 0 };
	cleanup_json json_t *json = NULL;
	cleanup_free char *text = NULL;

	published_ports(&web, &ports);
	json = published_json(&ports);
	text = json_text(json);
	check_str(text, "{\"100/tcp\":null,\"443/tcp\":null,"
			"\"443/udp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"8443\"},"
			"{\"HostIp\":\"::\",\"HostPort\":\"8443\"}],"
			"\"7000/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"7000\"}],"
			"\"7001/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"7001\"}],"
			"\"7002/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"7002\"}],"
			"\"8080/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"32768\"},"
			"{\"HostIp\":\"::\",\"HostPort\":\"32768\"}],"
			"\"9/sctp\":[{\"HostIp\":\"::1\",\"HostPort\":\"9\"}],\"99/tcp\":null}");
}

static void test_one(void)
{
	const PublishedPort v4 = { 80, (char *)"tcp", (char *)"127.0.0.1", 8080 };
	const PublishedPort v6 = { 53, (char *)"udp", (char *)"::", 5353 };
	cleanup_free char *port = published_port(&v6), *a = published_address(&v4),
			  *b = published_address(&v6);

	check_str(port, "53/udp");
	check_str(a, "127.0.0.1:8080");
	check_str(b, "[::]:5353");
}

static void none_with(const char *mode, const char *status)
{
	cleanup_published Published ports = { 0 };
	cleanup_free char *text = NULL;
	Container c = web;

	c.host.network_mode = (char *)mode;
	c.state.status = (char *)status;
	published_ports(&c, &ports);
	check_int((long long)ports.n, 0);
	text = published_text(&ports);
	check_str(text, "");
}

static void test_none(void)
{
	none_with("host", "running");
	none_with("none", "running");
	none_with("container:x", "running");
	none_with("bridge", "exited");
	none_with("bridge", "created");
}

/* Every port there is, in no time. */
static void test_all(void)
{
	PortMapping every = MAPPING("0.0.0.0", 1, 1, 65535, "tcp");
	cleanup_published Published ports = { 0 };
	cleanup_free char *text = NULL;
	cleanup_strv char **list = NULL;
	Container c = web;

	list = xnew0(char *, 65536);
	for (unsigned i = 0; i < 65535; i++)
		list[i] = xasprintf("%u/tcp", i + 1);
	c.config.exposed_ports = list;
	c.state.ports = &every;
	c.state.n_ports = 1;
	published_ports(&c, &ports);
	check_int((long long)ports.n, 65535);
	text = published_text(&ports);
	check_str(text, "0.0.0.0:1-65535->1-65535/tcp");
	/* What is no port is none. */
	published_clear(&ports);
	every.host_port = 65530;
	published_ports(&c, &ports);
	check_int((long long)ports.n, 65535);
}

int main(void)
{
	test_text();
	test_internal();
	test_json();
	test_one();
	test_none();
	test_all();
	return tap_done();
}
