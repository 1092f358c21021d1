/* network-links: `--link`: names of other containers that this one alone knows, by its /etc/hosts:
 * as they are when it starts. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/monitor/network-internal.h"

/* "CONTAINER:ALIAS"; an alias that is not given is the name. */
static void split_link(const char *link, char **ret_name, char **ret_alias)
{
	size_t n = strcspn(link, ":");

	*ret_name = xstrndup(link + (*link == '/'), n - (*link == '/'));
	*ret_alias = xstrdup(link[n] ? link + n + 1 : *ret_name);
}

static bool add_line(const Container *other, const char *network, const char *alias,
		     EtcNetwork *ret)
{
	const ContainerState *s = &other->state;
	const EndpointSettings *e = endpoint_find(s->networks, s->n_networks, network);

	if (!container_is_running(other) || !e || str_empty(e->ip_address))
		return false;
	if (streq(alias, other->name))
		strv_addf(&ret->lines, "%s\t%s", e->ip_address, alias);
	else
		strv_addf(&ret->lines, "%s\t%s %s", e->ip_address, alias, other->name);
	return true;
}

/* In the default bridge nothing else knows the other one: it must be there. */
static int add_legacy(Monitor *m, const char *link, EtcNetwork *ret, Error **err)
{
	cleanup_free char *name = NULL, *alias = NULL;
	cleanup_container Container *other = NULL;
	int r;

	split_link(link, &name, &alias);
	r = container_find(m->rt, name, &other, err);
	if (r < 0)
		return error_prefix(err, r, "could not get container for %s", name);
	if (!add_line(other, NETWORK_BRIDGE, alias, ret))
		return error_set(err, EINVAL,
				 "Cannot link to a non running container: /%s AS /%s/%s",
				 other->name, m->c->name, alias);
	return 0;
}

static void add_link(Monitor *m, const char *link, const char *network, EtcNetwork *ret)
{
	cleanup_free char *name = NULL, *alias = NULL;
	cleanup_container Container *other = NULL;

	split_link(link, &name, &alias);
	if (container_find(m->rt, name, &other, NULL) >= 0)
		(void)add_line(other, network, alias, ret);
}

int network_add_links(Monitor *m, EtcNetwork *ret, Error **err)
{
	const ContainerState *s = &m->c->state;
	int r = 0;

	if (endpoint_find(s->networks, s->n_networks, NETWORK_BRIDGE))
		STRV_FOREACH(it, m->c->host.links)
			r = r < 0 ? r : add_legacy(m, *it, ret, err);
	for (size_t i = 0; i < s->n_networks; i++)
		STRV_FOREACH(it, s->networks[i].links)
			add_link(m, *it, s->networks[i].network, ret);
	return r;
}
