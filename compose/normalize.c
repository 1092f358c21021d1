#include "compose/normalize.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/go-path.h"

/* ---- networks ---- */

static bool uses_default_network(json_t *service)
{
	json_t *networks = json_object_get(service, "networks");

	if (json_object_get(service, "network_mode"))
		return false;
	if (json_object_size(networks) == 0)
		(void)json_object_set_new(service, "networks", json_pack("{s:n}", "default"));
	return json_object_get(json_object_get(service, "networks"), "default") != NULL;
}

static void normalize_networks(json_t *tree, json_t *services)
{
	json_t *networks = json_object_get(tree, "networks"), *service;
	bool used = false;
	const char *name;

	json_object_foreach(services, name, service)
		used |= json_is_object(service) && uses_default_network(service);
	if (!used)
		return;
	if (!json_is_object(networks)) {
		networks = json_object();
		(void)json_object_set_new(tree, "networks", networks);
	}
	if (!json_object_get(networks, "default"))
		(void)json_object_set_new(networks, "default", json_null());
}

/* ---- variables that are named alone ---- */

static json_t *resolve_list(json_t *list, char *const *env, bool keep)
{
	json_t *resolved = json_array(), *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *text = json_string_value(item);
		const char *value = text && !strchr(text, '=') ? env_get(env, text) : NULL;

		if (value) {
			cleanup_free char *entry = xasprintf("%s=%s", text, value);

			(void)json_array_append_new(resolved,
						    json_string_lossy(entry, strlen(entry)));
		} else if (keep || !text || strchr(text, '=')) {
			(void)json_array_append(resolved, item);
		}
	}
	return resolved;
}

static json_t *resolve_mapping(json_t *mapping, char *const *env, bool keep)
{
	json_t *resolved = json_object(), *item;
	const char *name;

	json_object_foreach(mapping, name, item) {
		const char *value = json_is_null(item) ? env_get(env, name) : NULL;

		if (value)
			(void)json_object_set_new(resolved, name,
						  json_string_lossy(value, strlen(value)));
		else if (keep || !json_is_null(item))
			(void)json_object_set(resolved, name, item);
	}
	return resolved;
}

/* What has no value stays if `keep`. */
static void resolve(json_t *object, const char *key, char *const *env, bool keep)
{
	json_t *value = json_object_get(object, key);

	if (json_is_array(value))
		(void)json_object_set_new(object, key, resolve_list(value, env, keep));
	else if (json_is_object(value))
		(void)json_object_set_new(object, key, resolve_mapping(value, env, keep));
}

/* ---- builds ---- */

static void normalize_build(json_t *build, char *const *env)
{
	if (!json_is_object(build))
		return;
	if (!json_object_get(build, "context"))
		(void)json_object_set_new(build, "context", json_string("."));
	if (!json_object_get(build, "dockerfile") && !json_object_get(build, "dockerfile_inline"))
		(void)json_object_set_new(build, "dockerfile", json_string("Dockerfile"));
	resolve(build, "args", env, false);
}

/* ---- dependencies ---- */

static void depend(json_t *dependencies, const char *name, bool restart)
{
	if (!json_object_get(dependencies, name))
		(void)json_object_set_new(dependencies, name,
					  json_pack("{s:s, s:b, s:b}", "condition",
						    "service_started", "restart", restart,
						    "required", 1));
}

static void depend_on_links(json_t *dependencies, json_t *links)
{
	json_t *item;
	size_t i;

	json_array_foreach(links, i, item) {
		cleanup_strv char **parts =
			json_is_string(item) ? strv_split(json_string_value(item), ':') : NULL;

		if (parts)
			depend(dependencies,
			       strv_length(parts) == 2 ? parts[0] : json_string_value(item), true);
	}
}

static void depend_on_namespaces(json_t *dependencies, json_t *service)
{
	static const char *const keys[] = { "network_mode", "ipc", "pid", "uts", "cgroup" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const char *mode = json_string_value(json_object_get(service, keys[i]));
		const char *shared = mode ? startswith(mode, "service:") : NULL;

		if (shared)
			depend(dependencies, shared, true);
	}
}

static void depend_on_volumes(json_t *dependencies, json_t *volumes_from)
{
	json_t *item;
	size_t i;

	json_array_foreach(volumes_from, i, item) {
		const char *text = json_string_value(item);
		cleanup_strv char **parts = NULL;

		if (!text || startswith(text, "container:"))
			continue;
		parts = strv_split(text, ':');
		depend(dependencies, parts[0], false);
	}
}

static void normalize_dependencies(json_t *service)
{
	json_t *given = json_object_get(service, "depends_on");
	cleanup_json json_t *all = json_is_object(given) ? json_incref(given) : json_object();

	depend_on_links(all, json_object_get(service, "links"));
	depend_on_namespaces(all, service);
	depend_on_volumes(all, json_object_get(service, "volumes_from"));
	if (json_object_size(all) > 0)
		(void)json_object_set(service, "depends_on", all);
}

/* ---- services ---- */

static void normalize_volumes(json_t *volumes)
{
	json_t *volume;
	size_t i;

	json_array_foreach(volumes, i, volume) {
		const char *target = json_string_value(json_object_get(volume, "target"));
		cleanup_free char *clean = target ? go_path_clean(target) : NULL;

		if (clean)
			(void)json_object_set_new(volume, "target", json_string(clean));
	}
}

static void normalize_service(json_t *service, char *const *env)
{
	const char *pull = json_string_value(json_object_get(service, "pull_policy"));

	if (pull && streq(pull, "if_not_present"))
		(void)json_object_set_new(service, "pull_policy", json_string("missing"));
	normalize_build(json_object_get(service, "build"), env);
	resolve(service, "environment", env, true);
	normalize_dependencies(service);
	normalize_volumes(json_object_get(service, "volumes"));
}

/* ---- names ---- */

static bool is_external(const json_t *resource)
{
	const json_t *external = json_object_get(resource, "external");

	return json_is_true(external) ||
	       (json_is_string(external) && streq(json_string_value(external), "true"));
}

static void name_resources(json_t *resources, const char *project)
{
	json_t *resource;
	const char *key;
	void *next;

	json_object_foreach_safe(resources, next, key, resource)
	{
		cleanup_free char *name = NULL;

		if (json_is_null(resource)) {
			resource = json_object();
			(void)json_object_set_new(resources, key, resource);
		}
		name = is_external(resource) ? xstrdup(key) : xasprintf("%s_%s", project, key);
		if (!json_object_get(resource, "name"))
			(void)json_object_set_new(resource, "name", json_string(name));
	}
}

void compose_normalize(json_t *tree, const char *project, char *const *env)
{
	static const char *const kinds[] = { "networks", "volumes", "configs", "secrets" };
	json_t *services = json_object_get(tree, "services"), *service;
	const char *name;

	(void)json_object_set_new(tree, "name", json_string(project));
	normalize_networks(tree, services);
	json_object_foreach(services, name, service)
		if (json_is_object(service))
			normalize_service(service, env);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		name_resources(json_object_get(tree, kinds[i]), project);
}

void compose_hide_secrets(json_t *tree)
{
	json_t *secret;
	const char *name;

	json_object_foreach(json_object_get(tree, "secrets"), name, secret)
		(void)json_object_del(secret, SECRET_VALUE);
}
