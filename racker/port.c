#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/published.h"
#include "racker/commands.h"
#include "racker/engine.h"

/* "81", "81/tcp", "90/udp": as Docker reads and keeps it. */
static int parse_port(const char *text, char **ret)
{
	size_t n = strcspn(text, "/");
	cleanup_free char *number = xstrndup(text, n), *quoted = str_quote(number);
	uint64_t port;
	int r = str_to_u64(number, &port);

	if (r < 0 || port > UINT16_MAX) {
		fprintf(stderr, "Error: invalid port (%s): strconv.ParseUint: parsing %s: %s\n",
			number, quoted, r == -EINVAL ? "invalid syntax" : "value out of range");
		return -EINVAL;
	}
	*ret = xasprintf("%s/%s", number, text[n] ? text + n + 1 : "tcp");
	return 0;
}

static void print_all(const Published *ports)
{
	for (size_t i = 0; i < ports->n; i++) {
		const PublishedPort *row = &ports->rows[i];
		cleanup_free char *port = NULL, *address = NULL;

		if (!row->host_ip)
			continue;
		port = published_port(row);
		address = published_address(row);
		printf("%s -> %s\n", port, address);
	}
}

static int print_one(const Published *ports, const char *wanted, const char *container)
{
	cleanup_free char *port = NULL;
	bool found = false;

	if (parse_port(wanted, &port) < 0)
		return 1;
	for (size_t i = 0; i < ports->n; i++) {
		const PublishedPort *row = &ports->rows[i];
		cleanup_free char *this = published_port(row);

		if (row->host_ip && streq(this, port)) {
			cleanup_free char *address = published_address(row);

			puts(address);
			found = true;
		}
	}
	if (found)
		return 0;
	fprintf(stderr, "Error: No public port '%s' published for %s\n", wanted, container);
	return 1;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_container Container *c = NULL;
	cleanup_published Published ports = { 0 };
	int r = engine_open(cli, &engine, err);

	(void)opts;
	if (r >= 0)
		r = container_find(engine.rt, operands[0], &c, err);
	if (r < 0)
		return r;
	published_ports(c, &ports);
	if (operands[1])
		return print_one(&ports, operands[1], operands[0]);
	print_all(&ports);
	return 0;
}

const Command command_port = {
	.name = "port",
	.aliases = "container port, port",
	.usage = "port CONTAINER [PRIVATE_PORT[/PROTO]]",
	.summary = "List port mappings or a specific mapping for the container",
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
