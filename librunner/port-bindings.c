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

/* ---- netavark ---- */

static bool is_every(const char *ip)
{
	return streq(ip, "0.0.0.0") || streq(ip, "::");
}

/* Whether the same is published for both families. */
static bool has_twin(const PortMapping *ports, size_t n, const PortMapping *p)
{
	for (size_t i = 0; i < n; i++) {
		const PortMapping *q = &ports[i];

		if (q != p && is_every(q->host_ip) && !streq(q->host_ip, p->host_ip) &&
		    q->host_port == p->host_port && q->container_port == p->container_port &&
		    q->range == p->range && streq(q->protocol, p->protocol))
			return true;
	}
	return false;
}

/* What netavark should be told as its address, or NULL. For "no address" it redirects what comes
 * to any address of each family that the container has. */
static const char *netavark_address(const PortMapping *ports, size_t n, const PortMapping *p,
				    bool ipv6)
{
	if (!is_every(p->host_ip))
		/* The kernel does not let what came from [::1] out of the loopback device. */
		return streq(p->host_ip, "::1") ? NULL : p->host_ip;
	if (streq(p->host_ip, "::"))
		return NULL;
	return !ipv6 || has_twin(ports, n, p) ? "" : NULL;
}

json_t *port_mappings_netavark(const PortMapping *ports, size_t n, bool ipv6)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const PortMapping *p = &ports[i];
		const char *ip = netavark_address(ports, n, p, ipv6);

		if (ip)
			(void)json_array_append_new(
				list,
				json_pack("{ss sI sI ss sI}", "host_ip", ip, "host_port",
					  (json_int_t)p->host_port, "container_port",
					  (json_int_t)p->container_port, "protocol", p->protocol,
					  "range", (json_int_t)(p->range > 1 ? p->range : 1)));
	}
	return list;
}

int port_compare(const char *a, const char *b)
{
	unsigned long x = strtoul(a, NULL, 10), y = strtoul(b, NULL, 10);
	int r = (x > y) - (x < y);

	return r ? r : strcmp(a, b);
}
