#include "compose/load.h"

#include <fcntl.h>
#include <limits.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static char *dir;

static void file(const char *name, const char *text)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, name), *parent = xstrdup(path);

	*strrchr(parent, '/') = '\0';
	if (fs_mkdir_p(AT_FDCWD, parent, 0755) < 0 ||
	    fs_write_atomic(AT_FDCWD, path, text, strlen(text), 0644, 0) < 0)
		abort();
}

/* The text with the directory's name as DIR. */
static char *relative(const char *text)
{
	cleanup_strbuf Strbuf out = STRBUF_INIT;
	const char *at;

	while ((at = strstr(text, dir))) {
		strbuf_add(&out, text, (size_t)(at - text));
		strbuf_adds(&out, "DIR");
		text = at + strlen(dir);
	}
	strbuf_adds(&out, text);
	return strbuf_steal(&out);
}

static char *const no_environment[] = { NULL };

static int load(char *const *files, char *const *env, ComposeSource *ret, Error **err)
{
	cleanup_strv char **names = NULL;
	ComposeOptions options = { .environment = (char **)env, .project_directory = dir };

	STRV_FOREACH(f, files)
		strv_addf(&names, "%s/%s", dir, *f);
	options.files = names;
	return compose_load(&options, ret, err);
}

/* What a key of the tree of up to two files becomes: the member of `services`, if there is one of
 * that name, else of the top level. */
static void gives(const char *a, const char *b, const char *key, const char *want)
{
	char *files[] = { (char *)a, (char *)b, NULL };
	cleanup_compose_source ComposeSource s = { 0 };
	cleanup_error Error *err = NULL;
	cleanup_free char *text = NULL, *got = NULL;
	json_t *v = NULL;

	if (load(files, no_environment, &s, &err) >= 0)
		v = json_object_get(json_object_get(s.tree, "services"), key);
	if (!v)
		v = json_object_get(s.tree, key);
	text = v ? json_text(v) : NULL;
	got = relative(text ? text : err ? err->msg : "(nothing)");
	check_str(got, want);
}

static void test_documents(void)
{
	file("two.yaml",
	     "services: {a: {image: x}}\n---\nservices: {a: {tty: true}, b: {image: y}}\n");
	gives("two.yaml", NULL, "services",
	      "{\"a\":{\"image\":\"x\",\"tty\":true},\"b\":{\"image\":\"y\"}}");
	file("reset.yaml", "services:\n  a: {image: !reset null, tty: false}\n");
	gives("two.yaml", "reset.yaml", "a", "{\"tty\":false}");
	file("list.yaml", "services: {c: {ports: [1, 2], labels: {a: b}}}\n");
	file("override.yaml", "services: {c: {ports: !override [3], labels: !reset {}}}\n");
	gives("list.yaml", "override.yaml", "c", "{\"ports\":[3]}");
	file("empty.yaml", "# nothing\n");
	gives("empty.yaml", NULL, "a", "empty compose file");
	file("sequence.yaml", "- a\n");
	gives("sequence.yaml", NULL, "a",
	      "DIR/sequence.yaml:1:1: Top-level object must be a mapping");
	gives("none.yaml", NULL, "a", "open DIR/none.yaml: no such file or directory");
}

static void test_extends(void)
{
	file("ext.yaml",
	     "services:\n"
	     "  a: {extends: b, image: x}\n"
	     "  b: {extends: {service: c}, environment: {B: 1}}\n"
	     "  c: {environment: [C=1], command: [c]}\n"
	     "  d: {extends: {service: base, file: sub/base.yaml}, environment: [D=1]}\n");
	file("sub/base.yaml", "services:\n"
			      "  base:\n"
			      "    extends: {service: deep, file: ../other/deep.yaml}\n"
			      "    build: {context: ./b}\n");
	file("other/deep.yaml", "services: {deep: {env_file: [{path: e.env}], labels: [l=1]}}\n");
	gives("ext.yaml", NULL, "a",
	      "{\"environment\":[\"C=1\",\"B=1\"],\"command\":[\"c\"],\"image\":\"x\"}");
	gives("ext.yaml", NULL, "d",
	      "{\"env_file\":[{\"path\":\"DIR/other/e.env\"}],\"labels\":[\"l=1\"],"
	      "\"build\":{\"context\":\"DIR/sub/b\"},\"environment\":[\"D=1\"]}");
	file("cycle.yaml", "services: {a: {extends: b}, b: {extends: a}}\n");
	gives("cycle.yaml", NULL, "a",
	      "Circular reference:\n  a in DIR/cycle.yaml\n  extends b in DIR/cycle.yaml\n"
	      "  extends a in DIR/cycle.yaml");
	file("missing.yaml", "services: {a: {extends: b}}\n");
	gives("missing.yaml", NULL, "a",
	      "cannot extend service \"a\" in DIR/missing.yaml: service \"b\" not found");
	file("odd.yaml", "services: {a: {extends: {file: x}}}\n");
	gives("odd.yaml", NULL, "a",
	      "DIR/odd.yaml:1:16: services.a.extends.service must be a string");
}

static void test_include(void)
{
	file("inc.yaml", "include:\n  - part/one.yaml\n"
			 "  - {path: [part/two.yaml, part/more.yaml], project_directory: p, "
			 "env_file: part/x.env}\n"
			 "services: {a: {image: x}}\n");
	file("part/one.yaml", "services: {one: {build: {context: .}}}\nvolumes: {v: {}}\n");
	file("part/two.yaml", "services: {two: {image: 'i$X', build: {context: .}}}\n");
	file("part/more.yaml", "services: {two: {tty: true}}\n");
	file("part/x.env", "X=1\n");
	gives("inc.yaml", NULL, "one", "{\"build\":{\"context\":\"DIR/part\"}}");
	gives("inc.yaml", NULL, "two",
	      "{\"image\":\"i1\",\"build\":{\"context\":\"DIR/p\"},\"tty\":true}");
	gives("inc.yaml", NULL, "volumes", "{\"v\":{}}");
	file("clash.yaml", "include: [part/one.yaml]\nservices: {one: {image: x}}\n");
	gives("clash.yaml", NULL, "one",
	      "DIR/clash.yaml:2:12: services.one conflicts with imported resource");
	file("loop.yaml", "include: [part/loop.yaml]\n");
	file("part/loop.yaml", "include: [../loop.yaml]\n");
	gives("loop.yaml", NULL, "a",
	      "include cycle detected:\nDIR/loop.yaml\n include DIR/part/loop.yaml\n"
	      " include DIR/loop.yaml");
	file("far.yaml", "include: ['oci://example.com/x']\n");
	gives("far.yaml", NULL, "a",
	      "oci://example.com/x: compose files are read from this host only");
	file("wrong.yaml", "include:\n  - {pth: x}\n");
	gives("wrong.yaml", NULL, "a",
	      "DIR/wrong.yaml:2:6: include: Additional property pth is not allowed");
}

static void test_positions(void)
{
	static char *const unknown[] = { (char *)"services", (char *)"a", (char *)"nope", NULL };
	static char *const port[] = { (char *)"services", (char *)"a", (char *)"ports", (char *)"1",
				      NULL };
	char *files[] = { (char *)"pos1.yaml", (char *)"pos2.yaml", NULL };
	cleanup_compose_source ComposeSource s = { 0 };
	cleanup_free char *name = xasprintf("%s/pos2.yaml", dir);
	ComposePosition at;

	file("pos1.yaml", "services:\n  a:\n    ports: [1]\n");
	file("pos2.yaml",
	     "x-c: &c\n  nope: true\nservices:\n  a:\n    <<: *c\n    ports:\n      - '$X'\n");
	check_int(load(files, no_environment, &s, NULL), 0);
	at = compose_position_path(s.positions, s.tree, unknown);
	check_str(at.file, name);
	check_int(at.line, 2);
	check_int(at.column, 3);
	at = compose_position_path(s.positions, s.tree, port);
	check_str(at.file, name);
	check_int(at.line, 7);
	check_int(at.column, 9);
}

static void test_environment(void)
{
	static char *const env[] = { (char *)"TAG=1", (char *)"COMPOSE_PROFILES=a, b", NULL };
	char *files[] = { (char *)"env.yaml", NULL };
	cleanup_compose_source ComposeSource s = { 0 };
	cleanup_free char *text = NULL;

	file("env.yaml",
	     "name: 'My$TAG'\nservices: {a: {image: 'x:$TAG-$COMPOSE_PROJECT_NAME', tty: 'yes', "
	     "environment: [TAG, NOPE, A=$B]}}\n"
	     "secrets: {s: {environment: TAG}}\nconfigs: {c: {environment: TAG}}\n");
	file(".env", "TAG=2\nB=$TAG\n");
	check_int(load(files, env, &s, NULL), 0);
	text = json_text(s.tree);
	check_str(text, "{\"name\":\"My1\",\"services\":{\"a\":{\"image\":\"x:1-my1\",\"tty\":true,"
			"\"environment\":[\"TAG=1\",\"NOPE\",\"A=1\"]}},"
			"\"secrets\":{\"s\":{\"environment\":\"TAG\",\"x-#value\":\"1\"}},"
			"\"configs\":{\"c\":{\"environment\":\"TAG\",\"content\":\"1\"}}}");
	check_str(s.name, "my1");
	check_str(env_get(s.environment, "COMPOSE_PROJECT_NAME"), "my1");
	check_int((long long)strv_length(s.profiles), 2);
	check_str(s.profiles[1], "b");
	file(".env", "");
}

static void test_names(void)
{
	static const struct {
		const char *in, *out;
	} names[] = {
		{ "My Project_1", "myproject_1" }, { "__-a", "a" }, { "", "" }, { "ä--", "" }
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		cleanup_free char *got = compose_normalize_name(names[i].in);

		check_str(got, names[i].out);
	}
}

static void test_wrong_values(void)
{
	file("cast.yaml", "services: {a: {privileged: maybe}}\n");
	gives("cast.yaml", NULL, "a",
	      "error while interpolating services.a.privileged: failed to cast to expected type: "
	      "invalid boolean: maybe");
	file("int.yaml", "services: {a: {cpu_shares: '1x'}}\n");
	gives("int.yaml", NULL, "a",
	      "error while interpolating services.a.cpu_shares: failed to cast to expected type: "
	      "strconv.ParseInt: parsing \"1x\": invalid syntax");
	file("inv.yaml", "services: {a: {image: '${'}}\n");
	gives("inv.yaml", NULL, "a",
	      "invalid interpolation format for services.a.image.\nYou may need to escape any $ "
	      "with "
	      "another $.\n${");
	file("bind.yaml", "services: {a: {volumes: [{type: bind, target: /x}]}}\n");
	gives("bind.yaml", NULL, "a",
	      "invalid mount config for type \"bind\": field Source must not be empty");
	file("services.yaml", "services: []\n");
	gives("services.yaml", NULL, "a", "services must be a mapping");
}

static void test_bounds(void)
{
	cleanup_strbuf Strbuf bomb = STRBUF_INIT, big = STRBUF_INIT;
	cleanup_compose_source ComposeSource s = { 0 };
	cleanup_error Error *err = NULL, *big_err = NULL;
	char *files[] = { (char *)"bomb.yaml", NULL }, *big_files[] = { (char *)"big.yaml", NULL };

	strbuf_adds(&bomb, "x-a: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
	for (unsigned i = 1; i < 12; i++)
		strbuf_addf(&bomb, "x-%u: &x%u [*x%u, *x%u, *x%u, *x%u, *x%u, *x%u, *x%u, *x%u]\n",
			    i, i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	file("bomb.yaml", bomb.data);
	check_int(load(files, no_environment, &s, &err), -EINVAL);
	check(err && strstr(err->msg, "too many values, aliases expanded"));
	while (big.len < 10 * 1024 * 1024)
		strbuf_adds(&big, "# 0123456789 0123456789 0123456789 0123456789 0123456789\n");
	file("big.yaml", big.data);
	check_int(load(big_files, no_environment, &s, &big_err), -EFBIG);
}

int main(void)
{
	char template[] = "/tmp/compose-load.XXXXXX", real[PATH_MAX];

	log_set_level(LOG_LEVEL_ERROR);
	if (!mkdtemp(template) || !realpath(template, real))
		return 1;
	dir = real;
	test_documents();
	test_extends();
	test_include();
	test_positions();
	test_environment();
	test_names();
	test_wrong_values();
	test_bounds();
	(void)fs_remove_tree(AT_FDCWD, dir);
	return tap_done();
}
