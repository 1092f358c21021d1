#include "compose/cli/cli.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/published.h"

typedef struct PortFlags {
	int64_t index;
	char *protocol;
	bool dry_run;
} PortFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_INT(PortFlags, "index", 0, index, "Index of the container if service has multiple replicas"),
	FLAG_STRING(PortFlags, "protocol", 0, protocol, "tcp or udp", .fallback = "tcp"),
	COMPOSE_DRY_RUN(PortFlags),
	FLAG_END,
};
/* clang-format on */

static int parse_port(const char *text, uint16_t *ret, Error **err)
{
	uint64_t n;
	int r = str_to_u64(text, &n);

	if (r < 0 || n > UINT16_MAX)
		return error_set(err, EINVAL, "strconv.ParseUint: parsing \"%s\": %s", text,
				 r == -EINVAL ? "invalid syntax" : "value out of range");
	*ret = (uint16_t)n;
	return 0;
}

static int no_port(const Container *c, const Published *ports, uint16_t port, const char *protocol,
		   Error **err)
{
	cleanup_strv char **list = NULL;
	cleanup_free char *text = NULL;

	for (size_t i = 0; i < ports->n; i++)
		if (ports->rows[i].host_ip)
			strv_addf(&list, "%u/%s", ports->rows[i].host_port,
				  ports->rows[i].protocol);
	text = list ? strv_join(list, ", ") : xstrdup("");
	return error_set(err, ENOENT, "no port %u/%s for container %s: %s", port, protocol, c->name,
			 text);
}

static int print_port(ComposeCli *c, const PortFlags *o, char **operands, Error **err)
{
	cleanup_published Published ports = { 0 };
	cleanup_container Container *container = NULL;
	const char *protocol = o->protocol ? o->protocol : "tcp";
	uint16_t port = 0;
	int r = parse_port(operands[1], &port, err);

	if (r >= 0)
		r = project_container_find(c->rt, c->project.name, operands[0], o->index,
					   CONTAINERS_RUNNING, &container, err);
	if (r < 0)
		return r;
	published_ports(container, &ports);
	for (size_t i = 0; i < ports.n; i++) {
		cleanup_free char *address = NULL;

		if (ports.rows[i].port != port || !ports.rows[i].host_ip ||
		    !streq(ports.rows[i].protocol, protocol))
			continue;
		address = published_address(&ports.rows[i]);
		puts(address);
		return 0;
	}
	return no_port(container, &ports, port, protocol, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const PortFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Running", NULL, err);

	return r < 0 ? r : print_port(&c, o, operands, err);
}

const Command command_compose_port = {
	.name = "port",
	.usage = "port [OPTIONS] SERVICE PRIVATE_PORT",
	.summary = "Print the public port for a port binding",
	.min_args = 2,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(PortFlags),
	.run = run,
};
