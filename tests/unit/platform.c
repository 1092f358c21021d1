#include "libimage/platform.h"

#include "tests/tap.h"

static const struct {
	const char *text, *normal;
} good[] = {
	{ "linux/amd64", "linux/amd64" },
	{ "Linux/X86_64", "linux/amd64" },
	{ "linux/amd64/v1", "linux/amd64" },
	{ "linux/amd64/v2", "linux/amd64/v2" },
	{ "linux/aarch64", "linux/arm64" },
	{ "aarch64", "linux/arm64" },
	{ "linux/arm64/v8", "linux/arm64" },
	{ "linux/arm64/8", "linux/arm64" },
	{ "linux/arm", "linux/arm/v7" },
	{ "linux/arm/6", "linux/arm/v6" },
	{ "armhf", "linux/arm/v7" },
	{ "linux/armel", "linux/arm/v6" },
	{ "i386", "linux/386" },
	{ "riscv64", "linux/riscv64" },
	{ "windows/amd64", "windows/amd64" },
	{ "macos/arm64", "darwin/arm64" },
	{ "foo/bar", "foo/bar" },
};

#define COMPONENT(word, text)                             \
	"\"" word "\" is an invalid component of \"" text \
	"\": platform specifier component must match \"^[A-Za-z0-9_-]+$\": invalid argument"

static const struct {
	const char *text, *error;
} bad[] = {
	{ "foo", "\"foo\": unknown operating system or architecture: invalid argument" },
	{ "a/b/c/d", "\"a/b/c/d\": cannot parse platform specifier: invalid argument" },
	{ "linux/", COMPONENT("", "linux/") },
	{ "linux/am!d", COMPONENT("am!d", "linux/am!d") },
	{ "*", "\"*\": wildcards not yet supported: invalid argument" },
};

static void test_parse(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		cleanup_platform Platform p = { 0 };
		cleanup_free char *text = NULL;

		check_int(platform_parse(good[i].text, &p, NULL), 0);
		if (p.os)
			text = platform_text(&p);
		check_str(text, good[i].normal);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cleanup_platform Platform p = { 0 };
		cleanup_error Error *err = NULL;

		check_int(platform_parse(bad[i].text, &p, &err), -EINVAL);
		check_str(err ? err->msg : NULL, bad[i].error);
	}
}

static int rank(const char *want, const char *os, const char *arch, const char *variant)
{
	cleanup_platform Platform p = { 0 };

	(void)platform_parse(want, &p, NULL);
	return platform_rank(&p, os, arch, variant);
}

static void test_rank(void)
{
	check_int(rank("linux/amd64", "linux", "amd64", NULL), 0);
	check_int(rank("linux/amd64", "linux", "x86_64", ""), 0);
	check_int(rank("linux/amd64", "linux", "amd64", "v2"), -1);
	check_int(rank("linux/amd64/v3", "linux", "amd64", "v2"), 1);
	check_int(rank("linux/amd64/v3", "linux", "amd64", NULL), 2);
	check(rank("linux/amd64", "linux", "386", NULL) > 0);
	check_int(rank("linux/386", "linux", "amd64", NULL), -1);
	check_int(rank("linux/amd64", "windows", "amd64", NULL), -1);
	check_int(rank("linux/amd64", "unknown", "unknown", NULL), -1);
	check_int(rank("linux/arm64", "linux", "arm64", "v8"), 0);
	check(rank("linux/arm64", "linux", "arm", "v7") > 0);
	check(rank("linux/arm64", "linux", "arm", "v6") >
	      rank("linux/arm64", "linux", "arm", "v7"));
	check_int(rank("linux/arm/v6", "linux", "arm", "v7"), -1);
	check_int(rank("linux/arm/v7", "linux", "arm", "v5"), 2);
	check_int(rank("linux/arm/v7", "linux", "arm64", NULL), -1);
	check(rank("linux/amd64", NULL, NULL, NULL) > rank("linux/amd64", "linux", "386", NULL));
}

static void test_choose(void)
{
	cleanup_platform Platform a = { 0 }, b = { 0 }, c = { 0 };
	cleanup_free char *at = NULL, *bt = NULL;

	(void)setenv("DOCKER_DEFAULT_PLATFORM", "linux/s390x", 1);
	check_int(platform_choose(NULL, &a, NULL), 0);
	check_int(platform_choose("linux/riscv64", &b, NULL), 0);
	at = platform_text(&a);
	bt = platform_text(&b);
	check_str(at, "linux/s390x");
	check_str(bt, "linux/riscv64");
	(void)setenv("DOCKER_DEFAULT_PLATFORM", "", 1);
	check_int(platform_choose("", &c, NULL), 0);
	check_str(c.os, "linux");
}

int main(void)
{
	test_parse();
	test_rank();
	test_choose();
	return tap_done();
}
