#include "libimage/bootstrap.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static void check_refused(const char *text, const char *want)
{
	cleanup_bootstrap_source BootstrapSource *s = NULL;
	cleanup_error Error *err = NULL;

	check_int(bootstrap_source_parse(text, &s, &err), -EINVAL);
	check_str(err ? err->msg : NULL, want);
}

static void test_parse(void)
{
	cleanup_bootstrap_source BootstrapSource *s = NULL, *t = NULL;

	check_int(bootstrap_source_parse("bootstrap:debian/bookworm", &s, NULL), 0);
	check_str(s->distribution, "debian");
	check_str(s->codename, "bookworm");
	check_str(s->mirror, NULL);
	check_int(bootstrap_source_parse("bootstrap:kali/rolling?mirror=https://example.org/k", &t,
					 NULL),
		  0);
	check_str(t->mirror, "https://example.org/k");
}

static void test_refusals(void)
{
	check_refused("bootstrap:", "bootstrap:: expected bootstrap:DISTRIBUTION/CODENAME");
	check_refused("bootstrap:debian",
		      "bootstrap:debian: expected bootstrap:DISTRIBUTION/CODENAME");
	check_refused("bootstrap:debian/",
		      "bootstrap:debian/: expected bootstrap:DISTRIBUTION/CODENAME");
	check_refused("bootstrap:debian/--help",
		      "bootstrap:debian/--help: expected bootstrap:DISTRIBUTION/CODENAME");
	check_refused("bootstrap:debian/a/b",
		      "bootstrap:debian/a/b: expected bootstrap:DISTRIBUTION/CODENAME");
	check_refused("bootstrap:kali/rolling", "bootstrap:kali/rolling: kali needs ?mirror=URL");
	check_refused("bootstrap:debian/sid?suite=x",
		      "bootstrap:debian/sid?suite=x: the mirror must be an http or https address");
	check_refused("bootstrap:debian/sid?mirror=http://a b",
		      "bootstrap:debian/sid?mirror=http://a b: the mirror must be an http or https "
		      "address");
	check_refused(
		"bootstrap:debian/sid?mirror=file:///srv",
		"bootstrap:debian/sid?mirror=file:///srv: the mirror must be an http or https "
		"address");
}

static void check_lines(const char *source, const char *arch, const char *host, const char *want)
{
	cleanup_bootstrap_source BootstrapSource *s = NULL;
	cleanup_strv char **lines = NULL;
	cleanup_free char *got = NULL;

	check_int(bootstrap_source_parse(source, &s, NULL), 0);
	lines = bootstrap_apt_lines(s, arch, host);
	got = strv_join(lines, "\n");
	check_str(got, want);
}

#define DEBIAN_KEYS "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
#define UBUNTU_KEYS "[signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg] "

static void test_public(void)
{
	check_lines("bootstrap:debian/bookworm", "amd64", "",
		    "deb " DEBIAN_KEYS "http://deb.debian.org/debian bookworm main\n"
		    "deb " DEBIAN_KEYS "http://deb.debian.org/debian bookworm-updates main\n"
		    "deb " DEBIAN_KEYS
		    "http://deb.debian.org/debian-security bookworm-security main");
	check_lines("bootstrap:debian/sid", "arm64", "",
		    "deb " DEBIAN_KEYS "http://deb.debian.org/debian sid main");
	check_lines("bootstrap:debian/buster?mirror=http://archive.debian.org/debian", "amd64", "",
		    "deb http://archive.debian.org/debian buster main");
	check_lines("bootstrap:ubuntu/noble", "arm64", "",
		    "deb " UBUNTU_KEYS "http://ports.ubuntu.com/ubuntu-ports noble main universe\n"
		    "deb " UBUNTU_KEYS
		    "http://ports.ubuntu.com/ubuntu-ports noble-updates main universe\n"
		    "deb " UBUNTU_KEYS
		    "http://ports.ubuntu.com/ubuntu-ports noble-security main universe");
}

static void test_host(void)
{
	/* clang-format off */
	static const char host[] =
		"https://deb.example.com/node/ . nodistro nodistro amd64\n"
		"file:/srv/debian/ Debian Debian stable amd64\n"
		"http://user:secret@mirror.example/debian/ Debian Debian stable amd64\n"
		"http://mirror.example/debian/ Debian Debian oldstable amd64\n"
		"http://other.example/debian/ Debian Debian oldstable amd64\n"
		"http://security.example/s/ Debian Debian-Security oldstable-security amd64\n";
	/* clang-format on */

	check_lines("bootstrap:debian/trixie", "amd64", host,
		    "deb " DEBIAN_KEYS "http://mirror.example/debian/ trixie main\n"
		    "deb " DEBIAN_KEYS "http://mirror.example/debian/ trixie-updates main\n"
		    "deb " DEBIAN_KEYS "http://security.example/s/ trixie-security main");
	check_lines("bootstrap:debian/sid", "arm64", host,
		    "deb " DEBIAN_KEYS "http://deb.debian.org/debian sid main");
	check_lines("bootstrap:ubuntu/noble", "amd64", host,
		    "deb " UBUNTU_KEYS "http://archive.ubuntu.com/ubuntu noble main universe\n"
		    "deb " UBUNTU_KEYS
		    "http://archive.ubuntu.com/ubuntu noble-updates main universe\n"
		    "deb " UBUNTU_KEYS
		    "http://security.ubuntu.com/ubuntu noble-security main universe");
}

static void test_architectures(void)
{
	check_str(bootstrap_debian_arch("amd64", NULL), "amd64");
	check_str(bootstrap_debian_arch("arm64", "v8"), "arm64");
	check_str(bootstrap_debian_arch("arm", "v7"), "armhf");
	check_str(bootstrap_debian_arch("arm", "v5"), "armel");
	check_str(bootstrap_debian_arch("ppc64le", NULL), "ppc64el");
	check_str(bootstrap_debian_arch("pdp11", NULL), NULL);
}

int main(void)
{
	test_parse();
	test_refusals();
	test_public();
	test_host();
	test_architectures();
	return tap_done();
}
