/* endpoint-configure: what a request says of networks. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/endpoint.h"
#include "librunner/ipam.h"
#include "librunner/netavark.h"
#include "librunner/network-store.h"
#include "librunner/settings.h"

int network_default(char **ret, Error **err)
{
	const char *env = getenv("RACKER_DEFAULT_NETWORK");
	cleanup_settings Settings settings = { 0 };
	int r;

	if (!str_empty(env)) {
		*ret = xstrdup(env);
		return 0;
	}
	r = settings_load(&settings, err);
	if (r < 0)
		return r;
	if (!str_empty(settings.default_network))
		*ret = steal(&settings.default_network);
	else
		*ret = xstrdup(netavark_installed() ? NETWORK_BRIDGE : NETWORK_HOST);
	return 0;
}

bool network_mode_is_network(const char *mode)
{
	return !str_empty(mode) && !streq(mode, NETWORK_HOST) && !streq(mode, NETWORK_NONE) &&
	       !startswith(mode, NETWORK_CONTAINER);
}

/* ---- one endpoint ---- */

static void add_line(Strbuf *b, unsigned *n, const char *line)
{
	strbuf_addf(b, "%s%s", *n ? "\n" : "", line);
	++*n;
}

static void check_addresses(const Network *n, const EndpointSettings *e, Strbuf *b, unsigned *lines)
{
	const char *const asked[] = { e->ipam->ipv4_address, e->ipam->ipv6_address };
	static const int families[] = { AF_INET, AF_INET6 };
	bool given = !str_empty(asked[0]) || !str_empty(asked[1]);

	if (given && streq(n->name, NETWORK_BRIDGE))
		add_line(b, lines,
			 "user specified IP address is supported on user defined networks only");
	for (size_t i = 0; i < 2; i++) {
		cleanup_free char *line = NULL;
		Ip ip;

		if (str_empty(asked[i]))
			continue;
		if (ip_parse(asked[i], &ip) < 0 || ip.family != families[i])
			line = xasprintf("invalid IPv%d address: %s", i ? 6 : 4, asked[i]);
		else if (!ipam_pool_for(&n->ipam, families[i], NULL))
			line = xstrdup("user specified IP address is supported only when "
				       "connecting to networks with user configured subnets");
		else if (!ipam_pool_for(&n->ipam, families[i], asked[i]))
			line = xasprintf("no configured subnet contains IP address %s", asked[i]);
		if (line)
			add_line(b, lines, line);
	}
}

int endpoint_check(const Network *n, const EndpointSettings *e, Error **err)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	unsigned lines = 0;

	if (e->ipam)
		check_addresses(n, e, &b, &lines);
	if (e->ipam && strv_length(e->ipam->link_local_ips))
		add_line(&b, &lines,
			 "link-local addresses are not supported: netavark gives each "
			 "interface the addresses of its network alone");
	if (strv_length(e->aliases) && streq(n->name, NETWORK_BRIDGE))
		add_line(&b, &lines,
			 "network-scoped alias is supported only for containers in "
			 "user defined networks");
	if (lines == 0)
		return 0;
	if (lines > 1) {
		cleanup_strv char **all = strv_split(b.data, '\n');

		strbuf_clear(&b);
		STRV_FOREACH(it, all)
			strbuf_addf(&b, "%s* %s", b.len ? "\n" : "", *it);
	}
	return error_set(err, EINVAL, "invalid endpoint settings:\n%s", b.data);
}

/* ---- all of a request ---- */

static void set(char **to, const char *value)
{
	char *copy = xstrdup(value);

	free(*to);
	*to = copy;
}

static int configure_one(Runtime *rt, EndpointSettings *e, Error **err)
{
	cleanup_network Network *n = NULL;
	int r = network_find(rt, e->network, &n, err);

	if (r < 0)
		return r;
	if (n->config_only)
		return error_set(err, EINVAL, "configuration network \"%s\" cannot be used",
				 n->name);
	if (!network_mode_is_network(n->name))
		return error_set(err, EINVAL,
				 "container cannot be connected to multiple networks with one of "
				 "the networks in %s mode",
				 n->name);
	r = endpoint_check(n, e, err);
	if (r < 0)
		return error_prefix(err, r, "invalid config for network %s", n->name);
	set(&e->network, n->name);
	return 0;
}

/* The endpoint of the network mode comes first. */
static void put_first(NetworkingConfig *config, const char *network)
{
	EndpointSettings first;
	size_t at = 0;

	if (!endpoint_find(config->endpoints, config->n_endpoints, network))
		networking_add(config, network);
	while (!streq(config->endpoints[at].network, network))
		at++;
	first = config->endpoints[at];
	for (; at > 0; at--)
		config->endpoints[at] = config->endpoints[at - 1];
	config->endpoints[0] = first;
}

static void drop_endpoint(NetworkingConfig *config, size_t at)
{
	free(config->endpoints[at].network);
	json_clear(&endpoint_type, &config->endpoints[at]);
	for (; at + 1 < config->n_endpoints; at++)
		config->endpoints[at] = config->endpoints[at + 1];
	config->n_endpoints--;
}

/* Clients send an endpoint without settings for host and none, too. */
static void drop_plain(NetworkingConfig *config)
{
	for (size_t i = config->n_endpoints; i-- > 0;)
		if (!network_mode_is_network(config->endpoints[i].network))
			drop_endpoint(config, i);
}

static int configure_container_mode(Runtime *rt, Container *c, Error **err)
{
	const char *name = startswith(c->host.network_mode, NETWORK_CONTAINER);
	cleanup_container Container *other = NULL;
	int r;

	if (str_empty(name))
		return error_set(err, EINVAL,
				 "Invalid network mode: invalid container format "
				 "container:<name|id>");
	r = container_find(rt, name, &other, err);
	if (r < 0)
		return r;
	free(c->host.network_mode);
	c->host.network_mode = xasprintf(NETWORK_CONTAINER "%s", other->id);
	/* A name belongs to a network. */
	set(&c->config.hostname, other->config.hostname);
	return 0;
}

int endpoints_configure(Runtime *rt, Container *c, Error **err)
{
	NetworkingConfig *config = &c->networking;
	const char *mode = c->host.network_mode;
	cleanup_network Network *n = NULL;
	int r;

	drop_plain(config);
	if (startswith(mode, NETWORK_CONTAINER))
		return configure_container_mode(rt, c, err);
	if (!network_mode_is_network(mode))
		return config->n_endpoints
			       ? error_set(err, EINVAL,
					   "container cannot be connected to multiple networks "
					   "with one of the networks in %s mode",
					   mode)
			       : 0;
	r = netavark_check(err);
	if (r >= 0)
		r = network_find(rt, mode, &n, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < config->n_endpoints && r >= 0; i++)
		r = streq(config->endpoints[i].network, mode) ||
				    startswith(n->id, config->endpoints[i].network)
			    ? (set(&config->endpoints[i].network, n->name), 0)
			    : 0;
	put_first(config, n->name);
	if (!str_empty(c->config.mac_address) && str_empty(config->endpoints[0].mac_address))
		set(&config->endpoints[0].mac_address, c->config.mac_address);
	for (size_t i = 0; i < config->n_endpoints && r >= 0; i++)
		r = configure_one(rt, &config->endpoints[i], err);
	return r;
}
