/* run-network: ports, and the networks of a container with what is said about its place in each, by
 * the rules of Docker's client. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/options/network.h"
#include "librunner/options/ports.h"
#include "librunner/options/run-complete.h"
#include "librunner/ports.h"

#define CONFLICT "conflicting options: cannot specify both "

int run_complete_ports(RunFlags *f, Error **err)
{
	ContainerCreate *create = &f->create;
	cleanup_port_specs PortSpecs ports = { 0 };
	const char *port;
	json_t *bindings;
	int r = 0;

	STRV_FOREACH(it, f->publish)
		r = r < 0 ? r : port_specs_add_publish(&ports, *it, err);
	if (r < 0)
		return r;
	if (ports.n) {
		json_decref(create->host.port_bindings);
		create->host.port_bindings = port_specs_to_bindings(&ports);
	}
	json_object_foreach(create->host.port_bindings, port, bindings)
		strv_add(&create->config.exposed_ports, port);
	STRV_FOREACH(it, f->expose)
		r = r < 0 ? r : expose_parse(*it, &create->config.exposed_ports, err);
	return r;
}

/* ---- networks ---- */

static EndpointIpam *ipam_of(EndpointSettings *e)
{
	if (!e->ipam)
		e->ipam = xnew0(EndpointIpam, 1);
	return e->ipam;
}

/* One address of a flag and of the long form, which exclude each other. */
static int apply_address(EndpointSettings *e, size_t offset, const char *value, const char *both,
			 Error **err)
{
	char **member;

	if (str_empty(value))
		return 0;
	member = (char **)((char *)ipam_of(e) + offset);
	if (!str_empty(*member))
		return error_set(err, EINVAL, CONFLICT "%s", both);
	free(*member);
	*member = xstrdup(value);
	return 0;
}

static int apply_mac(const RunFlags *f, EndpointSettings *e, Error **err)
{
	if (str_empty(f->mac_address))
		return 0;
	if (!str_empty(e->mac_address))
		return error_set(err, EINVAL, CONFLICT "--mac-address and per-network MAC address");
	free(e->mac_address);
	e->mac_address = xstrdup(f->mac_address);
	return 0;
}

/* What older flags say is about the first network. */
static int apply_flags(RunFlags *f, EndpointSettings *e, Error **err)
{
	int r;

	if (e->aliases && f->aliases)
		return error_set(err, EINVAL, CONFLICT "--network-alias and per-network alias");
	r = apply_address(e, offsetof(EndpointIpam, ipv4_address), f->ip,
			  "--ip and per-network IPv4 address", err);
	if (r >= 0)
		r = apply_address(e, offsetof(EndpointIpam, ipv6_address), f->ip6,
				  "--ip6 and per-network IPv6 address", err);
	if (r >= 0)
		r = apply_mac(f, e, err);
	if (r < 0)
		return r;
	if (e->ipam && e->ipam->link_local_ips && f->link_local_ips)
		return error_set(err, EINVAL,
				 CONFLICT
				 "--link-local-ip and per-network link-local IP addresses");
	if (f->link_local_ips)
		strv_extend(&ipam_of(e)->link_local_ips, f->link_local_ips);
	strv_extend(&e->aliases, f->aliases);
	if (network_mode_is_user_defined(e->network))
		strv_extend(&e->links, f->links);
	else
		strv_extend(&f->create.host.links, f->links);
	return 0;
}

static int check_endpoint(EndpointSettings *e, Error **err)
{
	cleanup_free char *mac = NULL;
	int r;

	if (e->network[strspn(e->network, " \t\n\v\f\r")] == '\0')
		return error_set(err, EINVAL, "no name set for network");
	if (!network_mode_is_user_defined(e->network) && e->aliases)
		return error_set(err, EINVAL,
				 "network-scoped aliases are only supported for user-defined "
				 "networks");
	if (str_empty(e->mac_address))
		return 0;
	r = mac_address_parse(e->mac_address, &mac, err);
	if (r < 0)
		return r;
	free(e->mac_address);
	e->mac_address = steal(&mac);
	return 0;
}

static int add_network(RunFlags *f, const char *text, bool first, Error **err)
{
	NetworkingConfig *networking = &f->create.networking;
	cleanup_network_option EndpointSettings e = { 0 };
	int r = network_option_parse(text, &e, err);

	if (r >= 0 && first)
		r = apply_flags(f, &e, err);
	if (r >= 0)
		r = check_endpoint(&e, err);
	if (r < 0)
		return r;
	if (endpoint_find(networking->endpoints, networking->n_endpoints, e.network))
		return error_set(err, EINVAL, "network \"%s\" is specified multiple times",
				 e.network);
	free(networking_add(networking, e.network)->network);
	networking->endpoints[networking->n_endpoints - 1] = e;
	e = (EndpointSettings){ 0 };
	return 0;
}

int run_complete_networks(RunFlags *f, Error **err)
{
	static char *const none_named[] = { (char *)"default", NULL };
	char *const *networks = f->attachments ? f->attachments : none_named;
	const NetworkingConfig *networking = &f->create.networking;
	HostConfig *host = &f->create.host;
	size_t ours = 0;
	int r = 0;

	STRV_FOREACH(it, networks)
		r = r < 0 ? r : add_network(f, *it, it == networks, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < networking->n_endpoints; i++)
		ours += !network_mode_is_user_defined(networking->endpoints[i].network);
	if (ours && ours < networking->n_endpoints)
		return error_set(err, EINVAL,
				 "conflicting options: cannot attach both user-defined and "
				 "non-user-defined network-modes");
	if (ours > 1)
		return error_set(err, EINVAL, "networks %s and %s exclude each other",
				 networking->endpoints[0].network,
				 networking->endpoints[1].network);
	free(host->network_mode);
	host->network_mode = xstrdup(networking->endpoints[0].network);
	return 0;
}
