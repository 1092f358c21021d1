#include "libcommon/json.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "tests/tap.h"

typedef struct Mount {
	char *source;
	bool ro;
} Mount;

typedef struct Config {
	char *name;
	int64_t size;
	bool tty;
	char **cmd, **env, **ports, **entrypoint;
	Mount one, *two, *mounts;
	size_t n_mounts;
	json_t *extra;
} Config;

/* clang-format off */
static const JsonField mount_fields[] = {
	JSON_STRING(Mount, "Source", source, JSON_REQUIRED),
	JSON_BOOL(Mount, "RO", ro, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType mount_type = { "mount", sizeof(Mount), mount_fields };

static const JsonField config_fields[] = {
	JSON_STRING(Config, "Name", name, 0),
	JSON_INT(Config, "Size", size, JSON_OMIT_EMPTY),
	JSON_BOOL(Config, "Tty", tty, 0),
	JSON_STRV(Config, "Cmd", cmd, JSON_NULL_EMPTY),
	JSON_STRV(Config, "Entrypoint", entrypoint, JSON_STRING_OR_ARRAY | JSON_OMIT_EMPTY),
	JSON_ENV(Config, "Env", env, JSON_OMIT_EMPTY),
	JSON_SET(Config, "Ports", ports, JSON_OMIT_EMPTY),
	JSON_OBJECT(Config, "One", one, &mount_type, JSON_OMIT_EMPTY),
	JSON_POINTER(Config, "Two", two, &mount_type, JSON_OMIT_EMPTY),
	JSON_ARRAY(Config, "Mounts", mounts, n_mounts, &mount_type, JSON_OMIT_EMPTY),
	JSON_RAW(Config, "Extra", extra, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType config_type = { "config", sizeof(Config), config_fields };
/* clang-format on */

static const char full[] =
	"{\"Name\":\"n\",\"Size\":9007199254740993,\"Tty\":true,\"Cmd\":[\"a\",\"b c\"],"
	"\"Entrypoint\":[\"/bin/sh\"],\"Env\":{\"A\":\"1\",\"B\":\"x=y\"},\"Ports\":{\"80/"
	"tcp\":{}},"
	"\"One\":{\"Source\":\"/a\"},\"Two\":{\"Source\":\"/b\",\"RO\":true},"
	"\"Mounts\":[{\"Source\":\"/c\"},{\"Source\":\"/"
	"d\",\"RO\":true}],\"Extra\":{\"k\":[1,2.5,null]}}";

static int decode(const char *text, Config *c, bool strict, char **ret_message)
{
	cleanup_error Error *err = NULL;
	cleanup_json json_t *v = NULL;
	int r;

	*c = (Config){ .size = -1 };
	r = json_parse(text, strlen(text), "test", &v, &err);
	if (r >= 0)
		r = (strict ? json_decode_strict : json_decode)(v, &config_type, c, &err);
	*ret_message = err ? xstrdup(err->msg) : NULL;
	if (err)
		check_int(r, -err->errnum);
	return r;
}

static void refused(const char *text, const char *message, bool strict)
{
	cleanup_free char *got = NULL;
	Config c;

	check_int(decode(text, &c, strict, &got), -EINVAL);
	check_str(got, message);
	json_clear(&config_type, &c);
}

static void test_round_trip(void)
{
	cleanup_free char *message = NULL, *text = NULL;
	cleanup_json json_t *v = NULL;
	Config c;

	check_int(decode(full, &c, true, &message), 0);
	check_str(c.name, "n");
	check(c.size == 9007199254740993);
	check_str(c.cmd[1], "b c");
	check_str(c.env[1], "B=x=y");
	check_str(c.ports[0], "80/tcp");
	check_str(c.two->source, "/b");
	check_int(c.n_mounts, 2);
	check(c.mounts[1].ro);
	v = json_encode(&config_type, &c);
	text = json_text(v);
	check_str(text, full);
	json_clear(&config_type, &c);
	check(!c.name && !c.mounts && !c.n_mounts);
}

static void test_empty(void)
{
	cleanup_free char *message = NULL, *text = NULL, *pretty = NULL;
	cleanup_json json_t *v = NULL;
	Config c;

	check_int(decode("{\"Name\":null,\"Entrypoint\":\"sh -c\",\"Unknown\":1}", &c, false,
			 &message),
		  0);
	check(c.size == -1);
	check_str(c.entrypoint[0], "sh -c");
	c.size = 0;
	free(c.name);
	c.name = xstrdup("\xff"
			 "a\xc3\xa4\xc3");
	v = json_encode(&config_type, &c);
	text = json_text(v);
	check_str(text, "{\"Name\":\"\xef\xbf\xbd"
			"a\xc3\xa4\xef\xbf\xbd\",\"Tty\":false,"
			"\"Cmd\":null,\"Entrypoint\":[\"sh -c\"],\"One\":{\"Source\":\"\"}}");
	json_clear(&config_type, &c);
	json_decref(v);
	v = json_pack("[{s:i,s:[]}]", "a", 1, "b");
	pretty = json_text_pretty(v);
	check_str(pretty, "[\n    {\n        \"a\": 1,\n        \"b\": []\n    }\n]");
}

static void test_refused(void)
{
	refused("{\"Cmd\":[\"a\",7]}", "config.Cmd[1]: expected a string, got an integer", false);
	refused("{\"Mounts\":[{\"Source\":\"a\"},{\"RO\":true}]}",
		"config.Mounts[1].Source: missing", false);
	refused("{\"Mounts\":[{\"Source\":null}]}", "config.Mounts[0].Source: missing", false);
	refused("{\"Env\":{\"A\":[]}}", "config.Env.A: expected a string, got an array", false);
	refused("{\"Two\":\"x\"}", "config.Two: expected an object, got a string", false);
	refused("{\"Size\":1.5}", "config.Size: expected an integer, got a number", false);
	refused("{\"Tty\":\"true\"}", "config.Tty: expected a boolean, got a string", false);
	refused("{\"Ports\":{\"80\":1}}", "config.Ports.80: expected an object, got an integer",
		false);
	refused("[]", "config: expected an object, got an array", false);
	refused("{\"One\":{\"Source\":\"\",\"Rw\":1}}", "config.One.Rw: unknown key", true);
	refused("{\"a\":1,\"a\":2}", "test:1:10: duplicate object key near '\"a\"'", false);
	refused("{} x", "test:1:4: end of file expected near 'x'", false);
	refused("", "test:1:0: unexpected token near end of file", false);
	refused("{\"Name\":\"\\u0000\"}",
		"test:1:16: \\u0000 is not allowed without JSON_ALLOW_NUL near '\"\\u0000\"'",
		false);
}

static void test_depth(void)
{
	char text[512];
	cleanup_error Error *err = NULL;
	cleanup_json json_t *v = NULL;

	memset(text, '[', 256);
	memset(text + 256, ']', 256);
	check_int(json_parse(text, 512, "deep", &v, &err), -EINVAL);
	check_str(err ? err->msg : NULL, "deep: more than 128 levels deep");
	check_int(json_parse(text + 128, 256, "deep", &v, NULL), 0);
}

static void test_files(void)
{
	char dir[] = "/tmp/json-test-XXXXXX";
	cleanup_fd int fd = mkdtemp(dir) ? fs_open_dir(AT_FDCWD, dir) : -1;
	cleanup_error Error *err = NULL;
	Mount m = { .source = xstrdup("/x") }, back = { 0 };

	check_int(json_read_file(fd, "m.json", 100, &mount_type, &back, &err), -ENOENT);
	check_str(err ? err->msg : NULL, "read m.json: No such file or directory");
	check_int(json_write_file(fd, "m.json", &mount_type, &m, 0600, 0, NULL), 0);
	check_int(json_read_file(fd, "m.json", 100, &mount_type, &back, NULL), 0);
	check_str(back.source, "/x");
	check_int(json_read_file(fd, "m.json", 5, &mount_type, &back, NULL), -EFBIG);
	json_clear(&mount_type, &m);
	json_clear(&mount_type, &back);
	(void)fs_remove_tree(AT_FDCWD, dir);
}

int main(void)
{
	test_round_trip();
	test_empty();
	test_refused();
	test_depth();
	test_files();
	return tap_done();
}
