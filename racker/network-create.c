/* network create. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "racker/commands.h"
#include "racker/engine.h"
#include "racker/network.h"

typedef struct CreateOptions {
	IpamFlags ipam;
	char **ipam_options, **labels, **options;
	char *config_from, *driver, *ipam_driver, *scope;
	bool attachable, config_only, ingress, internal, ipv4, ipv6;
} CreateOptions;

static int parse_network_label(const Flag *flag, const char *value, void *opts, Error **err)
{
	CreateOptions *o = opts;
	const char *name = value + strspn(value, " \t");
	cleanup_free char *key = xstrndup(value, strcspn(value, "="));

	(void)flag;
	if (!*name || *name == '=')
		return error_set(err, EINVAL, "invalid label '%s': empty name", value);
	env_set(&o->labels, key, strchr(value, '=') ? strchr(value, '=') + 1 : "");
	return 0;
}

/* NAME=value; the last one of a name counts. */
static int parse_map(const Flag *flag, const char *value, void *opts, Error **err)
{
	char ***map = (void *)((char *)opts + flag->offset);
	cleanup_free char *key = xstrndup(value, strcspn(value, "="));

	(void)err;
	env_set(map, key, strchr(value, '=') ? strchr(value, '=') + 1 : "");
	return 0;
}

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(CreateOptions, "attachable", 0, attachable, "Enable manual container attachment"),
	FLAG_CALL("aux-address", 0, "map", parse_map,
		  "Auxiliary IPv4 or IPv6 addresses used by\nNetwork driver",
		  .offset = offsetof(CreateOptions, ipam.aux_addresses), .fallback = "map[]"),
	FLAG_STRING(CreateOptions, "config-from", 0, config_from,
		    "The network from which to copy the configuration"),
	FLAG_BOOL(CreateOptions, "config-only", 0, config_only, "Create a configuration only network"),
	FLAG_STRING(CreateOptions, "driver", 'd', driver, "Driver to manage the Network", .fallback = "bridge"),
	FLAG_CALL("gateway", 0, "strings", parse_strings, "IPv4 or IPv6 Gateway for the master subnet",
		  .offset = offsetof(CreateOptions, ipam.gateways)),
	FLAG_REFUSED("ingress", 0, NULL, "there is no swarm whose ports it could publish"),
	FLAG_BOOL(CreateOptions, "internal", 0, internal, "Restrict external access to the network"),
	FLAG_CALL("ip-range", 0, "strings", parse_strings, "Allocate container ip from a sub-range",
		  .offset = offsetof(CreateOptions, ipam.ranges)),
	FLAG_STRING(CreateOptions, "ipam-driver", 0, ipam_driver, "IP Address Management Driver",
		    .fallback = "default"),
	FLAG_CALL("ipam-opt", 0, "map", parse_map, "Set IPAM driver specific options",
		  .offset = offsetof(CreateOptions, ipam_options), .fallback = "map[]"),
	FLAG_BOOL(CreateOptions, "ipv4", 0, ipv4, "Enable or disable IPv4 address assignment\n(default true)"),
	FLAG_BOOL(CreateOptions, "ipv6", 0, ipv6, "Enable or disable IPv6 address assignment"),
	FLAG_CALL("label", 0, "list", parse_network_label, "Set metadata on a network"),
	FLAG_CALL("opt", 'o', "map", parse_map, "Set driver specific options",
		  .offset = offsetof(CreateOptions, options), .fallback = "map[]"),
	FLAG_STRING(CreateOptions, "scope", 0, scope, "Control the network's scope"),
	FLAG_CALL("subnet", 0, "strings", parse_strings,
		  "Subnet in CIDR format that represents a\nnetwork segment",
		  .offset = offsetof(CreateOptions, ipam.subnets)),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *opts)
{
	((CreateOptions *)opts)->ipv4 = true;
}

static void clear(void *opts)
{
	CreateOptions *o = opts;
	char ***const lists[] = { &o->ipam.subnets,  &o->ipam.ranges,
				  &o->ipam.gateways, &o->ipam.aux_addresses,
				  &o->ipam_options,  &o->labels,
				  &o->options };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		*lists[i] = strv_free(*lists[i]);
}

static int make_request(const CreateOptions *o, const char *name, Network *req, Error **err)
{
	static const char no_ipv4[] =
		"a network without IPv4 is not supported: netavark's rules need it";

	*req = (Network){
		.name = xstrdup(name),
		.driver = xstrdup(o->driver),
		.scope = xstrdup(o->scope),
		.enable_ipv6 = o->ipv6,
		.internal = o->internal,
		.attachable = o->attachable,
		.config_only = o->config_only,
		.config_from.network = xstrdup(o->config_from),
		.ipam.driver = xstrdup(o->ipam_driver),
		.ipam.options = strv_copy(o->ipam_options),
		.options = strv_copy(o->options),
		.labels = strv_copy(o->labels),
	};
	if (!o->ipv4)
		return error_set(err, EOPNOTSUPP, "%s", no_ipv4);
	return ipam_flags_apply(&o->ipam, &req->ipam, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_error Error *wrong = NULL;
	cleanup_free char *id = NULL;
	Network req = { 0 };
	int r = make_request(opts, operands[0], &req, &wrong), status = 0;

	if (r < 0)
		status = network_client_error(wrong);
	if (r >= 0)
		r = engine_open(cli, &engine, err);
	if (r >= 0)
		r = network_create(engine.rt, &req, &id, err);
	json_clear(&network_type, &req);
	if (r >= 0)
		puts(id);
	return status ? status : r;
}

const Command command_network_create = {
	.name = "create",
	.usage = "create [OPTIONS] NETWORK",
	.summary = "Create a network",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.options_size = sizeof(CreateOptions),
	.defaults = defaults,
	.clear = clear,
	.run = run,
};
