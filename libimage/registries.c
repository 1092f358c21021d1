#include "libimage/registries.h"

#include <arpa/inet.h>
#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "libcommon/yaml.h"

#define DEFAULT_CONFIG "/etc/racker/config.yaml"
#define MAX_CONFIG ((size_t)1024 * 1024)
#define MAX_MIRRORS 32
#define HUB "docker.io"
#define HUB_HOST "registry-1.docker.io"

typedef struct ConfigFile {
	json_t *registries;
} ConfigFile;

/* clang-format off */
static const JsonField file_fields[] = {
	JSON_RAW(ConfigFile, "registries", registries, 0),
	JSON_END
};
static const JsonType file_type = { "config", sizeof(ConfigFile), file_fields };

static const JsonField registry_fields[] = {
	JSON_STRV(RegistryConfig, "mirrors", mirrors, JSON_STRING_OR_ARRAY),
	JSON_BOOL(RegistryConfig, "insecure", insecure, 0),
	JSON_STRING(RegistryConfig, "ca", ca, 0),
	JSON_END
};
static const JsonType registry_type = { "registry", sizeof(RegistryConfig), registry_fields };
/* clang-format on */

static void file_clear(ConfigFile *f)
{
	json_clear(&file_type, f);
}

bool host_is_local(const char *host)
{
	size_t n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	cleanup_free char *name = xstrndup(host, n);
	struct in_addr a;

	if (strcasecmp(name, "localhost") == 0 || streq(name, "[::1]"))
		return true;
	return inet_pton(AF_INET, name, &a) == 1 && ntohl(a.s_addr) >> 24 == 127;
}

/* A mirror's URL in parts: scheme, host with port, and the path without slashes at its ends. */
static int mirror_split(const char *url, char **ret_scheme, char **ret_host, char **ret_path)
{
	const char *rest = startswith(url, "https://"), *path;
	bool https = rest;
	size_t n;

	if (!rest)
		rest = startswith(url, "http://");
	if (!rest)
		return -EINVAL;
	for (const char *p = rest; *p; p++)
		if (*p <= ' ' || *p > '~' || strchr("@?#\\%\"", *p))
			return -EINVAL;
	n = strcspn(rest, "/");
	if (n == 0)
		return -EINVAL;
	path = rest + n + strspn(rest + n, "/");
	*ret_scheme = xstrdup(https ? "https" : "http");
	*ret_host = xstrndup(rest, n);
	*ret_path = xstrdup(path);
	for (size_t end = strlen(path); end > 0 && path[end - 1] == '/'; end--)
		(*ret_path)[end - 1] = '\0';
	return 0;
}

static int mirrors_check(const RegistryConfig *c, Error **err)
{
	if (strv_length(c->mirrors) > MAX_MIRRORS)
		return error_set(err, EINVAL, "mirrors: at most %d are possible", MAX_MIRRORS);
	STRV_FOREACH(m, c->mirrors) {
		cleanup_free char *scheme = NULL, *host = NULL, *path = NULL;

		if (mirror_split(*m, &scheme, &host, &path) < 0)
			return error_set(err, EINVAL,
					 "mirrors[%zu]: '%s' is not an http:// or https:// URL",
					 (size_t)(m - c->mirrors), *m);
	}
	return 0;
}

static int items_take(json_t *object, Registries *r, Error **err)
{
	const char *key;
	json_t *v;

	if (!object || json_is_null(object))
		return 0;
	if (!json_is_object(object))
		return error_set(err, EINVAL, "registries: expected an object");
	r->items = xnew0(RegistryConfig, json_object_size(object));
	json_object_foreach(object, key, v) {
		RegistryConfig *item = &r->items[r->n++];
		int e;

		item->name = xstrdup(streq(key, "index.docker.io") ? HUB : key);
		e = json_decode_strict(v, &registry_type, item, err);
		if (e >= 0)
			e = mirrors_check(item, err);
		if (e < 0)
			return error_prefix(err, e, "registries.%s", key);
	}
	return 0;
}

int registries_parse(const char *text, size_t n, const char *path, Registries **ret, Error **err)
{
	cleanup_registries Registries *r = xnew0(Registries, 1);
	cleanup(file_clear) ConfigFile f = { 0 };
	cleanup_json json_t *v = NULL;
	int e = yaml_parse(text, n, path, &v, err);

	if (e < 0)
		return e;
	e = json_decode(v, &file_type, &f, err);
	if (e >= 0)
		e = items_take(f.registries, r, err);
	if (e < 0)
		return error_prefix(err, e, "%s", path);
	*ret = steal(&r);
	return 0;
}

int registries_load(Registries **ret, Error **err)
{
	const char *env = getenv("RACKER_CONFIG"), *path = str_empty(env) ? DEFAULT_CONFIG : env;
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	int r = fs_read_file(AT_FDCWD, path, MAX_CONFIG, &text);

	if (r == -ENOENT || r == -ENOTDIR) {
		*ret = xnew0(Registries, 1);
		return 0;
	}
	if (r < 0)
		return error_errno(err, -r, "read %s", path);
	return registries_parse(text.data, text.len, path, ret, err);
}

static const RegistryConfig *find(const Registries *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (streq(r->items[i].name, name))
			return &r->items[i];
	return NULL;
}

static Endpoint mirror_endpoint(const Registries *r, const char *url)
{
	cleanup_free char *path = NULL;
	const RegistryConfig *own;
	Endpoint e = { .mirror = true };

	if (mirror_split(url, &e.scheme, &e.host, &path) < 0)
		abort();
	own = find(r, e.host);
	e.prefix = xasprintf("%s%s", path, *path ? "/" : "");
	e.account = xstrdup(e.host);
	e.plain = streq(e.scheme, "http");
	e.insecure = own && own->insecure;
	e.ca = own ? xstrdup(own->ca) : NULL;
	return e;
}

/* Loopback and insecure registries may speak either protocol; TLS is tried first. */
static Endpoint own_endpoint(const RegistryConfig *c, const char *registry)
{
	bool local = host_is_local(registry), insecure = c && c->insecure;

	return (Endpoint){
		.scheme = local || insecure ? NULL : xstrdup("https"),
		.host = xstrdup(streq(registry, HUB) ? HUB_HOST : registry),
		.prefix = xstrdup(""),
		.account = xstrdup(registry),
		.plain = local || insecure,
		.insecure = insecure,
		.ca = c ? xstrdup(c->ca) : NULL,
	};
}

void registries_endpoints(const Registries *r, const char *registry, Endpoint **ret, size_t *ret_n)
{
	const RegistryConfig *c = find(r, registry);
	size_t n = 0, mirrors = c ? strv_length(c->mirrors) : 0;
	Endpoint *list = xnew0(Endpoint, mirrors + 1);

	for (; n < mirrors; n++)
		list[n] = mirror_endpoint(r, c->mirrors[n]);
	list[n++] = own_endpoint(c, registry);
	*ret = list;
	*ret_n = n;
}

void endpoints_free(Endpoint *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(e[i].scheme);
		free(e[i].host);
		free(e[i].prefix);
		free(e[i].account);
		free(e[i].ca);
	}
	free(e);
}

Registries *registries_free(Registries *r)
{
	if (!r)
		return NULL;
	for (size_t i = 0; i < r->n; i++) {
		free(r->items[i].name);
		json_clear(&registry_type, &r->items[i]);
	}
	free(r->items);
	free(r);
	return NULL;
}
