#include "libimage/reference.h"

#include "libcommon/alloc.h"
#include "tests/tap.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define A10 "aaaaaaaaaa"
#define A120 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10
#define UPPER(name) "invalid reference format: repository name (" name ") must be lowercase"

/* What docker 28 takes, and how it shows it. */
static const struct {
	const char *text, *familiar, *canonical;
} good[] = {
	{ "debian", "debian:latest", "docker.io/library/debian:latest" },
	{ "library/debian:12", "debian:12", "docker.io/library/debian:12" },
	{ "docker.io/debian", "debian:latest", "docker.io/library/debian:latest" },
	{ "docker.io/x/y", "x/y:latest", "docker.io/x/y:latest" },
	{ "index.docker.io/a", "a:latest", "docker.io/library/a:latest" },
	{ "docker://docker.io/library/debian:bookworm-slim", "debian:bookworm-slim",
	  "docker.io/library/debian:bookworm-slim" },
	{ "ghcr.io/a/b@sha256:" HEX64, "ghcr.io/a/b@sha256:" HEX64, "ghcr.io/a/b@sha256:" HEX64 },
	{ "a:b@sha256:" HEX64, "a:b@sha256:" HEX64, "docker.io/library/a:b@sha256:" HEX64 },
	{ "a@sha512:" HEX64 HEX64, "a@sha512:" HEX64 HEX64,
	  "docker.io/library/a@sha512:" HEX64 HEX64 },
	{ "localhost:5000/x", "localhost:5000/x:latest", "localhost:5000/x:latest" },
	{ "localhost/x", "localhost/x:latest", "localhost/x:latest" },
	{ "localhost", "localhost:latest", "docker.io/library/localhost:latest" },
	{ "LOCALHOST/x", "LOCALHOST/x:latest", "LOCALHOST/x:latest" },
	{ "[::1]:5000/x", "[::1]:5000/x:latest", "[::1]:5000/x:latest" },
	{ "[::1]/x", "[::1]/x:latest", "[::1]/x:latest" },
	{ "localhost:99999/x", "localhost:99999/x:latest", "localhost:99999/x:latest" },
	{ "sha256:abc", "sha256:abc", "docker.io/library/sha256:abc" },
	{ "A/b", "A/b:latest", "A/b:latest" },
	{ "foo_bar/a", "foo_bar/a:latest", "docker.io/foo_bar/a:latest" },
	{ "a__b", "a__b:latest", "docker.io/library/a__b:latest" },
	{ "a--b", "a--b:latest", "docker.io/library/a--b:latest" },
	{ "a.b", "a.b:latest", "docker.io/library/a.b:latest" },
	{ "a.b/c", "a.b/c:latest", "a.b/c:latest" },
	{ "library/a/b", "library/a/b:latest", "docker.io/library/a/b:latest" },
	{ "a:" A120 "aaaaaaaa", "a:" A120 "aaaaaaaa", "docker.io/library/a:" A120 "aaaaaaaa" },
	{ "docker.io/a.b/c", "docker.io/a.b/c:latest", "docker.io/a.b/c:latest" },
	{ "a:_x", "a:_x", "docker.io/library/a:_x" },
};

static const struct {
	const char *text, *error;
} bad[] = {
	{ "", "invalid reference format" },
	{ "Foo", UPPER("library/Foo") },
	{ "library/Foo", UPPER("library/Foo") },
	{ "docker.io/Foo", UPPER("library/Foo") },
	{ "Foo.io/Bar", UPPER("Bar") },
	{ "a/B", UPPER("a/B") },
	{ "abc/DEF:Tag", UPPER("abc/DEF") },
	{ "localhost/B", UPPER("B") },
	{ "x:5000/B", UPPER("B") },
	{ "a@SHA256:" HEX64, UPPER("library/a@SHA256") },
	{ "a:b:c", "invalid reference format" },
	{ "a@sha256:x", "invalid reference format" },
	{ "foo@bar", "invalid reference format" },
	{ "-a/b", "invalid reference format" },
	{ "a b", "invalid reference format" },
	{ "debian:", "invalid reference format" },
	{ "debian:.x", "invalid reference format" },
	{ "a/", "invalid reference format" },
	{ "/a", "invalid reference format" },
	{ "a//b", "invalid reference format" },
	{ "a___b", "invalid reference format" },
	{ "a-.b", "invalid reference format" },
	{ "a\nb", "invalid reference format" },
	{ "a.-b/c", "invalid reference format" },
	{ "[::1/x", "invalid reference format" },
	{ "[]/x:1", "invalid reference format" },
	{ "localhost:abc/x", "invalid reference format" },
	{ "localhost:/x", "invalid reference format" },
	{ "a:" A120 "aaaaaaaaa", "invalid reference format" },
	{ "a@sha256:0123456789abcdef0123456789abcdef", "invalid checksum digest length" },
	{ "a@sha512:" HEX64, "invalid checksum digest length" },
	{ "a@md5:0123456789abcdef0123456789abcdef", "unsupported digest algorithm" },
	{ "a@sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
	  "invalid checksum digest format" },
	{ HEX64,
	  "invalid repository name (" HEX64 "), cannot specify 64-byte hexadecimal strings" },
	{ A120 A120 A10, "repository name must not be more than 255 characters" },
};

static void test_good(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		cleanup_reference Reference *ref = NULL;
		cleanup_free char *familiar = NULL, *canonical = NULL;

		check_int(reference_parse(good[i].text, &ref, NULL), 0);
		if (!ref)
			continue;
		familiar = reference_familiar(ref);
		canonical = reference_canonical(ref);
		check_str(familiar, good[i].familiar);
		check_str(canonical, good[i].canonical);
	}
}

static void test_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cleanup_reference Reference *ref = NULL;
		cleanup_error Error *err = NULL;

		check_int(reference_parse(bad[i].text, &ref, &err), -EINVAL);
		check_str(err ? err->msg : NULL, bad[i].error);
		check(ref == NULL);
	}
}

static void test_name(void)
{
	cleanup_reference Reference *a = NULL, *b = NULL;
	cleanup_free char *an = NULL, *bn = NULL;

	check_int(reference_parse("debian:12", &a, NULL), 0);
	check_int(reference_parse("localhost:5000/x:1", &b, NULL), 0);
	an = reference_familiar_name(a);
	bn = reference_familiar_name(b);
	check_str(an, "debian");
	check_str(bn, "localhost:5000/x");
	check(reference_is_id(HEX64));
	check(!reference_is_id("0123"));
}

int main(void)
{
	test_good();
	test_bad();
	test_name();
	return tap_done();
}
