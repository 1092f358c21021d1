#include "compose/load-internal.h"

#include "compose/paths.h"
#include "compose/pattern.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"

/* ---- paths ---- */

/* What takes the place of a string, or NULL where it stays. */
typedef char *(*Resolver)(const char *s, const char *base);

static char *resolve_path(const char *s, const char *base)
{
	cleanup_free char *path = compose_path_expand_user(s);

	if (*path == '/' || !*path)
		return steal(&path);
	return compose_path_join(base, path);
}

/* An absolute path of Windows stays one. */
static char *resolve_any_path(const char *s, const char *base)
{
	cleanup_free char *path = compose_path_expand_user(s);

	if (*path == '/' || compose_path_is_windows(path))
		return steal(&path);
	return compose_path_join(base, path);
}

/* What is not a directory of this host: a URL, another service, a repository. */
static char *resolve_context(const char *s, const char *base)
{
	static const char *const remote[] = { "service:", "github.com/", "git@", NULL };

	for (size_t i = 0; remote[i]; i++)
		if (startswith(s, remote[i]))
			return NULL;
	return strstr(s, "://") ? NULL : resolve_path(s, base);
}

static char *resolve_watched(const char *s, const char *base)
{
	cleanup_free char *path = resolve_path(s, base);

	return compose_path_resolve_link(path);
}

/* clang-format off */
static const struct {
	const char *pattern;
	Resolver resolve;
} resolvers[] = {
	{ "services.*.build.context", resolve_context },
	{ "services.*.build.additional_contexts.*", resolve_context },
	{ "services.*.build.ssh.*", resolve_any_path },
	{ "services.*.env_file.*.path", resolve_path },
	{ "services.*.label_file.*", resolve_path },
	{ "services.*.extends.file", resolve_path },
	{ "services.*.develop.watch.*.path", resolve_watched },
	{ "configs.*.file", resolve_any_path },
	{ "secrets.*.file", resolve_any_path },
};
/* clang-format on */

static Resolver find_resolver(const KeyPath *path)
{
	for (size_t i = 0; i < sizeof(resolvers) / sizeof(*resolvers); i++)
		if (key_path_matches(path, resolvers[i].pattern))
			return resolvers[i].resolve;
	return NULL;
}

/* Changes a string in place, so that its position stays known. */
static void replace_string(json_t *value, Resolver resolve, const char *base)
{
	cleanup_free char *path = NULL;

	if (json_is_string(value))
		path = resolve(json_string_value(value), base);
	if (path)
		(void)json_string_set_nocheck(value, path);
}

static int resolve_mount(json_t *mount, const char *base, Error **err)
{
	const char *type = json_string_value(json_object_get(mount, "type"));
	json_t *source = json_object_get(mount, "source");

	if (!streq_null(type, "bind"))
		return 0;
	if (!source)
		return error_set(err, EINVAL,
				 "invalid mount config for type \"bind\": field Source must not be "
				 "empty");
	replace_string(source, resolve_any_path, base);
	return 0;
}

/* A volume of the local driver that is a bind mount. */
static void resolve_volume(const json_t *volume, const char *base)
{
	const json_t *options = json_object_get(volume, "driver_opts");
	const char *driver = json_string_value(json_object_get(volume, "driver"));
	const char *o = json_string_value(json_object_get(options, "o"));

	if (streq_null(driver, "local") && streq_null(o, "bind"))
		replace_string(json_object_get(options, "device"), resolve_any_path, base);
}

static int resolve_value(KeyPath *path, json_t *value, const char *base, Error **err);

static int resolve_members(KeyPath *path, json_t *value, const char *base, Error **err)
{
	json_t *item;
	const char *key;
	size_t i;
	int r = 0;

	json_object_foreach(value, key, item) {
		key_path_push(path, key);
		r = resolve_value(path, item, base, err);
		key_path_pop(path);
		if (r < 0)
			return r;
	}
	json_array_foreach(value, i, item) {
		key_path_push(path, "[]");
		r = resolve_value(path, item, base, err);
		key_path_pop(path);
		if (r < 0)
			return r;
	}
	return r;
}

static int resolve_value(KeyPath *path, json_t *value, const char *base, Error **err)
{
	Resolver resolve = find_resolver(path);

	if (resolve) {
		replace_string(value, resolve, base);
		return 0;
	}
	if (key_path_matches(path, "services.*.volumes.*"))
		return resolve_mount(value, base, err);
	if (key_path_matches(path, "volumes.*"))
		resolve_volume(value, base);
	return resolve_members(path, value, base, err);
}

int compose_resolve_paths(json_t *tree, const char *base, Error **err)
{
	KeyPath path = { .n = 0 };

	return resolve_value(&path, tree, base, err);
}

/* ---- environment ---- */

/* NAME alone becomes NAME=value. */
static void resolve_list(json_t *list, char *const *env)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *name = json_string_value(item), *value = NULL;
		cleanup_free char *pair = NULL;

		if (name && !strchr(name, '='))
			value = env_get(env, name);
		if (!value)
			continue;
		pair = xasprintf("%s=%s", name, value);
		(void)json_array_set_new(list, i, json_string_lossy(pair, strlen(pair)));
	}
}

/* The text of what says `environment: NAME`, under the key `key`. */
static void resolve_files(const json_t *files, const char *key, char *const *env)
{
	json_t *file;
	const char *name;

	json_object_foreach((json_t *)files, name, file) {
		const char *variable = json_string_value(json_object_get(file, "environment"));
		const char *value = variable ? env_get(env, variable) : NULL;

		if (value)
			(void)json_object_set_new(file, key,
						  json_string_lossy(value, strlen(value)));
	}
}

void compose_resolve_environment(json_t *tree, char *const *env)
{
	json_t *service;
	const char *name;

	json_object_foreach(json_object_get(tree, "services"), name, service)
		resolve_list(json_object_get(service, "environment"), env);
	resolve_files(json_object_get(tree, "secrets"), "x-#value", env);
	resolve_files(json_object_get(tree, "configs"), "content", env);
}
