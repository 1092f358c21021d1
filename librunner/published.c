#include "librunner/published.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"

void published_clear(Published *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->rows[i].port);
		free(p->rows[i].address);
	}
	free(p->rows);
	*p = (Published){ 0 };
}

static void add(Published *p, const char *port, const char *ip, const char *host_port)
{
	GROW(p->rows, p->n, &p->cap);
	p->rows[p->n++] = (PublishedPort){
		.port = xstrdup(port),
		.address = xasprintf(strchr(ip, ':') ? "[%s]:%s" : "%s:%s", ip, host_port),
	};
}

/* A binding without an address is one of both families. */
static void add_binding(Published *p, const char *port, const json_t *binding)
{
	const char *ip = json_string_value(json_object_get(binding, "HostIp"));
	const char *host_port = json_string_value(json_object_get(binding, "HostPort"));

	if (str_empty(host_port))
		return;
	add(p, port, str_empty(ip) ? "0.0.0.0" : ip, host_port);
	if (str_empty(ip))
		add(p, port, "::", host_port);
}

static bool has_own_network(const Container *c)
{
	const char *mode = str_empty(c->host.network_mode) ? "host" : c->host.network_mode;

	return !streq(mode, "host") && !streq(mode, "none") && !startswith(mode, "container:");
}

static int compare(const void *a, const void *b)
{
	const PublishedPort *x = a, *y = b;
	uint64_t m = strtoull(x->port, NULL, 10), n = strtoull(y->port, NULL, 10);
	int r = (m > n) - (m < n);

	r = r ? r : strcmp(x->port, y->port);
	return r ? r : strcmp(x->address, y->address);
}

void published_ports(const Container *c, Published *ret)
{
	const char *port;
	json_t *bindings;

	if (!container_is_running(c) || !has_own_network(c))
		return;
	json_object_foreach(c->host.port_bindings, port, bindings) {
		json_t *binding;
		size_t i;

		json_array_foreach(bindings, i, binding)
			add_binding(ret, port, binding);
	}
	if (ret->n)
		qsort(ret->rows, ret->n, sizeof(*ret->rows), compare);
}
