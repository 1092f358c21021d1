#include "libimage/registries.h"

#include <string.h>

#include "tests/tap.h"

static const char config[] =
	"# how images come in\n"
	"registries:\n"
	"  docker.io:\n"
	"    mirrors: [http://localhost:5100, 'https://mirror.example/cache/']\n"
	"    insecure: true\n"
	"  lab.example:5000: {insecure: true}\n"
	"  mirror.example: {ca: /etc/ca.pem}\n"
	"  one.example: {mirrors: https://other.example}\n"
	"other: [1, 2]\n";

static void check_endpoint(const Endpoint *e, const char *scheme, const char *host,
			   const char *prefix, const char *account)
{
	check_str(e->scheme, scheme);
	check_str(e->host, host);
	check_str(e->prefix, prefix);
	check_str(e->account, account);
}

static void test_mirrors(const Registries *r)
{
	Endpoint *e;
	size_t n;

	registries_endpoints(r, "docker.io", &e, &n);
	check_int((long long)n, 3);
	check_endpoint(&e[0], "http", "localhost:5100", "", "localhost:5100");
	check(e[0].mirror && e[0].plain && !e[0].insecure);
	check_endpoint(&e[1], "https", "mirror.example", "cache/", "mirror.example");
	check(e[1].mirror && !e[1].plain && !e[1].insecure);
	check_str(e[1].ca, "/etc/ca.pem");
	check_endpoint(&e[2], NULL, "registry-1.docker.io", "", "docker.io");
	check(!e[2].mirror && e[2].plain && e[2].insecure);
	endpoints_free(e, n);
}

static void check_own(const Registries *r, const char *registry, const char *scheme, bool plain)
{
	Endpoint *e;
	size_t n;

	registries_endpoints(r, registry, &e, &n);
	check_int((long long)n, 1);
	check_endpoint(&e[0], scheme, registry, "", registry);
	check(e[0].plain == plain);
	endpoints_free(e, n);
}

static const struct {
	const char *text, *words;
} bad[] = {
	{ "registries: [a]", "f: registries: expected an object" },
	{ "registries: {a: 5}", "f: registries.a" },
	{ "registries: {a: {mirror: x}}", "mirror" },
	{ "registries: {a: {insecure: 7}}", "insecure" },
	{ "registries: {a: {mirrors: [localhost:5000]}}",
	  "f: registries.a: mirrors[0]: 'localhost:5000' is not an http:// or https:// URL" },
	{ "registries: {a: {mirrors: ['https://user@host']}}", "mirrors[0]" },
	{ "registries: {a: {mirrors: ['https:///x']}}", "mirrors[0]" },
	{ "registries: {a: {mirrors: ['file:///etc/passwd']}}", "mirrors[0]" },
	{ "registries: {", "f:" },
};

static void test_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cleanup_registries Registries *r = NULL;
		cleanup_error Error *err = NULL;

		check_int(registries_parse(bad[i].text, strlen(bad[i].text), "f", &r, &err),
			  -EINVAL);
		if (!err || !strstr(err->msg, bad[i].words))
			check_str(err ? err->msg : NULL, bad[i].words);
	}
}

static void test_local(void)
{
	check(host_is_local("localhost") && host_is_local("LOCALHOST:80"));
	check(host_is_local("127.0.0.1:5000") && host_is_local("127.9.9.9"));
	check(host_is_local("[::1]") && host_is_local("[::1]:5000"));
	check(!host_is_local("localhost.example") && !host_is_local("128.0.0.1"));
	check(!host_is_local("127.0.0.1.example:5000") && !host_is_local("[::2]"));
}

int main(void)
{
	cleanup_registries Registries *r = NULL, *none = NULL;

	check_int(registries_parse(config, strlen(config), "f", &r, NULL), 0);
	if (!r)
		return tap_done();
	test_mirrors(r);
	check_own(r, "lab.example:5000", NULL, true);
	check_own(r, "localhost:5000", NULL, true);
	check_own(r, "ghcr.io", "https", false);
	test_bad();
	test_local();
	(void)setenv("RACKER_CONFIG", "/nonexistent/config.yaml", 1);
	check_int(registries_load(&none, NULL), 0);
	check(none && none->n == 0);
	return tap_done();
}
