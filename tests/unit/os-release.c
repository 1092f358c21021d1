#include "librunner/os-release.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static OsRelease *parse(const char *text)
{
	return os_release_parse(text, strlen(text));
}

static void test_debian(void)
{
	cleanup_os_release OsRelease *os = parse("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
						 "NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\n"
						 "VERSION_CODENAME=bookworm\nID=debian\n"
						 "HOME_URL=\"https://www.debian.org/\"\n");

	check_str(os->id, "debian");
	check_str(os->version_id, "12");
	check_str(os->version_codename, "bookworm");
	check_str(os->pretty_name, "Debian GNU/Linux 12 (bookworm)");
	check(os->id_like == NULL);
	check(os_release_is(os, "debian"));
	check(!os_release_is(os, "ubuntu"));
}

static void test_like(void)
{
	cleanup_os_release OsRelease *os = parse("ID='rocky'\r\nID_LIKE=\"rhel centos  fedora\"\n");

	check_str(os->id, "rocky");
	check_int((long long)strv_length(os->id_like), 3);
	check(os_release_is(os, "fedora"));
	check(os_release_is(os, "rocky"));
	check(!os_release_is(os, ""));
}

static void test_quotes(void)
{
	cleanup_os_release OsRelease *os = parse("PRETTY_NAME=\"a \\\"b\\\" \\$c \\n 'd'\"\n"
						 "VERSION_ID=1\\ 2 # no comment\n"
						 "VERSION_CODENAME=ju'mp'\"y\"\n"
						 "ID=\"unclosed\n");

	check_str(os->pretty_name, "a \"b\" $c \\n 'd'");
	check_str(os->version_id, "1 2");
	check_str(os->version_codename, "jumpy");
	check_str(os->id, "linux");
}

static void test_wrong(void)
{
	cleanup_os_release OsRelease *os =
		parse("# ID=comment\n=x\nID\nid=lower\n1ID=x\n\n   \nID=../etc\nID=\"two words\"\n"
		      "ID_LIKE=\"debian ../../x UPPER\"\nPRETTY_NAME=\"\xff\xfe\"\nVERSION_ID=\n");

	check_str(os->id, "linux");
	check_int((long long)strv_length(os->id_like), 1);
	check(os_release_is(os, "debian"));
	check(os->pretty_name == NULL);
	check(os->version_id == NULL);
}

static void test_last_wins_without_newline(void)
{
	cleanup_os_release OsRelease *os = parse("ID=a\nID=b");

	check_str(os->id, "b");
}

static void test_bounded(void)
{
	size_t n = OS_RELEASE_MAX_SIZE + 100;
	cleanup_free char *text = xmalloc(n);
	cleanup_os_release OsRelease *os = NULL;

	memset(text, '\n', n);
	memcpy(text + n - 6, "ID=far", 6);
	os = os_release_parse(text, n);
	check_str(os->id, "linux");
}

int main(void)
{
	test_debian();
	test_like();
	test_quotes();
	test_wrong();
	test_last_wins_without_newline();
	test_bounded();
	return tap_done();
}
