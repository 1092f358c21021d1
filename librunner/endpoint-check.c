#include "librunner/endpoint-check.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/network.h"
#include "librunner/options/network.h"

#define UNDEFINED "This would result in undefined behavior"

static int conflict(Error **err, const char *what)
{
	return error_set(err, EINVAL, "conflicting options: %s", what);
}

/* With the network of another container there is nothing of one's own. */
static int check_container_mode(const ContainerCreate *req, const char *mode, Error **err)
{
	const HostConfig *host = &req->host;

	if (str_empty(startswith(mode, NETWORK_CONTAINER)))
		return error_set(err, EINVAL,
				 "Invalid network mode: invalid container format "
				 "container:<name|id>");
	if (!str_empty(req->config.hostname))
		return conflict(err, "hostname and the network mode");
	if (host->links)
		return conflict(err, "container type network can't be used with links. " UNDEFINED);
	if (host->dns)
		return conflict(err, "dns and the network mode");
	if (host->extra_hosts)
		return conflict(err, "custom host-to-IP mapping and the network mode");
	if (json_object_size(host->port_bindings) || host->publish_all_ports)
		return conflict(err, "port publishing and the container type network mode");
	if (req->config.exposed_ports)
		return conflict(err, "port exposing and the container type network mode");
	return 0;
}

int network_mode_check(const ContainerCreate *req, Error **err)
{
	const char *mode = req->host.network_mode;

	if (str_empty(mode))
		return 0;
	if (streq(mode, "container") || startswith(mode, NETWORK_CONTAINER))
		return check_container_mode(req, mode, err);
	if (streq(mode, NETWORK_HOST) && req->host.links)
		return conflict(err, "host type networking can't be used with links. " UNDEFINED);
	return 0;
}

int links_check(Runtime *rt, const Container *c, Error **err)
{
	STRV_FOREACH(it, c->host.links) {
		cleanup_container Container *other = NULL;
		cleanup_free char *name = NULL;
		int r = link_parse(*it, &name, NULL, err);

		if (r >= 0 && !*name)
			r = error_set(err, EINVAL,
				      "could not get container for : invalid name or ID supplied: "
				      "\"\"");
		else if (r >= 0 && container_find(rt, name, &other, err) < 0)
			r = error_prefix(err, -EINVAL, "could not get container for %s", name);
		if (r < 0)
			return r;
	}
	return 0;
}

void network_warn(Runtime *rt, const Container *c)
{
	if (rt->notice && streq_null(c->host.network_mode, NETWORK_HOST) &&
	    json_object_size(c->host.port_bindings))
		rt->notice("WARNING: Published ports are discarded when using host network mode",
			   rt->userdata);
}
