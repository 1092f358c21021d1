#include "librunner/container-configure.h"

#include <sys/utsname.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/host-check.h"
#include "librunner/merge.h"
#include "librunner/network.h"
#include "librunner/nspawn.h"

/* A copy through the tables, so that a new key needs no line here. */
static void copy_by_table(const JsonType *type, const void *from, void *to)
{
	cleanup_json json_t *value = json_encode(type, from);

	(void)json_decode(value, type, to, NULL);
}

static char *hostname_default(const HostConfig *h, const char *id)
{
	struct utsname host;

	/* A host that nobody has named is called "(none)". */
	if (streq_null(h->network_mode, "host") && uname(&host) == 0 &&
	    nspawn_hostname_valid(host.nodename))
		return xstrdup(host.nodename);
	return xstrndup(id, 12);
}

/* Path and arguments; a booted system without a command has none. */
static int container_set_command(Container *c, const ContainerCreate *req, Error **err)
{
	bool asked = strv_length(req->config.cmd) + strv_length(req->config.entrypoint) > 0;
	bool interactive = req->config.tty || req->config.open_stdin;

	if (!c->racker.boot)
		return config_command(&c->config, &c->path, &c->args, err);
	if ((asked || interactive) && config_command(&c->config, &c->path, &c->args, NULL) >= 0 &&
	    !command_is_init(c->path, c->args))
		return 0;
	c->racker.system = true;
	free(c->path);
	c->path = xstrdup("");
	c->args = strv_free(c->args);
	return 0;
}

/* What the user gives of our own part; the rest was decided when the container was made. */
static void configure_racker(RackerConfig *to, const RackerConfig *from)
{
	RackerConfig given = { 0 };

	copy_by_table(&racker_config_type, from, &given);
	to->ephemeral = given.ephemeral;
	to->timeout = given.timeout;
	free(to->guest_unit);
	to->guest_unit = steal(&given.guest_unit);
	free(to->detach_keys);
	to->detach_keys = steal(&given.detach_keys);
	to->hooks = steal(&given.hooks);
	to->n_hooks = given.n_hooks;
	given.n_hooks = 0;
	if (given.rootfs) {
		free(to->rootfs);
		to->rootfs = steal(&given.rootfs);
	}
	/* A request that was made of them names them no more. */
	if (given.config_files) {
		to->config_files = steal(&given.config_files);
		to->flags = steal(&given.flags);
	}
	json_clear(&racker_config_type, &given);
}

/* By the name before the `=`. */
static int compare_names(const void *a, const void *b)
{
	const char *left = *(const char *const *)a, *right = *(const char *const *)b;
	size_t n = strcspn(left, "="), m = strcspn(right, "=");
	int r = memcmp(left, right, n < m ? n : m);

	return r ? r : (n > m) - (n < m);
}

/* As Go writes maps. */
static void sort_maps(Container *c)
{
	char **const maps[] = { c->config.labels,    c->config.exposed_ports, c->config.volumes,
				c->host.annotations, c->host.sysctls,	      c->host.tmpfs,
				c->host.log.config };

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		if (maps[i])
			qsort(maps[i], strv_length(maps[i]), sizeof(char *), compare_names);
}

/* Without a name it is the default network. In another container's there is no endpoint of one's
 * own. */
static int configure_network(Container *c, Error **err)
{
	EndpointSettings *e;

	if (str_empty(c->host.network_mode) || streq(c->host.network_mode, NETWORK_DEFAULT)) {
		free(c->host.network_mode);
		c->host.network_mode = NULL;
		if (network_default(&c->host.network_mode, err) < 0)
			return -EINVAL;
	}
	if (startswith(c->host.network_mode, NETWORK_CONTAINER))
		json_clear(&networking_config_type, &c->networking);
	e = endpoint_find(c->networking.endpoints, c->networking.n_endpoints, NETWORK_DEFAULT);
	if (e) {
		free(e->network);
		e->network = xstrdup(c->host.network_mode);
	}
	return 0;
}

int container_configure(Container *c, const ContainerCreate *req, const ImageConfig *image,
			Error **err)
{
	copy_by_table(&container_config_type, &req->config, &c->config);
	copy_by_table(&host_config_type, &req->host, &c->host);
	copy_by_table(&networking_config_type, &req->networking, &c->networking);
	configure_racker(&c->racker, &req->racker);
	config_merge(&c->config, image);
	if (configure_network(c, err) < 0)
		return -EINVAL;
	if (str_empty(c->config.hostname)) {
		free(c->config.hostname);
		c->config.hostname = hostname_default(&c->host, c->id);
	}
	sort_maps(c);
	if (host_config_adapt(&c->host, err) < 0)
		return -EINVAL;
	return container_set_command(c, req, err);
}
