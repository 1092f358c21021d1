/* canonical-mounts: the short syntax of ports, volumes and devices. */
#include "compose/canonical-internal.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/go-path.h"
#include "librunner/ports.h"

void canonical_set(json_t *object, const char *key, const char *value)
{
	if (!str_empty(value))
		(void)json_object_set_new(object, key, json_string(value));
}

int canonical_type(const Canonical *c, const ComposePlace *p, const char *what)
{
	cleanup_free char *place = compose_place_text(p);

	return compose_fail(&c->walk, p, "%s must be a %s", place, what);
}

/* ---- ports ---- */

static json_t *port_object(const PortSpec *spec)
{
	json_t *port = json_object();

	canonical_set(port, "mode", "ingress");
	canonical_set(port, "host_ip", spec->host_ip);
	(void)json_object_set_new(port, "target", json_integer(spec->port));
	canonical_set(port, "published", spec->host_port);
	canonical_set(port, "protocol", spec->protocol);
	return port;
}

static int compare_specs(const void *a, const void *b)
{
	const PortSpec *x = a, *y = b;
	cleanup_free char *s = xasprintf("%u/%s", x->port, x->protocol);
	cleanup_free char *t = xasprintf("%u/%s", y->port, y->protocol);
	int r = strcmp(s, t);

	return r != 0 ? r : (x > y) - (x < y);
}

static int add_port(const Canonical *c, const ComposePlace *p, json_t *item, json_t *ports)
{
	cleanup_port_specs PortSpecs specs = { 0 };
	cleanup_error Error *error = NULL;
	cleanup_free char *number = NULL;

	if (json_is_object(item))
		return json_array_append(ports, item);
	if (json_is_integer(item))
		number = xasprintf("%lld", (long long)json_integer_value(item));
	else if (!json_is_string(item))
		return canonical_type(c, p, "integer, string or mapping");
	if (port_specs_add(&specs, number ? number : json_string_value(item), &error) < 0)
		return compose_fail(&c->walk, p, "%s", error->msg);
	if (specs.n > 1)
		qsort(specs.items, specs.n, sizeof(*specs.items), compare_specs);
	for (size_t i = 0; i < specs.n; i++) {
		json_t *port = port_object(&specs.items[i]);

		compose_position_move(c->positions, item, NULL, port, NULL);
		(void)json_array_append_new(ports, port);
	}
	return 0;
}

/* Of a lenient list that has a port with a variable, nothing is known. */
int canonical_ports(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret)
{
	cleanup_json json_t *ports = json_array();
	Error *error = NULL;
	Canonical strict = *c;
	json_t *item;
	size_t i;

	if (!json_is_array(value))
		return canonical_type(c, p, "list");
	if (c->lenient)
		strict.walk.err = &error;
	json_array_foreach(value, i, item) {
		ComposePlace here = { .up = p, .index = i };
		int r = add_port(&strict, &here, item, ports);

		if (r < 0 && c->lenient) {
			error_free(error);
			*ret = json_incref(value);
			return 0;
		}
		if (r < 0)
			return r;
	}
	*ret = steal(&ports);
	return 0;
}

/* ---- volumes ---- */

static void set_bind_option(json_t *volume, const char *key, const char *value)
{
	json_t *bind = json_object_get(volume, "bind");

	if (!bind) {
		bind = json_object();
		(void)json_object_set_new(volume, "bind", bind);
	}
	(void)json_object_set_new(bind, key, json_string(value));
}

/* Options that Compose does not know count for nothing, as there. */
static void set_volume_option(json_t *volume, const char *option)
{
	static const char *const propagations[] = { "rprivate", "private", "rshared",
						    "shared",	"rslave",  "slave" };

	if (streq(option, "ro"))
		(void)json_object_set_new(volume, "read_only", json_true());
	else if (streq(option, "rw"))
		(void)json_object_del(volume, "read_only");
	else if (streq(option, "nocopy"))
		(void)json_object_set_new(volume, "volume", json_pack("{s:b}", "nocopy", 1));
	else if (streq(option, "z") || streq(option, "Z"))
		set_bind_option(volume, "selinux", option);
	for (size_t i = 0; i < sizeof(propagations) / sizeof(*propagations); i++)
		if (streq(option, propagations[i]))
			set_bind_option(volume, "propagation", option);
}

/* NULL, or what is wrong with the field. */
static const char *add_field(json_t *volume, const char *field, bool last)
{
	cleanup_strv char **options = NULL;

	if (!*field)
		return "empty section between colons";
	if (!json_object_get(volume, "source")) {
		canonical_set(volume, last ? "target" : "source", field);
		return NULL;
	}
	if (!json_object_get(volume, "target")) {
		canonical_set(volume, "target", field);
		return NULL;
	}
	if (!last)
		return "too many colons";
	options = strv_split(field, ',');
	STRV_FOREACH(it, options)
		set_volume_option(volume, *it);
	return NULL;
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Where the field that starts at `s` ends; a colon behind one letter belongs to a drive. */
static const char *field_end(const char *s)
{
	const char *end = strchrnul(s, ':');

	return *end && end == s + 1 && letter(*s) ? strchrnul(end + 1, ':') : end;
}

static bool is_path(const char *source)
{
	return source && (*source == '.' || *source == '/' || *source == '~' ||
			  startswith(source, "\\\\") || (letter(*source) && source[1] == ':'));
}

static void settle_type(json_t *volume)
{
	bool bind = is_path(json_string_value(json_object_get(volume, "source")));
	const char *target = json_string_value(json_object_get(volume, "target"));
	const char *options = bind ? "bind" : "volume";

	(void)json_object_set_new(volume, "type", json_string(options));
	if (!json_object_get(volume, options))
		(void)json_object_set_new(volume, options, json_object());
	if (bind)
		(void)json_object_set_new(json_object_get(volume, "bind"), "create_host_path",
					  json_true());
	if (!str_empty(target)) {
		cleanup_free char *clean = go_path_clean(target);

		(void)json_object_set_new(volume, "target", json_string(clean));
	}
}

static const char *parse_volume(const char *spec, json_t *volume)
{
	const char *s = spec, *problem = NULL;

	if (!*spec)
		return "invalid empty volume spec";
	if (strlen(spec) <= 2) {
		canonical_set(volume, "target", spec);
		canonical_set(volume, "type", "volume");
		return NULL;
	}
	for (;;) {
		const char *end = field_end(s);
		cleanup_free char *field = xstrndup(s, (size_t)(end - s));

		problem = add_field(volume, field, !*end);
		if (problem || !*end)
			break;
		s = end + 1;
	}
	settle_type(volume);
	return problem;
}

int canonical_volume(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret)
{
	cleanup_json json_t *volume = json_object();
	const char *spec = json_string_value(value), *problem;

	if (json_is_object(value)) {
		*ret = json_incref(value);
		return 0;
	}
	if (!spec)
		return canonical_type(c, p, "string or mapping");
	problem = parse_volume(spec, volume);
	if (problem && c->lenient)
		*ret = json_incref(value);
	else if (problem)
		return *spec ? compose_fail(&c->walk, p, "invalid spec: %s: %s", spec, problem)
			     : compose_fail(&c->walk, p, "%s", problem);
	else
		*ret = steal(&volume);
	return 0;
}

/* ---- devices ---- */

int canonical_device(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret)
{
	const char *spec = json_string_value(value);
	cleanup_strv char **parts = NULL;
	size_t n;

	if (json_is_object(value)) {
		*ret = json_incref(value);
		return 0;
	}
	if (!spec)
		return canonical_type(c, p, "string or mapping");
	parts = strv_split(spec, ':');
	n = strv_length(parts);
	if (n > 3 && !c->lenient)
		return compose_fail(&c->walk, p,
				    "confusing device mapping, please use long syntax: %s", spec);
	*ret = json_pack("{s:s, s:s, s:s}", "source", n > 3 ? "" : parts[0], "target",
			 n > 3		      ? ""
			 : n > 1 && *parts[1] ? parts[1]
					      : parts[0],
			 "permissions", n == 3 ? parts[2] : "rwm");
	return 0;
}
