/* network-create: new networks, and those that are always there. */
#include <net/if.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/events.h"
#include "librunner/ipam.h"
#include "librunner/network-events.h"
#include "librunner/network-store.h"

#define DEFAULT_ROOT "/var/lib/racker"
#define MTU_MAX 65535

/* ---- bridge, host and none ---- */

static void bridge_options(Runtime *rt, Network *n)
{
	env_set(&n->options, "com.docker.network.bridge.default_bridge", "true");
	env_set(&n->options, "com.docker.network.bridge.enable_icc", "true");
	env_set(&n->options, "com.docker.network.bridge.enable_ip_masquerade", "true");
	env_set(&n->options, "com.docker.network.bridge.host_binding_ipv4", "0.0.0.0");
	if (streq(rt->root, DEFAULT_ROOT)) {
		env_set(&n->options, "com.docker.network.bridge.name", "racker0");
	} else {
		cleanup_free char *name = network_interface(n);

		env_set(&n->options, "com.docker.network.bridge.name", name);
	}
	env_set(&n->options, "com.docker.network.driver.mtu", "1500");
}

static int make_predefined(Runtime *rt, const char *name, const char *driver, Error **err)
{
	cleanup_network Network *old = NULL, *n = NULL;
	int r = network_load(rt, name, &old, err);

	if (r != -ENOENT)
		return r;
	n = network_new(name, driver);
	r = 0;
	if (streq(driver, "bridge")) {
		bridge_options(rt, n);
		r = network_assign_subnets(rt, n, err);
	}
	return r < 0 ? r : network_write(rt, n, err);
}

int network_ensure_predefined(Runtime *rt, Error **err)
{
	cleanup_network Network *last = NULL;
	cleanup_fd int host = -1, lock = -1;
	int r = network_load(rt, NETWORK_NONE, &last, err);

	/* It is made last. */
	if (r != -ENOENT)
		return r;
	r = host = network_host_lock(err);
	if (r >= 0)
		r = lock = networks_lock(rt, err);
	if (r >= 0)
		r = make_predefined(rt, NETWORK_BRIDGE, "bridge", err);
	if (r >= 0)
		r = make_predefined(rt, NETWORK_HOST, "host", err);
	return r < 0 ? r : make_predefined(rt, NETWORK_NONE, "null", err);
}

/* ---- new ones ---- */

static int check_name(const char *name, Error **err)
{
	if (str_empty(name))
		return error_set(err, EINVAL, "invalid network name: network name cannot be empty");
	if (network_is_predefined(name))
		return error_set(err, EPERM, "operation is not permitted on predefined %s network",
				 name);
	if (strlen(name) > NETWORK_NAME_MAX || strchr(name, '/') || strchr(name, ':') ||
	    *name == '.')
		return error_set(err, EINVAL, "invalid network name: %s", name);
	return 0;
}

static int check_driver(const Network *n, Error **err)
{
	if (streq(n->driver, "null") || streq(n->driver, "host"))
		return error_set(err, EPERM, "only one instance of \"%s\" network is allowed",
				 n->driver);
	if (streq(n->driver, "ipvlan") || streq(n->driver, "overlay"))
		return error_set(err, EOPNOTSUPP,
				 "network driver %s is not supported, use bridge "
				 "or macvlan",
				 n->driver);
	if (!streq(n->driver, "bridge") && !streq(n->driver, "macvlan"))
		return error_set(err, ENOENT, "plugin \"%s\" not found", n->driver);
	if (!streq(n->ipam.driver, "default") && !streq(n->ipam.driver, "null"))
		return error_set(err, ENOENT, "plugin \"%s\" not found", n->ipam.driver);
	if (streq(n->ipam.driver, "null"))
		return error_set(err, EOPNOTSUPP,
				 "IPAM driver null is not supported: containers "
				 "would have no addresses");
	return 0;
}

static int check_number(const Network *n, const char *option, uint64_t max, Error **err)
{
	const char *text = network_option(n, option);
	uint64_t value;

	if (!text || (str_to_u64(text, &value) >= 0 && value <= max))
		return 0;
	return error_set(err, EINVAL,
			 "failed to parse %s value: %s (strconv.Atoi: parsing \"%s\": invalid "
			 "syntax)",
			 option, text, text);
}

/* What netavark cannot do is refused; what is only a note of somebody's stays. */
static int check_options(const Network *n, Error **err)
{
	static const char masquerade[] = "com.docker.network.bridge.enable_ip_masquerade";
	const char *value = network_option(n, masquerade);
	const char *mode = network_option(n, "macvlan_mode");
	cleanup_free char *name = network_interface(n);

	if (value && (streq(value, "false") || streq(value, "0")))
		return error_set(err, EOPNOTSUPP,
				 "%s=%s is not supported: netavark always "
				 "masquerades",
				 masquerade, value);
	if (mode && !streq(mode, "bridge") && !streq(mode, "private") && !streq(mode, "vepa") &&
	    !streq(mode, "passthru"))
		return error_set(err, EINVAL, "unknown macvlan mode %s", mode);
	if (strlen(name) >= IF_NAMESIZE || strpbrk(name, "/ \t:"))
		return error_set(err, EINVAL, "invalid interface name %s", name);
	return check_number(n, "com.docker.network.driver.mtu", MTU_MAX, err);
}

static int check_families(const Network *n, Error **err)
{
	unsigned four = 0, six = 0;

	for (size_t i = 0; i < n->ipam.n_config; i++) {
		const char *subnet = n->ipam.config[i].subnet;
		unsigned *count = subnet && strchr(subnet, ':') ? &six : &four;

		++*count;
	}
	if (four > 1 || six > 1)
		return error_set(err, EINVAL, "%s driver doesn't support multiple subnets",
				 n->driver);
	return 0;
}

static int check_subnets(const Network *n, Error **err)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	for (size_t i = 0; i < n->ipam.n_config; i++) {
		const char *text = n->ipam.config[i].subnet ? n->ipam.config[i].subnet : "";
		IpNet net, masked;

		if (ipnet_parse(text, &net) < 0) {
			strbuf_addf(&b, "\ninvalid subnet %s: invalid CIDR block notation", text);
			continue;
		}
		masked = (IpNet){ ipnet_first(&net), net.prefix };
		if (ip_compare(&masked.ip, &net.ip) != 0) {
			cleanup_free char *right = ipnet_text(&masked);

			strbuf_addf(&b, "\ninvalid subnet %s: it should be %s", text, right);
		}
	}
	return b.len ? error_set(err, EINVAL, "invalid network config:%s", b.data)
		     : check_families(n, err);
}

/* The copy of a request, through the tables; what is decided here is not taken over. */
static Network *copy_request(const Network *req)
{
	cleanup_json json_t *value = json_encode(&network_type, req);
	Network *n = network_new(req->name ? req->name : "",
				 str_empty(req->driver) ? "bridge" : req->driver);
	static const char *const ours[] = { "Id", "Created", "Scope", "Driver", "Containers" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		(void)json_object_del(value, ours[i]);
	if (str_empty(req->name))
		(void)json_object_set_new(value, "Name", json_string(""));
	if (str_empty(req->ipam.driver))
		(void)json_object_del(json_object_get(value, "IPAM"), "Driver");
	(void)json_decode(value, &network_type, n, NULL);
	/* As Docker shows that nobody has given any. */
	if (!n->ipam.options)
		n->ipam.options = xnew0(char *, 1);
	return n;
}

static int take_config_from(Runtime *rt, Network *n, Error **err)
{
	const char *from = n->config_from.network;
	cleanup_network Network *other = NULL;
	cleanup_json json_t *ipam = NULL;
	int r;

	if (str_empty(from))
		return 0;
	if (n->ipam.n_config || strv_length(n->options) || strv_length(n->labels))
		return error_set(err, EINVAL,
				 "user specified configurations are not supported if "
				 "the network depends on a configuration network");
	r = network_load(rt, from, &other, err);
	if (r == -ENOENT)
		return error_set(err, ENOENT, "configuration network \"%s\" does not exist", from);
	if (r < 0)
		return r;
	if (!other->config_only)
		return error_set(err, EINVAL, "network \"%s\" is not a configuration network",
				 from);
	ipam = json_encode(&ipam_type, &other->ipam);
	(void)json_decode(ipam, &ipam_type, &n->ipam, NULL);
	n->options = strv_free(n->options);
	n->options = strv_copy(other->options);
	n->enable_ipv6 = n->enable_ipv6 || other->enable_ipv6;
	return 0;
}

static int check(const Network *n, Error **err)
{
	int r = check_name(n->name, err);

	if (r >= 0)
		r = check_subnets(n, err);
	if (r >= 0)
		r = check_driver(n, err);
	if (r >= 0)
		r = check_options(n, err);
	if (r >= 0 && n->ingress)
		r = error_set(err, EINVAL, "Ingress network can only be global scope network");
	return r;
}

static int check_scope(const Network *req, Error **err)
{
	if (str_empty(req->scope) || streq(req->scope, "local") || streq(req->scope, "global"))
		return 0;
	if (streq(req->scope, "swarm"))
		return error_set(err, EOPNOTSUPP,
				 "cannot create a swarm scoped network when swarm is not active");
	return error_set(err, EINVAL, "invalid network scope: %s", req->scope);
}

static int create_locked(Runtime *rt, Network *n, Error **err)
{
	cleanup_network Network *old = NULL;
	cleanup_fd int host = network_host_lock(err), lock = -1;
	int r = host < 0 ? host : (lock = networks_lock(rt, err));

	if (r < 0)
		return r;
	r = network_load(rt, n->name, &old, err);
	if (r >= 0)
		return error_set(err, EEXIST, "network with name %s already exists", n->name);
	if (r == -ENOENT)
		r = take_config_from(rt, n, err);
	if (r >= 0 && n->config_only) {
		free(n->driver);
		n->driver = xstrdup("null");
	} else if (r >= 0) {
		r = network_assign_subnets(rt, n, err);
	}
	return r < 0 ? r : network_write(rt, n, err);
}

int network_create(Runtime *rt, const Network *req, char **ret_id, Error **err)
{
	cleanup_network Network *n = copy_request(req);
	int r = check(n, err);

	if (r >= 0)
		r = check_scope(req, err);
	if (r >= 0)
		r = network_ensure_predefined(rt, err);
	if (r >= 0)
		r = create_locked(rt, n, err);
	if (r < 0)
		return r;
	network_event(rt, n, "create", NULL);
	*ret_id = xstrdup(n->id);
	return 0;
}
