/* network connect, disconnect, reload. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "racker/commands.h"
#include "racker/engine.h"
#include "racker/network.h"

typedef struct ConnectOptions {
	char **aliases, **driver_options, **links, **link_local_ips;
	char *ip, *ip6;
	int64_t priority;
} ConnectOptions;

/* clang-format off */
static const Flag connect_options[] = {
	FLAG_CALL("alias", 0, "strings", parse_strings, "Add network-scoped alias for the container",
		  .offset = offsetof(ConnectOptions, aliases)),
	FLAG_CALL("driver-opt", 0, "strings", parse_strings, "driver options for the network",
		  .offset = offsetof(ConnectOptions, driver_options)),
	FLAG_INT(ConnectOptions, "gw-priority", 0, priority,
		 "Highest gw-priority provides the default\ngateway. Accepts positive and negative values."),
	FLAG_STRING(ConnectOptions, "ip", 0, ip, "IPv4 address (e.g., \"172.30.100.104\")"),
	FLAG_STRING(ConnectOptions, "ip6", 0, ip6, "IPv6 address (e.g., \"2001:db8::33\")"),
	FLAG_LIST(ConnectOptions, "link", 0, links, "Add link to another container"),
	FLAG_CALL("link-local-ip", 0, "strings", parse_strings, "Add a link-local address for the container",
		  .offset = offsetof(ConnectOptions, link_local_ips)),
	FLAG_END,
};
/* clang-format on */

static void connect_clear(void *opts)
{
	ConnectOptions *o = opts;

	o->aliases = strv_free(o->aliases);
	o->driver_options = strv_free(o->driver_options);
	o->link_local_ips = strv_free(o->link_local_ips);
}

static int run_connect(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	ConnectOptions *o = opts;
	EndpointIpam ipam = { .ipv4_address = o->ip,
			      .ipv6_address = o->ip6,
			      .link_local_ips = o->link_local_ips };
	EndpointSettings settings = { .ipam = &ipam,
				      .aliases = o->aliases,
				      .links = o->links,
				      .driver_opts = o->driver_options,
				      .gw_priority = o->priority };
	int r = 0;

	STRV_FOREACH(it, o->driver_options)
		if (!strchr(*it, '=')) {
			fputs("invalid key/value pair format in driver options\n", stderr);
			return 1;
		}
	r = engine_open(cli, &engine, err);
	return r < 0 ? r : network_connect(engine.rt, operands[0], operands[1], &settings, err);
}

const Command command_network_connect = {
	.name = "connect",
	.usage = "connect [OPTIONS] NETWORK CONTAINER",
	.summary = "Connect a container to a network",
	.min_args = 2,
	.max_args = 2,
	.options = connect_options,
	.options_size = sizeof(ConnectOptions),
	.clear = connect_clear,
	.run = run_connect,
};

typedef struct DisconnectOptions {
	bool force;
} DisconnectOptions;

static const Flag disconnect_options[] = {
	FLAG_BOOL(DisconnectOptions, "force", 'f', force,
		  "Force the container to disconnect from a network"),
	FLAG_END,
};

static int run_disconnect(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	const DisconnectOptions *o = opts;
	int r = engine_open(cli, &engine, err);

	return r < 0 ? r : network_disconnect(engine.rt, operands[0], operands[1], o->force, err);
}

const Command command_network_disconnect = {
	.name = "disconnect",
	.usage = "disconnect [OPTIONS] NETWORK CONTAINER",
	.summary = "Disconnect a container from a network",
	.min_args = 2,
	.max_args = 2,
	.options = disconnect_options,
	.options_size = sizeof(DisconnectOptions),
	.run = run_disconnect,
};

/* ---- reload: ours, as podman has it ---- */

typedef struct ReloadOptions {
	bool all;
} ReloadOptions;

static const Flag reload_options[] = {
	FLAG_BOOL(ReloadOptions, "all", 'a', all, "Reload all running containers"),
	FLAG_END,
};

static int reload_one(Engine *e, const char *name, void *userdata, Error **err)
{
	cleanup_strv char **ids = NULL;
	int r = network_reload(e->rt, name, &ids, err);

	(void)userdata;
	STRV_FOREACH(it, ids)
		puts(*it);
	return r;
}

static int run_reload(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	const ReloadOptions *o = opts;
	int r;

	if (o->all == (operands[0] != NULL)) {
		fputs("network reload needs either the names of containers or --all\n", stderr);
		return 1;
	}
	r = engine_open(cli, &engine, err);
	if (r < 0)
		return r;
	return o->all ? reload_one(&engine, NULL, NULL, err)
		      : engine_for_each(cli, &engine, operands, reload_one, NULL);
}

const Command command_network_reload = {
	.name = "reload",
	.usage = "reload [OPTIONS] [CONTAINER...]",
	.summary = "Set up networks again after a flush of the firewall",
	.max_args = -1,
	.options = reload_options,
	.options_size = sizeof(ReloadOptions),
	.run = run_reload,
};
