/* Ports of the host, taken for real. */
#include "librunner/port-claims.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/ports.h"
#include "tests/tap.h"

static int take(PortClaims *c, const char *specs, char **exposed, Error **err)
{
	cleanup_port_specs PortSpecs p = { 0 };
	cleanup_strv char **list = *specs ? strv_split(specs, ' ') : NULL;
	cleanup_json json_t *bindings = NULL;

	STRV_FOREACH(it, list)
		check(port_specs_add(&p, *it, NULL) >= 0);
	bindings = port_specs_to_bindings(&p);
	return port_claims_take(c, bindings, exposed, exposed != NULL, err);
}

/* "127.0.0.1:8000->80/tcp 3; …" with ports of the host relative to `base`. */
static char *mappings(const PortClaims *c, int base)
{
	PortMapping *list = NULL;
	size_t n = 0;
	Strbuf text = STRBUF_INIT;

	port_claims_mappings(c, &list, &n);
	for (size_t i = 0; i < n; i++) {
		strbuf_addf(&text, "%s%s:%lld->%lld/%s %lld", i ? "; " : "", list[i].host_ip,
			    (long long)list[i].host_port - base, (long long)list[i].container_port,
			    list[i].protocol, (long long)list[i].range);
		json_clear(&port_mapping_type, &list[i]);
	}
	free(list);
	return strbuf_steal(&text);
}

static void test_random(void)
{
	cleanup_port_claims PortClaims c = { 0 }, d = { 0 };
	cleanup_free char *told = NULL;
	int port;

	check_int(take(&c, "80", NULL, NULL), 0);
	check_int((long long)c.n, 2);
	port = c.items[0].host_port;
	check(port >= 1024);
	told = mappings(&c, port);
	check_str(told, "0.0.0.0:0->80/tcp 1; :::0->80/tcp 1");
	/* The next one gets another. */
	check_int(take(&d, "80", NULL, NULL), 0);
	check(d.items[0].host_port != port);
	/* The same request keeps what it has. */
	check_int(take(&c, "80", NULL, NULL), 0);
	check_int(c.items[0].host_port, port);
	check_int(take(&c, "81", NULL, NULL), 0);
	check_int(c.items[0].port, 81);
}

static void test_conflict(void)
{
	cleanup_port_claims PortClaims c = { 0 }, d = { 0 };
	cleanup_error Error *err = NULL;
	cleanup_free char *same = NULL, *text = NULL, *two = NULL;
	int port;

	check_int(take(&c, "80", NULL, NULL), 0);
	port = c.items[0].host_port;
	same = xasprintf("9 127.0.0.1:%d:1", port);
	check_int(take(&d, same, NULL, &err), -EADDRINUSE);
	text = xasprintf("listen tcp4 127.0.0.1:%d: bind: address already in use", port);
	check_str(err->msg, text);
	check_str(d.busy_ip, "127.0.0.1");
	check_int(d.busy_port, port);
	check(!d.busy_own);
	check_int((long long)d.n, 0);
	/* Another protocol is another port. */
	free(same);
	same = xasprintf("%d:1/udp", port);
	check_int(take(&d, same, NULL, NULL), 0);
	/* Twice in one request. */
	port_claims_clear(&c);
	two = xasprintf("%d:1 %d:2", port, port);
	err = error_free(err);
	check_int(take(&c, two, NULL, &err), -EADDRINUSE);
	check(c.busy_own);
}

static void test_not_ours(void)
{
	cleanup_port_claims PortClaims c = { 0 };
	cleanup_error Error *err = NULL;

	check_int(take(&c, "192.0.2.1:7001:1/udp [2001:db8::1]::2", NULL, &err), -EADDRNOTAVAIL);
	check_str(err->msg, "listen udp4 192.0.2.1:7001: bind: cannot assign requested address");
}

/* Five free ports in a row. */
static int free_row(void)
{
	for (int port = 20000; port < 30000; port += 5) {
		cleanup_port_claims PortClaims c = { 0 };
		cleanup_free char *spec =
			xasprintf("%d-%d:1-5 %d-%d:1-5/udp", port, port + 4, port, port + 4);

		if (take(&c, spec, NULL, NULL) >= 0)
			return port;
	}
	return 0;
}

static void test_ranges(void)
{
	cleanup_port_claims PortClaims c = { 0 }, d = { 0 };
	cleanup_error Error *err = NULL;
	int base = free_row();
	cleanup_free char *row = xasprintf("127.0.0.1:%d-%d:80-82", base, base + 2);
	cleanup_free char *choice = xasprintf("127.0.0.1:%d-%d:9", base, base + 3);
	cleanup_free char *both = xasprintf("%d-%d:5-9/udp", base, base + 4), *told = NULL;

	check_int(take(&c, row, NULL, NULL), 0);
	told = mappings(&c, base);
	check_str(told, "127.0.0.1:0->80/tcp 3");
	/* One of a range: the first that is free. */
	check_int(take(&d, choice, NULL, NULL), 0);
	check_int(d.items[0].host_port, base + 3);
	port_claims_clear(&d);
	free(choice);
	choice = xasprintf("127.0.0.1:%d-%d:9", base, base + 2);
	check_int(take(&d, choice, NULL, &err), -EADDRINUSE);
	free(told);
	check_int(take(&d, both, NULL, NULL), 0);
	told = mappings(&d, base);
	check_str(told, "0.0.0.0:0->5/udp 5; :::0->5/udp 5");
}

/* A port that was named is not taken by one that may be any. */
static void test_order(void)
{
	cleanup_port_claims PortClaims c = { 0 };
	cleanup_free char *specs = NULL;
	int port;

	check_int(take(&c, "80", NULL, NULL), 0);
	port = c.items[0].host_port;
	port_claims_clear(&c);
	specs = xasprintf("1 %d-%d:2 %d:3", port, port + 1, port);
	check_int(take(&c, specs, NULL, NULL), 0);
	for (size_t i = 0; i < c.n; i++)
		if (c.items[i].port == 3)
			check_int(c.items[i].host_port, port);
}

static void test_exposed(void)
{
	char *exposed[] = { (char *)"80/tcp", (char *)"53/udp", (char *)"x", NULL };
	cleanup_port_claims PortClaims c = { 0 };

	check_int(take(&c, "127.0.0.1::80", exposed, NULL), 0);
	check_int((long long)c.n, 3);
	check_int(c.items[0].port, 53);
	check_str(c.items[0].protocol, "udp");
	check_str(c.items[2].host_ip, "127.0.0.1");
	check_int(take(&c, "", NULL, NULL), 0);
	check_int((long long)c.n, 0);
}

int main(void)
{
	test_random();
	test_conflict();
	test_not_ours();
	test_ranges();
	test_order();
	test_exposed();
	return tap_done();
}
