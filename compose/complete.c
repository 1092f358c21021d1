/* complete: default values of a model whose last document was merged, and what contradicts. */
#include "compose/canonical-internal.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

/* ---- default values ---- */

static void default_string(json_t *object, const char *key, const char *value)
{
	if (json_is_object(object) && !json_object_get(object, key))
		(void)json_object_set_new(object, key, json_string(value));
}

static void default_secret(json_t *secret)
{
	const char *source = json_string_value(json_object_get(secret, "source"));
	cleanup_free char *target = xasprintf("/run/secrets/%s", source ? source : "%!s(<nil>)");

	default_string(secret, "target", target);
}

static void default_port(json_t *port)
{
	default_string(port, "protocol", "tcp");
	default_string(port, "mode", "ingress");
}

static void default_device(json_t *device)
{
	if (!json_object_get(device, "count") && !json_object_get(device, "device_ids"))
		default_string(device, "count", "all");
}

static void default_items(json_t *list, void (*item_default)(json_t *item))
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		item_default(item);
}

/* The value at a path of keys, or NULL. */
static json_t *member(json_t *object, const char *const *keys)
{
	for (; object && *keys; keys++)
		object = json_object_get(object, *keys);
	return object;
}

static const char *const device_path[] = { "deploy", "resources", "reservations", "devices", NULL };

static void default_service(json_t *service)
{
	default_string(json_object_get(service, "build"), "context", ".");
	default_items(json_object_get(service, "secrets"), default_secret);
	default_items(json_object_get(service, "ports"), default_port);
	default_items(member(service, device_path), default_device);
	default_items(json_object_get(service, "gpus"), default_device);
}

/* ---- what contradicts ---- */

static bool is_extension(const char *key)
{
	return startswith(key, "x-") != NULL;
}

static int check_volume(const ComposeWalk *w, const ComposePlace *p, const json_t *volume)
{
	cleanup_free char *place = compose_place_text(p);
	const char *key;
	const json_t *value;

	if (!json_is_true(json_object_get(volume, "external")))
		return 0;
	json_object_foreach((json_t *)volume, key, value) {
		ComposePlace here = { .up = p, .key = key };

		if (!streq(key, "name") && !streq(key, "external") && !is_extension(key))
			return compose_fail(
				w, &here,
				"%s: conflicting parameters \"external\" and \"%s\" specified",
				place, key);
	}
	return 0;
}

static int check_sources(const ComposeWalk *w, const ComposePlace *p, const json_t *object,
			 const char *sources)
{
	cleanup_free char *place = compose_place_text(p);
	cleanup_strv char **keys = strv_split(sources, '|');
	size_t n = 0;

	STRV_FOREACH(key, keys)
		n += json_object_get(object, *key) != NULL;
	if (n > 1)
		return compose_fail(w, p, "%s: %s attributes are mutually exclusive", place,
				    sources);
	if (n == 0 && !json_object_get(object, "driver") && !json_object_get(object, "external"))
		return compose_fail(w, p, "%s: one of %s must be set", place, sources);
	return 0;
}

static int check_config(const ComposeWalk *w, const ComposePlace *p, const json_t *object)
{
	return check_sources(w, p, object, "file|environment|content");
}

static int check_secret(const ComposeWalk *w, const ComposePlace *p, const json_t *object)
{
	return check_sources(w, p, object, "file|environment");
}

static int check_devices(const ComposeWalk *w, const ComposePlace *p, json_t *list)
{
	json_t *device;
	size_t i;

	json_array_foreach(list, i, device) {
		ComposePlace here = { .up = p, .index = i };
		cleanup_free char *place = compose_place_text(&here);

		if (json_object_get(device, "count") && json_object_get(device, "device_ids"))
			return compose_fail(
				w, &here,
				"%s: \"count\" and \"device_ids\" attributes are exclusive", place);
	}
	return 0;
}

static int check_watches(const ComposeWalk *w, const ComposePlace *p, json_t *service)
{
	ComposePlace develop = { .up = p, .key = "develop" };
	ComposePlace watch = { .up = &develop, .key = "watch" };
	json_t *list = json_object_get(json_object_get(service, "develop"), "watch"), *item;
	size_t i;

	json_array_foreach(list, i, item) {
		ComposePlace here = { .up = &watch, .index = i };
		ComposePlace path = { .up = &here, .key = "path" };
		cleanup_free char *place = compose_place_text(&path);

		if (str_empty(json_string_value(json_object_get(item, "path"))))
			return compose_fail(w, &path, "%s: value can't be blank", place);
	}
	return 0;
}

static int check_service(const ComposeWalk *w, const ComposePlace *p, const json_t *value)
{
	json_t *service = (json_t *)value;
	ComposePlace gpus = { .up = p, .key = "gpus" };
	ComposePlace deploy = { .up = p, .key = "deploy" };
	ComposePlace resources = { .up = &deploy, .key = "resources" };
	ComposePlace reservations = { .up = &resources, .key = "reservations" };
	ComposePlace devices = { .up = &reservations, .key = "devices" };
	int r = check_watches(w, p, service);

	if (r >= 0)
		r = check_devices(w, &devices, member(service, device_path));
	if (r >= 0)
		r = check_devices(w, &gpus, json_object_get(service, "gpus"));
	return r;
}

static int each(const ComposeWalk *w, json_t *tree, const char *key,
		int (*check)(const ComposeWalk *w, const ComposePlace *p, const json_t *value))
{
	ComposePlace root = { 0 }, up = { .up = &root, .key = key };
	json_t *value;
	const char *name;

	json_object_foreach(json_object_get(tree, key), name, value) {
		ComposePlace here = { .up = &up, .key = name };
		int r = json_is_object(value) ? check(w, &here, value) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int compose_complete(json_t *tree, const ComposePositions *positions, Error **err)
{
	ComposeWalk w = { .root = tree, .positions = positions, .err = err };
	json_t *service;
	const char *name;
	int r;

	json_object_foreach(json_object_get(tree, "services"), name, service)
		default_service(service);
	r = each(&w, tree, "services", check_service);
	if (r >= 0)
		r = each(&w, tree, "volumes", check_volume);
	if (r >= 0)
		r = each(&w, tree, "configs", check_config);
	if (r >= 0)
		r = each(&w, tree, "secrets", check_secret);
	return r;
}
