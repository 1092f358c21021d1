#include "libcommon/cli/template.h"

#include "libcommon/alloc.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static const char data[] =
	"{\"ID\":\"3b2df1b4fe4c\",\"Names\":\"cli-one\",\"N\":12,\"F\":1.5,\"B\":true,\"Nil\":null,"
	"\"Empty\":\"\",\"List\":[\"a\",\"b\",\"c\"],\"None\":[],\"Labels\":{\"x.y\":\"1\",\"b\":"
	"\"2\"},"
	"\"State\":{\"Running\":true,\"Pid\":7,\"Health\":{\"Log\":[{\"Code\":0},{\"Code\":3}]}},"
	"\"Big\":1572864000,\"Text\":\"<none> & \\u00e4\"}";

static char *render(const char *template, unsigned flags)
{
	cleanup(template_freep) Template *t = NULL;
	cleanup_error Error *err = NULL;
	cleanup_json json_t *v = json_loads(data, 0, NULL);
	Strbuf out = STRBUF_INIT;

	if (template_parse(template, &t, &err) >= 0 &&
	    template_execute(t, v, flags, &out, &err) >= 0)
		return strbuf_steal(&out);
	strbuf_clear(&out);
	return xstrdup(err->msg);
}

static void gives(const char *template, const char *want)
{
	cleanup_free char *got = render(template, 0);

	printf("# %s\n", template);
	check_str(got, want);
}

/* As `docker inspect` does: structs of Docker's API, fields that are left out, Go's words for maps.
 */
static void inspected(const char *template, const char *want)
{
	static const char document[] =
		"{\"State\":{\"Status\":\"running\",\"Running\":true,\"Paused\":false,"
		"\"Restarting\":false,\"OOMKilled\":false,\"Dead\":false,\"Pid\":7,"
		"\"ExitCode\":0,\"Error\":\"\",\"StartedAt\":\"a\",\"FinishedAt\":\"b\"},"
		"\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"/a\",\"Destination\":\"/b\","
		"\"Mode\":\"ro\",\"RW\":false,\"Propagation\":\"rprivate\"}],"
		"\"Config\":{\"Labels\":{\"a\":\"b\"},\"Env\":null,\"Volumes\":null,"
		"\"Healthcheck\":{\"Test\":[\"CMD\",\"x\"],\"Interval\":10000000000}},"
		"\"HostConfig\":{\"PidsLimit\":null,\"RestartPolicy\":{\"Name\":\"no\","
		"\"MaximumRetryCount\":0},\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{}}}}";
	cleanup(template_freep) Template *t = NULL;
	cleanup_error Error *err = NULL;
	cleanup_json json_t *v = json_loads(document, 0, NULL);
	cleanup_strbuf Strbuf out = STRBUF_INIT;
	int r = template_parse(template, &t, &err);

	if (r >= 0)
		r = template_execute(t, v, TEMPLATE_MAP, &out, &err);
	printf("# %s\n", template);
	check_str(r < 0 ? err->msg : out.data, want);
}

static void test_inspected(void)
{
	inspected("{{.State}}", "{running true false false false false 7 0  a b <nil>}");
	inspected("{{.Mounts}}", "[{bind  /a /b  ro false rprivate}]");
	inspected("{{.Config.Healthcheck}}", "{[CMD x] 10s 0s 0s 0s 0}");
	inspected("{{.HostConfig.RestartPolicy}} {{.HostConfig.LogConfig}}",
		  "{no 0} {json-file map[]}");
	inspected("{{.Config.Labels}} {{.Config.Labels.a}} {{.Config.Labels.x}}",
		  "map[a:b] b <no value>");
	inspected("{{.Config.Env}} {{.Config.Volumes}} {{.HostConfig.PidsLimit}} {{.SizeRw}}",
		  "[] map[] <nil> <nil>");
	inspected("{{if .State.Health}}x{{else}}none{{end}}", "none");
	inspected("{{.State.Health.Status}}", "template: :1:8: executing \"\" at "
					      "<.State.Health.Status>: map has no entry for key "
					      "\"Health\"");
	inspected("{{.Nosuch}}",
		  "template: :1:2: executing \"\" at <.Nosuch>: map has no entry for "
		  "key \"Nosuch\"");
	inspected("{{html \"<a&>\"}} {{urlquery \"a b&\"}} {{range 3}}{{.}}{{end}}",
		  "&lt;a&amp;&gt; a+b%26 012");
}

static void test_text(void)
{
	gives("", "");
	gives("plain } text", "plain } text");
	gives("a {{- .ID -}} x", "a3b2df1b4fe4cx");
	gives("a {{.ID}} x", "a 3b2df1b4fe4c x");
	gives("{{/* {{x}} */}}{{- /* y */ -}} z", "z");
	gives("{{ .ID }}\n{{.Names}}", "3b2df1b4fe4c\ncli-one");
	gives("{{\"a\\tb\\u00e4\\x41\\\"\"}} {{`r\\t`}} {{1.5}} {{0x10}} {{1e3}} {{true}} {{-3}}",
	      "a\tb\xc3\xa4"
	      "A\" r\\t 1.5 16 1000 true -3");
}

static void test_values(void)
{
	gives("{{.N}} {{.F}} {{.B}} {{.Nil}} {{.List}} {{.Labels}} {{.Empty}}|",
	      "12 1.5 true <no value> [a b c] map[b:2 x.y:1] |");
	gives("{{.State.Running}} {{.State.Health.Log}} {{(.State).Pid}} {{.Big}}",
	      "true [map[Code:0] map[Code:3]] 7 1572864000");
	gives("{{json .State}} {{json .Labels}} {{json .Text}} {{json .Nil}}",
	      "{\"Running\":true,\"Pid\":7,\"Health\":{\"Log\":[{\"Code\":0},{\"Code\":3}]}} "
	      "{\"x.y\":\"1\",\"b\":\"2\"} \"<none> & \xc3\xa4\" null");
	gives("{{index .Labels \"x.y\"}}|{{index .Labels \"zz\"}}|{{index .List 1}}|"
	      "{{(index .State.Health.Log 1).Code}}|{{.Labels.b}}",
	      "1||b|3|2");
	gives("{{.Labels \"b\"}}|{{.Labels \"zz\"}}|{{\"b\" | .Labels}}", "2||2");
}

static void test_functions(void)
{
	gives("{{.Names | upper}} {{upper .Names}} {{title \"hello world-x a_b\"}} {{lower "
	      "\"AbC\"}}",
	      "CLI-ONE CLI-ONE Hello World-X A_b abc");
	gives("{{truncate .ID 5}} {{truncate \"ab\" 5}} {{pad \"x\" 2 1}}|", "3b2df ab   x |");
	gives("{{join (split .Names \"-\") \"+\"}} {{split \"a,b\" \",\"}} {{join .List \",\"}}",
	      "cli+one [a b] a,b,c");
	gives("{{and 1 0 2}} {{or 0 \"\" \"z\"}} {{not 1}} {{and .B .ID}} {{or .Nil .Nil}}",
	      "0 z false 3b2df1b4fe4c <no value>");
	gives("{{eq .Names \"x\" \"cli-one\"}} {{ne 1 2}} {{lt 1 2}} {{le 2 2}} {{gt \"b\" \"a\"}} "
	      "{{ge 1.5 2.5}} {{eq .Nil nil}}",
	      "true true true true true false true");
	gives("{{len .ID}} {{len .List}} {{len .Labels}} {{slice .ID 1 3}} {{slice .List 1}}",
	      "12 3 2 b2 [b c]");
	gives("{{print 1 2 \"a\" \"b\" 3}}|{{println \"a\" 1}}|{{len .ID | printf \"%03d\"}}",
	      "1 2ab3|a 1\n|012");
	gives("{{or .B (index .List 99)}}", "true");
}

/* The results are those of docker ps --format. */
static void test_printf(void)
{
	gives("{{printf \"%5.1f|%x|%T|%8q|%-8s|%08d|%+d\" 3.14159 \"hi\" 1 \"a\" \"b\" 42 5}}",
	      "  3.1|6869|int|     \"a\"|b       |00000042|+5");
	gives("{{printf \"%d\" \"x\"}} {{printf \"%s\"}} {{printf \"x\" 1}} {{printf \"%v%%\" "
	      ".List}}",
	      "%!d(string=x) %!s(MISSING) x%!(EXTRA int=1) [a b c]%");
	gives("{{\"a\" | printf \"%s-%s\" \"b\"}} {{printf \"%v %v\" nil true}} {{printf \"%06d\" "
	      "-42}}",
	      "b-a <nil> true -00042");
	gives("{{printf \"%.2s|%b|%o|%#x|%X|%e|%g|%t\" \"abc\" 5 8 255 255 1.5 2.5 false}}",
	      "ab|101|10|0xff|FF|1.500000e+00|2.5|false");
	gives("{{printf \"%-5s|%5s|\" \"\xc3\xa4\" \"\xc3\xa4\"}}{{printf \"%\"}}",
	      "\xc3\xa4    |    \xc3\xa4|%!(NOVERB)");
}

static void test_control(void)
{
	gives("{{if .B}}y{{else}}n{{end}}{{if .Empty}}y{{else if .Nil}}z{{else}}n{{end}}", "yn");
	gives("{{if eq .Names \"x\"}}1{{else if eq 1 1}}2{{else}}3{{end}}", "2");
	gives("{{range .List}}[{{.}}]{{end}}{{range .None}}x{{else}}none{{end}}", "[a][b][c]none");
	gives("{{range $i, $e := .List}}{{$i}}={{$e}};{{end}}", "0=a;1=b;2=c;");
	gives("{{range $k, $v := .Labels}}{{$k}}={{$v}} {{end}}", "b=2 x.y=1 ");
	gives("{{range $e := .List}}{{if eq $e \"b\"}}{{continue}}{{end}}{{$e}}{{end}}", "ac");
	gives("{{range .List}}{{if eq . \"b\"}}{{break}}{{end}}{{.}}{{end}}!", "a!");
	gives("{{range .List}}{{$.N}}{{end}} {{range .Nil}}x{{end}}", "121212 ");
	gives("{{with .State}}{{.Pid}}{{end}}{{with .Empty}}x{{else}}y{{end}}", "7y");
	gives("{{with \"\"}}a{{else with \"b\"}}{{.}}{{end}}", "b");
	gives("{{$x := 1}}{{if true}}{{$x = 2}}{{$y := 3}}{{$y}}{{end}}{{$x}}", "32");
	gives("{{with $x := .ID}}{{$x}}{{end}}", "3b2df1b4fe4c");
	gives("{{range .State.Health.Log}}{{if .Code}}{{.Code}}{{end}}{{end}}", "3");
}

/* The texts are those of docker 28, but for types and positions that JSON has not. */
static void test_wrong_syntax(void)
{
	gives("{{foo}}", "template: :1: function \"foo\" not defined");
	gives("{{", "template: :1: unclosed action");
	gives("a\n{{.ID", "template: :2: unclosed action");
	gives("{{end}}", "template: :1: unexpected {{end}}");
	gives("{{else}}", "template: :1: unexpected {{else}}");
	gives("{{if .ID}}x", "template: :1: unexpected EOF");
	gives("{{if}}x{{end}}", "template: :1: missing value for if");
	gives("{{\"abc}}", "template: :1: unterminated quoted string");
	gives("{{\"abc", "template: :1: unterminated quoted string");
	gives("{{`abc}}", "template: :1: unterminated raw quoted string");
	gives("{{}}", "template: :1: missing value for command");
	gives("{{(.ID}}", "template: :1: unclosed left paren");
	gives("{{$x}}", "template: :1: undefined variable \"$x\"");
	gives("{{with $x := .ID}}{{end}}{{$x}}", "template: :1: undefined variable \"$x\"");
	gives("{{break}}", "template: :1: {{break}} outside {{range}}");
	gives("{{if .ID}}{{else}}{{else}}{{end}}", "template: :1: expected end; found {{else}}");
	gives("{{.ID | 3}}", "template: :1: non executable command in pipeline stage 2");
	gives("{{/* x", "template: :1: unclosed comment");
	gives("{{1x}}", "template: :1: bad number syntax: \"1x\"");
	gives("{{\"\\q\"}}", "template: :1: invalid syntax");
	gives("{{.ID # 3}}", "template: :1: unexpected \"#\" in operand");
	gives("{{)}}", "template: :1: unexpected right paren");
	gives("{{.ID := 3}}", "template: :1: unexpected \":=\" in operand");
	gives("{{| .ID}}", "template: :1: unexpected \"|\" in command");
	gives("{{.ID .. }}", "template: :1: unexpected <.> in operand");
	gives("{{.ID\"x\"}}", "template: :1: bad character U+0022 '\"'");
	gives("{{\"a\".b}}", "template: :1: unexpected . after term \"\\\"a\\\"\"");
	gives("{{3.foo}}", "template: :1: bad number syntax: \"3.f\"");
	gives("{{-.ID}}", "template: :1: bad number syntax: \"-.I\"");
	gives("{{'ab'}}", "template: :1: malformed character constant: 'ab'");
	gives("{{'}}", "template: :1: unterminated character constant");
	gives("{{.ID if}}", "template: :1: unexpected <if> in operand");
	gives("{{if end}}{{end}}", "template: :1: unexpected <end> in if");
	gives("{{if 1}}{{else with 3}}{{end}}", "template: :1: unexpected <with> in input");
	gives("{{$x, $y := .ID}}", "template: :1: too many declarations in command");
	gives("{{range $x, 3 := .ID}}{{end}}", "template: :1: range can only initialize variables");
	gives("{{/*a*/ }}", "template: :1: comment ends before closing delimiter");
}

static void test_wrong_values(void)
{
	gives("{{.Foo}}", "template: :1:2: executing \"\" at <.Foo>: can't evaluate field Foo");
	gives("x\n {{.ID.Foo}}",
	      "template: :2:6: executing \"\" at <.ID.Foo>: can't evaluate field Foo "
	      "in type string");
	gives("{{.Nil.X}}",
	      "template: :1:6: executing \"\" at <.Nil.X>: nil pointer evaluating interface "
	      "{}.X");
	gives("{{upper}}",
	      "template: :1:2: executing \"\" at <upper>: wrong number of args for upper: want "
	      "1 got 0");
	gives("{{upper .ID .ID}}",
	      "template: :1:2: executing \"\" at <upper>: wrong number of args for "
	      "upper: want 1 got 2");
	gives("{{index .ID 100}}",
	      "template: :1:2: executing \"\" at <index .ID 100>: error calling index: "
	      "index out of range: 100");
	gives("{{len 3}}",
	      "template: :1:2: executing \"\" at <len 3>: error calling len: len of type int");
	gives("{{lt 1 \"a\"}}", "template: :1:2: executing \"\" at <lt 1 \"a\">: error calling lt: "
				"incompatible types for comparison");
	gives("{{range .ID}}x{{end}}",
	      "template: :1:8: executing \"\" at <.ID>: range can't iterate over "
	      "string");
	gives("{{nil}}", "template: :1:2: executing \"\" at <nil>: nil is not a command");
	gives("{{join .ID \",\"}}",
	      "template: :1:2: executing \"\" at <join .ID \",\">: error calling join: "
	      "wrong type for value; expected []string; got string");
	gives("{{.ID .Names}}",
	      "template: :1:2: executing \"\" at <.ID>: ID is not a method but has "
	      "arguments");
}

static void test_definitions(void)
{
	gives("{{template \"x\" .}}{{define \"x\"}}[{{.Names}}]{{end}}", "[cli-one]");
	gives("{{define \"x\"}}[{{.}}{{.ID}}]{{end}}{{template \"x\"}}", "[<no value><no value>]");
	gives("{{define \"x\"}}{{$}}{{template `y` .}}{{end}}{{define `y`}}-{{.}}{{end}}"
	      "{{template \"x\" .Names | upper}}",
	      "CLI-ONE-CLI-ONE");
	gives("{{range 3}}{{block \"x\" .}}{{.}}{{end}}{{end}}{{template \"x\" $y := 5}}", "0125");
	gives("{{define \"x\"}} {{end}}{{define \"x\"}}b{{end}}{{define \"x\"}}{{end}}"
	      "{{template \"x\"}}",
	      "b");
	gives("{{define \"\"}}b{{end}}", "b");
	gives("{{range 2}}{{template \"x\"}}{{end}}{{define \"x\"}}{{range "
	      "2}}{{break}}{{end}}k{{end}}",
	      "kk");
	gives("{{define \"x\"}}{{$a}}{{end}}", "template: :1: undefined variable \"$a\"");
	gives("{{$a := 1}}{{block \"x\" .}}{{$a}}{{end}}",
	      "template: :1: undefined variable \"$a\"");
	gives("{{range 3}}{{block \"x\" .}}{{break}}{{end}}{{end}}",
	      "template: :1: {{break}} outside {{range}}");
	gives("{{define \"x\"}}a{{end}}{{define \"x\"}}b{{end}}",
	      "template: :1: template: multiple definition of template \"x\"");
	gives("{{define x}}{{end}}", "template: :1: unexpected \"x\" in define clause");
	gives("{{define \"x\" .}}{{end}}", "template: :1: unexpected <.> in define clause");
	gives("{{define \"x\"}}{{else}}{{end}}",
	      "template: :1: unexpected {{else}} in define clause");
	gives("{{if true}}{{define \"x\"}}{{end}}{{end}}",
	      "template: :1: unexpected <define> in command");
	gives("{{define \"x\"}}a", "template: :1: unexpected EOF");
	gives("{{block \"x\"}}{{end}}", "template: :1: missing value for block clause");
	gives("{{template}}", "template: :1: unexpected \"}}\" in template clause");
	gives("{{template \"no\" .}}",
	      "template: :1:11: executing \"\" at <{{template \"no\" .}}>: "
	      "template \"no\" not defined");
	gives("{{define \"x\"}}{{.Foo}}{{end}}{{template \"x\" .}}",
	      "template: :1:16: executing \"x\" at <.Foo>: can't evaluate field Foo");
	gives("{{define \"x\"}}{{template \"x\" .}}{{end}}{{template \"x\" .}}",
	      "template: :1:25: executing \"x\" at <{{template \"x\" .}}>: "
	      "exceeded maximum template depth (1000)");
}

/* Go's builtins that nobody has missed yet, and constants. */
static void test_rare(void)
{
	gives("{{js \"a'b<>&=\\n\\\\\\x01\\u2028\\u00e4\\\"\"}} {{js 1 2}}{{js}}",
	      "a\\'b\\u003C\\u003E\\u0026\\u003D\\u000A\\\\\\u0001\\u2028\xc3\xa4\\\" 1 2");
	gives("{{call .ID 1}}", "template: :1:2: executing \"\" at <call .ID 1>: error calling "
				"call: non-function .ID of type string");
	gives("{{call nil}}",
	      "template: :1:2: executing \"\" at <call nil>: error calling call: call of nil");
	gives("{{call}}", "template: :1:2: executing \"\" at <call>: wrong number of args for "
			  "call: want at least 1 got 0");
	gives("{{'a'}} {{'\\n'}} {{'\xc3\xa4'}} {{0b11}} {{0x1p4}} {{.ID |}}",
	      "97 10 228 3 16 3b2df1b4fe4c");
	gives("{{$x = 3}}", "template: :1:7: executing \"\" at <3>: undefined variable: $x");
	gives("{{true .ID}}", "template: :1:2: executing \"\" at <true>: can't give argument to "
			      "non-function true");
}

static void test_limits(void)
{
	cleanup_free char *deep = xnew0(char, 1000), *got = NULL;

	strcpy(deep, "{{");
	memset(deep + 2, '(', 500);
	got = render(deep, 0);
	check_str(got, "template: :1: nested too deeply");
}

static void test_uses(void)
{
	cleanup(template_freep) Template *fields = NULL, *whole = NULL;

	check_int(template_parse("{{.ID}}{{if .A.B}}{{upper .C}}{{end}}", &fields, NULL), 0);
	check(template_uses(fields, "ID") && template_uses(fields, "A") &&
	      template_uses(fields, "C"));
	check(!template_uses(fields, "B") && !template_uses(fields, "Size"));
	check_int(template_parse("{{json .}}", &whole, NULL), 0);
	check(template_uses(whole, "Size"));
}

int main(void)
{
	cleanup_free char *header = NULL;

	test_text();
	test_values();
	test_functions();
	test_printf();
	test_control();
	test_wrong_syntax();
	test_wrong_values();
	test_definitions();
	test_rare();
	test_limits();
	test_uses();
	test_inspected();
	header = render("{{upper .Names}} {{join (split .Names \"-\") \",\"}} {{.Labels \"a\"}}",
			TEMPLATE_HEADER);
	check_str(header, "cli-one cli-one a");
	return tap_done();
}
