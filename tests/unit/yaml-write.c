#include "libcommon/yaml-write.h"
#include "libcommon/json-go.h"
#include "libcommon/json.h"
#include "libcommon/number-text.h"
#include "libcommon/yaml.h"
#include "tests/tap.h"

static void check_yaml(const char *json, const char *want)
{
	cleanup_json json_t *v = json_constant(json), *again = NULL;
	cleanup_free char *text = yaml_text(v);

	check_str(text, want);
	check(yaml_parse(text, strlen(text), "again", &again, NULL) >= 0 && json_equal(v, again));
}

static void test_collections(void)
{
	check_yaml("{\"a\":{\"b\":[1,{\"c\":2,\"d\":[]},[3,4]]},\"e\":{}}",
		   "a:\n  b:\n    - 1\n    - c: 2\n      d: []\n    - - 3\n      - 4\ne: {}\n");
	check_yaml("{\"a\":null,\"t\":true,\"g\":1.5}", "a: null\nt: true\ng: 1.5\n");
}

static void test_quotes(void)
{
	check_yaml("{\"a\":\"\"}", "a: \"\"\n");
	check_yaml("{\"a\":\"yes\"}", "a: \"yes\"\n");
	check_yaml("{\"a\":\"12\"}", "a: \"12\"\n");
	check_yaml("{\"a\":\"0o17\"}", "a: \"0o17\"\n");
	check_yaml("{\"a\":\"1e3\"}", "a: \"1e3\"\n");
	check_yaml("{\"a\":\"1.2.3\"}", "a: 1.2.3\n");
	check_yaml("{\"a\":\"12:30:45\"}", "a: \"12:30:45\"\n");
	check_yaml("{\"a\":\"80:80\"}", "a: 80:80\n");
	check_yaml("{\"a\":\"2024-01-31\"}", "a: \"2024-01-31\"\n");
	check_yaml("{\"a\":\"x: y\"}", "a: 'x: y'\n");
	check_yaml("{\"a\":\"it's\"}", "a: it's\n");
	check_yaml("{\"a\":\"*it's\"}", "a: '*it''s'\n");
	check_yaml("{\"a\":\" x\"}", "a: ' x'\n");
	check_yaml("{\"a\":\"x #y\"}", "a: 'x #y'\n");
	check_yaml("{\"a\":\"x#y\"}", "a: x#y\n");
	check_yaml("{\"a\":\"a\\tb\"}", "a: \"a\\tb\"\n");
	check_yaml("{\"a\":\"\\u00fc\"}", "a: ü\n");
	check_yaml("{\"a\":\"\\ud83d\\ude00\"}", "a: \"\\U0001F600\"\n");
	check_yaml("{\"y\":1,\"a b\":2}", "\"y\": 1\na b: 2\n");
}

static void test_literals(void)
{
	check_yaml("{\"a\":\"x\\ny\\n\"}", "a: |\n  x\n  y\n");
	check_yaml("{\"a\":\"x\\n\\n  y\"}", "a: |-\n  x\n\n    y\n");
	check_yaml("{\"a\":\"x\\n\\n\",\"b\":1}", "a: |+\n  x\n\nb: 1\n");
	check_yaml("[\" x\\ny\"]", "- |2-\n   x\n  y\n");
	check_yaml("{\"a\":\"x \\ny\"}", "a: \"x \\ny\"\n");
}

static void test_order(void)
{
	check(yaml_compare_keys("a2", "a10") < 0);
	check(yaml_compare_keys("a", "b") < 0);
	check(yaml_compare_keys("a", "ab") < 0);
	check(yaml_compare_keys("a1", "aa") > 0 || yaml_compare_keys("aa", "a1") > 0);
	check(yaml_compare_keys("B", "a") < 0);
	check_int(yaml_compare_keys("x-1", "x-1"), 0);
}

static void check_number(double value, int bits, NumberTextForm form, const char *want)
{
	cleanup_free char *text = number_text(value, bits, form);

	check_str(text, want);
}

static void test_numbers(void)
{
	check_number(0.1, 64, NUMBER_TEXT_G, "0.1");
	check_number((double)0.1f, 32, NUMBER_TEXT_G, "0.1");
	check_number(100000, 64, NUMBER_TEXT_G, "100000");
	check_number(1e6, 64, NUMBER_TEXT_G, "1e+06");
	check_number(1e-5, 64, NUMBER_TEXT_G, "1e-05");
	check_number(123456789.25, 64, NUMBER_TEXT_G, "1.2345678925e+08");
	check_number(1e6, 64, NUMBER_TEXT_JSON, "1000000");
	check_number(1e21, 64, NUMBER_TEXT_JSON, "1e+21");
	check_number(1e-7, 64, NUMBER_TEXT_JSON, "1e-7");
	check_number(-2.5, 64, NUMBER_TEXT_JSON, "-2.5");
}

static void test_json(void)
{
	cleanup_json json_t *v =
		json_constant("{\"a\":[\"<x> & \\\"y\\\"\\n\\u2028\",{}],\"b\":1.0}");
	cleanup_free char *text = json_go_text(v, 0), *pretty = json_go_text(v, 2);

	check_str(text, "{\"a\":[\"\\u003cx\\u003e \\u0026 \\\"y\\\"\\n\\u2028\",{}],\"b\":1}");
	check_str(
		pretty,
		"{\n  \"a\": [\n    \"\\u003cx\\u003e \\u0026 \\\"y\\\"\\n\\u2028\",\n    {}\n  ],"
		"\n  \"b\": 1\n}");
}

int main(void)
{
	test_collections();
	test_quotes();
	test_literals();
	test_order();
	test_numbers();
	test_json();
	return tap_done();
}
