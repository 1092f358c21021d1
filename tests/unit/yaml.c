#include "libcommon/yaml.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static void gives(const char *yaml, const char *json)
{
	cleanup_error Error *err = NULL;
	cleanup_json json_t *v = NULL;
	cleanup_free char *text = NULL;

	if (yaml_parse(yaml, strlen(yaml), "t.yaml", &v, &err) >= 0)
		text = json_text(v);
	check_str(text ? text : err->msg, json);
}

static void refused(const char *yaml, size_t n, const char *message)
{
	cleanup_error Error *err = NULL;
	cleanup_json json_t *v = NULL;

	check_int(yaml_parse(yaml, n, "t.yaml", &v, &err), -EINVAL);
	check_str(err ? err->msg : NULL, message);
}

static void test_scalars(void)
{
	gives("[null, ~, Null, '', true, True, FALSE, yes, no, on, 'true']",
	      "[null,null,null,\"\",true,true,false,\"yes\",\"no\",\"on\",\"true\"]");
	gives("[1, -2, +3, 0x1F, 0o17, 0440, 08, 1_000, 1.5, .5, 1e3, -1., 1.2.3, 12:30]",
	      "[1,-2,3,31,15,288,8,\"1_000\",1.5,0.5,1000.0,-1.0,\"1.2.3\",\"12:30\"]");
	gives("[9223372036854775807, 9223372036854775808, .inf, .nan, 1e999, e3, '1', -]",
	      "[9223372036854775807,9.2233720368547758e18,\".inf\",\".nan\",\"1e999\",\"e3\",\"1\","
	      "\"-\"]");
	gives("[!!str 1, !!int \"7\", !!float 2, !!null '', ! x, !!bool \"true\"]",
	      "[\"1\",7,2,null,\"x\",true]");
	gives("a: |\n  x\n  y\nb: >-\n  p\n  q\nc: \"\\u00e4\\n\"\n",
	      "{\"a\":\"x\\ny\\n\",\"b\":\"p q\",\"c\":\"ä\\n\"}");
}

static void test_structure(void)
{
	gives("", "{}");
	gives("# nothing\n---\n", "{}");
	gives("\xef\xbb\xbf"
	      "a: 1",
	      "{\"a\":1}");
	gives("a: {b: [1, {c: d}]}\n80: x\ntrue: y\n",
	      "{\"a\":{\"b\":[1,{\"c\":\"d\"}]},\"80\":\"x\",\"true\":\"y\"}");
	gives("a: &x [1]\nb: *x\nc: &k key\n*k : v\n",
	      "{\"a\":[1],\"b\":[1],\"c\":\"key\",\"key\":\"v\"}");
	gives("d: &d {a: 1, b: 2}\ne: &e {b: 3, c: 4}\nf: {<<: [*d, *e], a: 9}\ng:\n  <<: *d\n  z: "
	      "1\n",
	      "{\"d\":{\"a\":1,\"b\":2},\"e\":{\"b\":3,\"c\":4},\"f\":{\"a\":9,\"b\":2,\"c\":4},"
	      "\"g\":{\"z\":1,\"a\":1,\"b\":2}}");
	gives("{'<<': 1}", "{\"<<\":1}");
}

#define REFUSED(yaml, message) refused(yaml, sizeof(yaml) - 1, message)

static void test_refused(void)
{
	REFUSED("a: 1\nb: 2\na: 3\n", "t.yaml:3:1: duplicate key \"a\"");
	REFUSED("a: *nope", "t.yaml:1:4: unknown alias \"nope\"");
	REFUSED("a: &a [*a]", "t.yaml:1:8: unknown alias \"a\"");
	REFUSED("a: !reset x",
		"t.yaml:1:4: a value that does not fit its tag, or a tag not known: \"!reset\"");
	REFUSED("a: !!int x", "t.yaml:1:4: a value that does not fit its tag, or a tag not known: "
			      "\"tag:yaml.org,2002:int\"");
	REFUSED("a: !foo []", "t.yaml:1:4: unknown tag \"!foo\"");
	REFUSED("a: 1\n---\nb: 2\n", "t.yaml:2:1: a second document");
	REFUSED("a: \"\\0\"", "t.yaml:1:4: a string cannot contain NUL");
	REFUSED("\"\\0\": a", "t.yaml:1:1: a key cannot contain NUL");
	REFUSED("? [a]\n: b", "t.yaml:1:3: a key must be a string");
	REFUSED("<<: 1", "t.yaml:1:5: a merge key needs a mapping or a list of mappings");
	REFUSED("<<: [1]", "t.yaml:1:5: a merge key needs a mapping or a list of mappings");
	REFUSED("a: \xff", "t.yaml:1:4: not UTF-8");
	REFUSED("a: 1\n\xc3\xa4: \xed\xa0\x80", "t.yaml:2:4: not UTF-8");
	REFUSED("a: [1", "t.yaml:2:1: did not find expected ',' or ']'");
	REFUSED("a:\n\t- b", "t.yaml:2:1: a tab where YAML wants blanks");
	REFUSED("a: \x01", "t.yaml:1:1: control characters are not allowed");
}

static void test_bombs(void)
{
	static const char laughs[] =
		"a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
		"c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
		"e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";
	char deep[300];

	REFUSED(laughs, "t.yaml:5:29: too many values, aliases expanded");
	memset(deep, '[', sizeof(deep));
	refused(deep, sizeof(deep), "t.yaml:1:102: nested too deeply");
}

static void test_file(void)
{
	cleanup_error Error *err = NULL;
	cleanup_json json_t *v = NULL;

	check_int(yaml_read_file(AT_FDCWD, "/nonexistent.yaml", 100, &v, &err), -ENOENT);
	check_str(err ? err->msg : NULL, "read /nonexistent.yaml: No such file or directory");
}

int main(void)
{
	test_scalars();
	test_structure();
	test_refused();
	test_bombs();
	test_file();
	return tap_done();
}
