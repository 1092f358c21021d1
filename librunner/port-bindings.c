/* port-bindings: requests for ports to and from Docker's PortBindings. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/ports.h"

/* One binding and its key, for sorting. */
typedef struct Keyed {
	char key[16]; /* "65535/sctp" */
	size_t order;
	const PortSpec *spec;
} Keyed;

/* As Go sorts the keys of a map; bindings of one port stay in their order. */
static int compare_keyed(const void *a, const void *b)
{
	const Keyed *x = a, *y = b;
	int r = strcmp(x->key, y->key);

	return r ? r : (x->order > y->order) - (x->order < y->order);
}

json_t *port_specs_to_bindings(const PortSpecs *p)
{
	cleanup_free Keyed *keyed = xnew0(Keyed, p->n + 1);
	json_t *bindings = json_object();

	for (size_t i = 0; i < p->n; i++) {
		keyed[i].order = i;
		keyed[i].spec = &p->items[i];
		(void)snprintf(keyed[i].key, sizeof(keyed[i].key), "%u/%s", p->items[i].port,
			       p->items[i].protocol);
	}
	qsort(keyed, p->n, sizeof(*keyed), compare_keyed);
	for (size_t i = 0; i < p->n; i++) {
		json_t *list = json_object_get(bindings, keyed[i].key);

		if (!list) {
			list = json_array();
			(void)json_object_set_new(bindings, keyed[i].key, list);
		}
		(void)json_array_append_new(list,
					    json_pack("{ss ss}", "HostIp", keyed[i].spec->host_ip,
						      "HostPort", keyed[i].spec->host_port));
	}
	return bindings;
}

static const char *member(const json_t *binding, const char *name)
{
	const char *value = json_string_value(json_object_get(binding, name));

	return value ? value : "";
}

void port_specs_from_bindings(const json_t *bindings, PortSpecs *ret)
{
	const char *key;
	json_t *list, *binding;

	json_object_foreach((json_t *)bindings, key, list) {
		cleanup_free char *number = NULL, *protocol = NULL;
		uint16_t port, last;
		size_t i;

		port_split(key, &number, &protocol);
		if (port_range_parse(number, &port, &last, NULL) < 0)
			continue;
		json_array_foreach(list, i, binding) {
			GROW(ret->items, ret->n, &ret->cap);
			ret->items[ret->n++] =
				(PortSpec){ .port = port,
					    .protocol = xstrdup(protocol),
					    .host_ip = xstrdup(member(binding, "HostIp")),
					    .host_port = xstrdup(member(binding, "HostPort")) };
		}
	}
}

int port_compare(const char *a, const char *b)
{
	unsigned long x = strtoul(a, NULL, 10), y = strtoul(b, NULL, 10);
	int r = (x > y) - (x < y);

	return r ? r : strcmp(a, b);
}
