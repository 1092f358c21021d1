#include "libimage/credentials.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/base64.h"
#include "tests/tap.h"

/* base64 of "me:secret", "you:a:b", "org:pw" */
#define ME "bWU6c2VjcmV0"
#define YOU "eW91OmE6Yg=="
#define ORG "b3JnOnB3"

static const char file[] =
	"{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"" ME "\"},"
	"\"quay.io\":{\"auth\":\"" YOU "\"},\"quay.io/org\":{\"auth\":\"" ORG "\"},"
	"\"https://old.example.com/v2/\":{\"username\":\"u\",\"password\":\"p\"},"
	"\"ghcr.io\":{\"auth\":\"" ME "\",\"identitytoken\":\"idt\"},"
	"\"tok.example\":{\"registrytoken\":\"rt\"},\"empty.example\":{}},"
	"\"HttpHeaders\":{\"x\":\"y\"},\"detachKeys\":\"ctrl-e,e\"}";

static const struct {
	const char *registry, *repository, *username, *password;
	int found;
} cases[] = {
	{ "docker.io", "library/debian", "me", "secret", 1 },
	{ "quay.io", "other/x", "you", "a:b", 1 },
	{ "quay.io", "org/x", "org", "pw", 1 },
	{ "quay.io", "organ/x", "you", "a:b", 1 },
	{ "old.example.com", "x", "u", "p", 1 },
	{ "old.example", "x", NULL, NULL, 0 },
	{ "ghcr.io", "a/b", "me", "secret", 1 },
	{ "empty.example", "x", NULL, NULL, 0 },
	{ "localhost:5000", "x", NULL, NULL, 0 },
};

static void test_auths(void)
{
	cleanup_credentials Credentials id = { 0 }, token = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cleanup_credentials Credentials c = { 0 };

		check_int(credentials_parse(file, strlen(file), "f", cases[i].registry,
					    cases[i].repository, &c, NULL),
			  cases[i].found);
		check_str(c.username, cases[i].username);
		check_str(c.password, cases[i].password);
	}
	check_int(credentials_parse(file, strlen(file), "f", "ghcr.io", "x", &id, NULL), 1);
	check_str(id.identity_token, "idt");
	check_int(credentials_parse(file, strlen(file), "f", "tok.example", "x", &token, NULL), 1);
	check_str(token.registry_token, "rt");
}

static const struct {
	const char *text, *words;
} bad[] = {
	{ "{", "f:1" },
	{ "[]", "object" },
	{ "{\"auths\":[]}", "f: auths: expected an object" },
	{ "{\"auths\":{\"r\":5}}", "auths.r" },
	{ "{\"auths\":{\"r\":{\"auth\":\"%%%\"}}}", "f: auths.r.auth is not base64" },
	{ "{\"auths\":{\"r\":{\"auth\":\"bWU=\"}}}", "f: auths.r.auth has no colon" },
	{ "{\"credsStore\":\"../evil\"}", "without slashes" },
	{ "{\"credsStore\":\"there-is-none\"}", "docker-credential-there-is-none" },
};

static void test_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cleanup_credentials Credentials c = { 0 };
		cleanup_error Error *err = NULL;

		check(credentials_parse(bad[i].text, strlen(bad[i].text), "f", "r", "x", &c, &err) <
		      0);
		if (!err || !strstr(err->msg, bad[i].words))
			check_str(err ? err->msg : NULL, bad[i].words);
	}
}

static void write_in(const char *dir, const char *name, const char *text, mode_t mode)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, name);

	if (fs_write_atomic(AT_FDCWD, path, text, strlen(text), mode, 0) < 0)
		abort();
}

static const char helper[] =
	"#!/bin/sh\n"
	"read -r server\n"
	"[ \"$1\" = get ] || exit 9\n"
	"case $server in\n"
	"https://index.docker.io/v1/) echo '{\"Username\":\"hub\",\"Secret\":\"s1\"}' ;;\n"
	"token.example) echo '{\"Username\":\"<token>\",\"Secret\":\"t1\"}' ;;\n"
	"garbage.example) echo 'no json' ;;\n"
	"broken.example) exit 3 ;;\n"
	"*) echo 'credentials not found in native keychain'; exit 1 ;;\n"
	"esac\n";

static void helper_case(const char *dir, const char *registry, int want, const char *username,
			const char *identity)
{
	cleanup_credentials Credentials c = { 0 };

	check_int(credentials_find(registry, "x", dir, &c, NULL), want);
	check_str(c.username, username);
	check_str(c.identity_token, identity);
}

static void test_files(const char *dir)
{
	cleanup_free char *auth = xasprintf("%s/auth.json", dir);
	cleanup_free char *path = xasprintf("%s:%s", dir, getenv("PATH"));

	(void)setenv("PATH", path, 1);
	(void)setenv("HOME", dir, 1);
	(void)unsetenv("DOCKER_CONFIG");
	(void)unsetenv("XDG_CONFIG_HOME");
	(void)setenv("XDG_RUNTIME_DIR", dir, 1);
	(void)unsetenv("REGISTRY_AUTH_FILE");
	write_in(dir, "docker-credential-fake", helper, 0755);
	write_in(dir, "config.json",
		 "{\"credsStore\":\"fake\",\"auths\":{\"plain.example\":{\"auth\":\"" ME "\"}},"
		 "\"credHelpers\":{\"token.example\":\"fake\"}}",
		 0600);
	helper_case(dir, "docker.io", 1, "hub", NULL);
	helper_case(dir, "token.example", 1, NULL, "t1");
	helper_case(dir, "plain.example", 1, "me", NULL);
	helper_case(dir, "nobody.example", 0, NULL, NULL);
	helper_case(dir, "garbage.example", -EINVAL, NULL, NULL);
	helper_case(dir, "broken.example", -EIO, NULL, NULL);
	(void)setenv("DOCKER_CONFIG", dir, 1);
	helper_case(NULL, "docker.io", 1, "hub", NULL);

	/* What docker's file does not know, containers' may; REGISTRY_AUTH_FILE comes before both.
	 */
	check_int(mkdirat(AT_FDCWD, "containers", 0700), 0);
	write_in(dir, "containers/auth.json",
		 "{\"auths\":{\"nobody.example\":{\"auth\":\"" ORG "\"}}}", 0600);
	helper_case(NULL, "nobody.example", 1, "org", NULL);
	write_in(dir, "auth.json", "{\"auths\":{\"docker.io\":{\"auth\":\"" YOU "\"}}}", 0600);
	(void)setenv("REGISTRY_AUTH_FILE", auth, 1);
	helper_case(NULL, "docker.io", 1, "you", NULL);
	helper_case(NULL, "plain.example", 1, "me", NULL);
}

static void test_base64(void)
{
	static const char *const bad_texts[] = {
		"a", "ab=", "a===", "=", "ab-_", "YQ= =", "YWJj="
	};
	cleanup_free char *text = base64_encode("any carnal pleas", 16),
			  *empty = base64_encode("", 0);
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	check_str(text, "YW55IGNhcm5hbCBwbGVhcw==");
	check_str(empty, "");
	check_int(base64_decode("YW55IGNhcm5hbCBwbGVhcw", &b), 0);
	check_str(b.data, "any carnal pleas");
	for (size_t i = 0; i < sizeof(bad_texts) / sizeof(*bad_texts); i++) {
		cleanup_strbuf Strbuf out = STRBUF_INIT;

		check_int(base64_decode(bad_texts[i], &out), -EINVAL);
	}
}

int main(void)
{
	char dir[] = "/tmp/racker-credentials-XXXXXX";

	if (!mkdtemp(dir) || chdir(dir) < 0)
		abort();
	test_auths();
	test_bad();
	test_base64();
	test_files(dir);
	(void)fs_remove_tree(AT_FDCWD, dir);
	return tap_done();
}
