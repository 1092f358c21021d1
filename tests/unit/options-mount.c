#include "librunner/options/mount.h"

#include "libcommon/str.h"
#include "librunner/options/csv.h"
#include "tests/tap.h"

static void refused(const char *text, const char *message)
{
	cleanup_error Error *err = NULL;
	Mount m = { 0 };

	check(mount_parse(text, NULL, &m, &err) < 0);
	check_str(err ? err->msg : NULL, message);
}

static void test_bind(void)
{
	cleanup_mount Mount m = { 0 };

	check(mount_parse("TYPE=Bind,src=/a,dst=/b,ro,bind-propagation=RSlave,bind-nonrecursive,"
			  "consistency=cached",
			  NULL, &m, NULL) >= 0);
	check_str(m.type, "bind");
	check_str(m.source, "/a");
	check_str(m.target, "/b");
	check(m.readonly);
	check_str(m.consistency, "cached");
	check(m.bind && m.bind->non_recursive);
	check_str(m.bind ? m.bind->propagation : NULL, "rslave");
}

static void test_base(void)
{
	cleanup_mount Mount m = { 0 }, n = { 0 };

	check(mount_parse("type=bind,source=./x/../y,target=/b", "/base", &m, NULL) >= 0);
	check_str(m.source, "/base/y");
	check(mount_parse("type=bind,source=x,target=/b", "/base", &n, NULL) >= 0);
	check_str(n.source, "x");
}

static void test_others(void)
{
	cleanup_mount Mount t = { 0 }, v = { 0 }, i = { 0 };
	const char *driver = NULL;

	check(mount_parse("type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=1777", NULL, &t, NULL) >=
	      0);
	check_int(t.tmpfs ? t.tmpfs->size_bytes : -1, 1 << 20);
	check_int(t.tmpfs ? t.tmpfs->mode : -1, 01777);
	check(mount_parse("source=v,target=/v,volume-label=a=b,volume-label=c,volume-driver=d,"
			  "volume-opt=o=p,volume-nocopy=false",
			  NULL, &v, NULL) >= 0);
	check_str(v.type, "volume");
	check_str(env_get(v.volume->labels, "a"), "b");
	check_str(env_get(v.volume->labels, "c"), "");
	(void)json_unpack(v.volume->driver_config, "{s:s}", "Name", &driver);
	check_str(driver, "d");
	check(mount_parse("type=image,source=i,target=/i,image-subpath=etc", NULL, &i, NULL) >= 0);
	check_str(i.image ? i.image->subpath : NULL, "etc");
}

static void test_refused(void)
{
	refused("", "EOF");
	refused("x", "invalid field 'x' must be a key=value pair");
	refused("volume-opt", "invalid field 'volume-opt' must be a key=value pair");
	refused("type=bind,foo=bar,target=/x", "unexpected key 'foo' in 'foo=bar'");
	refused("type=,target=/x", "type is required");
	refused("type=bind,source=/x", "target is required");
	refused("type=bind,target=/x,ro=maybe", "invalid value for ro: maybe");
	refused("type=tmpfs,target=/x,tmpfs-mode=99", "invalid value for tmpfs-mode: 99");
	refused("type=tmpfs,target=/x,tmpfs-mode=40000000000", "invalid value for tmpfs-mode: "
							       "40000000000");
	refused("type=bind,target=/x,volume-nocopy",
		"cannot mix 'volume-*' options with mount type 'bind'");
	refused("type=tmpfs,target=/x,bind-recursive=disabled",
		"cannot mix 'bind-*' options with mount type 'tmpfs'");
	refused("type=bind,target=/x,bind-recursive=readonly",
		"option 'bind-recursive=readonly' requires 'readonly' to be specified in "
		"conjunction");
	refused("type=bind,target=/x,bind-recursive=readonly,ro",
		"option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be "
		"specified in conjunction");
	refused("type=bind,target=/x,bind-recursive=x",
		"invalid value for bind-recursive: x (must be \"enabled\", \"disabled\", "
		"\"writable\", or \"readonly\")");
}

static void fields(const char *text, const char *want)
{
	cleanup_strv char **got = NULL;
	cleanup_free char *joined = NULL;

	check(csv_parse(text, &got, NULL) >= 0);
	joined = strv_join(got, "|");
	check_str(joined, want);
}

static void bad_csv(const char *text, const char *message)
{
	cleanup_error Error *err = NULL;
	char **got = NULL;

	check(csv_parse(text, &got, &err) < 0);
	check_str(err ? err->msg : NULL, message);
}

static void test_csv(void)
{
	cleanup_free char *record = NULL;

	fields("a,b", "a|b");
	fields("a,", "a|");
	fields(",", "|");
	fields("\"a,b\",c", "a,b|c");
	fields("\"a\"\"b\"", "a\"b");
	fields("\na,b\r\nc", "a|b");
	fields("\"a\nb\"", "a\nb");
	bad_csv("\n", "EOF");
	bad_csv("\"ab",
		"parse error on line 1, column 4: extraneous or missing \" in quoted-field");
	bad_csv("\"a\"b",
		"parse error on line 1, column 3: extraneous or missing \" in quoted-field");
	bad_csv("a,b\"", "parse error on line 1, column 4: bare \" in non-quoted-field");
	csv_add(&record, "a", "b,c");
	csv_add(&record, "ro", NULL);
	csv_add(&record, "q", "\"");
	check_str(record, "\"a=b,c\",ro,\"q=\"\"\"");
	fields(record, "a=b,c|ro|q=\"");
}

int main(void)
{
	test_bind();
	test_base();
	test_others();
	test_refused();
	test_csv();
	return tap_done();
}
