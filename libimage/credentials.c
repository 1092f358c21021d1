#include "libimage/credentials.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/json.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "libimage/base64.h"
#include "libimage/credentials-helper.h"

#define MAX_FILE ((size_t)1024 * 1024)
/* What docker calls Docker Hub in its files. */
#define HUB "docker.io"
#define HUB_KEY "https://index.docker.io/v1/"

typedef struct AuthFile {
	json_t *auths;
	char **cred_helpers; /* HOST=NAME */
	char *creds_store;
} AuthFile;

typedef struct AuthEntry {
	char *auth, *username, *password, *identity_token, *registry_token;
} AuthEntry;

/* clang-format off */
static const JsonField file_fields[] = {
	JSON_RAW(AuthFile, "auths", auths, 0),
	JSON_ENV(AuthFile, "credHelpers", cred_helpers, 0),
	JSON_STRING(AuthFile, "credsStore", creds_store, 0),
	JSON_END
};
static const JsonType file_type = { "config", sizeof(AuthFile), file_fields };

static const JsonField entry_fields[] = {
	JSON_STRING(AuthEntry, "auth", auth, 0),
	JSON_STRING(AuthEntry, "username", username, 0),
	JSON_STRING(AuthEntry, "password", password, 0),
	JSON_STRING(AuthEntry, "identitytoken", identity_token, 0),
	JSON_STRING(AuthEntry, "registrytoken", registry_token, 0),
	JSON_END
};
static const JsonType entry_type = { "auth", sizeof(AuthEntry), entry_fields };
/* clang-format on */

static void file_clear(AuthFile *f)
{
	json_clear(&file_type, f);
}

static void entry_clear(AuthEntry *e)
{
	json_clear(&entry_type, e);
}

static bool present(const Credentials *c)
{
	return !str_empty(c->username) || !str_empty(c->identity_token) ||
	       !str_empty(c->registry_token);
}

/* `auth` is base64 of `user:password`; docker has padded passwords with NUL bytes, which the C
 * string drops. */
static int auth_decode(const char *auth, const char *key, Credentials *c, Error **err)
{
	cleanup_strbuf Strbuf plain = STRBUF_INIT;
	char *colon;

	if (base64_decode(auth, &plain) < 0)
		return error_set(err, EINVAL, "auths.%s.auth is not base64", key);
	colon = plain.data ? strchr(plain.data, ':') : NULL;
	if (!colon)
		return error_set(err, EINVAL, "auths.%s.auth has no colon", key);
	c->username = xstrndup(plain.data, (size_t)(colon - plain.data));
	c->password = xstrdup(colon + 1);
	return 0;
}

static int entry_take(const json_t *v, const char *key, Credentials *c, Error **err)
{
	cleanup(entry_clear) AuthEntry e = { 0 };
	int r = json_decode(v, &entry_type, &e, err);

	if (r < 0)
		return error_prefix(err, r, "auths.%s", key);
	if (!str_empty(e.auth)) {
		r = auth_decode(e.auth, key, c, err);
		if (r < 0)
			return r;
	} else {
		c->username = steal(&e.username);
		c->password = steal(&e.password);
	}
	c->identity_token = steal(&e.identity_token);
	c->registry_token = steal(&e.registry_token);
	return present(c);
}

/* Docker's old keys are URLs: `https://host/v1/` means `host`. Namespaced keys keep their path. */
static bool key_matches(const char *key, const char *want)
{
	const char *rest = startswith(key, "https://");
	size_t n = strlen(want);

	if (!rest)
		rest = startswith(key, "http://");
	if (!rest)
		return streq(key, want) ||
		       (endswith(key, "/") && strlen(key) == n + 1 && strncmp(key, want, n) == 0);
	if (strncmp(rest, want, n) != 0)
		return false;
	rest += n;
	return !*rest || streq(rest, "/") || streq(rest, "/v1/") || streq(rest, "/v2/") ||
	       streq(rest, "/v1") || streq(rest, "/v2");
}

static int auths_find(json_t *auths, const char *want, Credentials *c, Error **err)
{
	const char *key;
	json_t *v = json_object_get(auths, want);

	if (v)
		return entry_take(v, want, c, err);
	json_object_foreach(auths, key, v)
		if (key_matches(key, want))
			return entry_take(v, key, c, err);
	return 0;
}

/* Tries `registry/a/b`, `registry/a`, `registry`, then the hub's old name. */
static int auths_search(json_t *auths, const char *registry, const char *repository, Credentials *c,
			Error **err)
{
	cleanup_free char *key = xasprintf("%s/%s", registry, repository);
	size_t shortest = strlen(registry);

	if (!json_is_object(auths))
		return error_set(err, EINVAL, "auths: expected an object");
	for (;;) {
		int r = auths_find(auths, key, c, err);

		if (r != 0)
			return r;
		if (strlen(key) <= shortest)
			break;
		*strrchr(key, '/') = '\0';
	}
	return streq(registry, HUB) ? auths_find(auths, "index.docker.io", c, err) : 0;
}

/* The name of the helper program for this registry, or NULL. */
static const char *helper_for(const AuthFile *f, const char *registry)
{
	const char *name = env_get(f->cred_helpers, registry);

	if (!name && streq(registry, HUB))
		name = env_get(f->cred_helpers, HUB_KEY);
	return name ? name : f->creds_store;
}

int credentials_parse(const char *text, size_t n, const char *path, const char *registry,
		      const char *repository, Credentials *ret, Error **err)
{
	cleanup(file_clear) AuthFile f = { 0 };
	cleanup_credentials Credentials c = { 0 };
	cleanup_json json_t *v = NULL;
	const char *helper;
	int r = json_parse(text, n, path, &v, err);

	if (r < 0)
		return r;
	r = json_decode(v, &file_type, &f, err);
	if (r < 0)
		return error_prefix(err, r, "%s", path);
	helper = helper_for(&f, registry);
	if (!str_empty(helper)) {
		r = credentials_helper_get(helper, streq(registry, HUB) ? HUB_KEY : registry, &c,
					   err);
		if (r < 0)
			return error_prefix(err, r, "%s", path);
	}
	if (!present(&c) && f.auths) {
		r = auths_search(f.auths, registry, repository, &c, err);
		if (r < 0)
			return error_prefix(err, r, "%s", path);
	}
	if (!present(&c))
		return 0;
	log_debug("credentials for %s come from %s%s%s", registry, path,
		  str_empty(helper) ? "" : " by helper ", str_empty(helper) ? "" : helper);
	*ret = c;
	c = (Credentials){ 0 };
	return 1;
}

static void add_below(char ***paths, const char *dir, const char *name)
{
	if (!str_empty(dir))
		strv_addf(paths, "%s/%s", dir, name);
}

static char **candidates(const char *config_dir)
{
	const char *env = getenv("REGISTRY_AUTH_FILE"), *home = getenv("HOME");
	const char *xdg = getenv("XDG_CONFIG_HOME");
	char **paths = NULL;

	if (!str_empty(env))
		strv_add(&paths, env);
	if (str_empty(config_dir))
		config_dir = getenv("DOCKER_CONFIG");
	if (!str_empty(config_dir))
		add_below(&paths, config_dir, "config.json");
	else
		add_below(&paths, home, ".docker/config.json");
	add_below(&paths, getenv("XDG_RUNTIME_DIR"), "containers/auth.json");
	strv_addf(&paths, "/run/containers/%u/auth.json", (unsigned)getuid());
	if (!str_empty(xdg))
		add_below(&paths, xdg, "containers/auth.json");
	else
		add_below(&paths, home, ".config/containers/auth.json");
	return paths;
}

int credentials_find(const char *registry, const char *repository, const char *config_dir,
		     Credentials *ret, Error **err)
{
	cleanup_strv char **paths = candidates(config_dir);

	STRV_FOREACH(path, paths) {
		cleanup_strbuf Strbuf text = STRBUF_INIT;
		int r = fs_read_file(AT_FDCWD, *path, MAX_FILE, &text);

		if (r == -ENOENT || r == -ENOTDIR)
			continue;
		if (r < 0)
			return error_errno(err, -r, "read %s", *path);
		/* An empty file is what a fresh `podman login --authfile` leaves behind. */
		if (text.len == 0)
			continue;
		r = credentials_parse(text.data, text.len, *path, registry, repository, ret, err);
		if (r != 0)
			return r;
	}
	return 0;
}

/* Secrets do not stay behind in freed memory. */
static void wipe(char **s)
{
	if (*s)
		explicit_bzero(*s, strlen(*s));
	free(*s);
	*s = NULL;
}

void credentials_clear(Credentials *c)
{
	wipe(&c->username);
	wipe(&c->password);
	wipe(&c->identity_token);
	wipe(&c->registry_token);
}
