#include "compose/canonical.h"
#include "compose/load.h"
#include "compose/model.h"
#include "compose/schema-nearest.h"
#include "compose/schema.h"
#include "libcommon/str.h"
#include "libcommon/yaml.h"
#include "tests/tap.h"

typedef struct Made {
	ComposeSource source;
	Project project;
	Error *err;
	int r;
} Made;

static Made make(const char *yaml)
{
	static char *environment[] = { (char *)"FROM_HERE=here", NULL };
	Made m = { .source = { .positions = compose_positions_new(),
			       .name = (char *)"p",
			       .working_dir = (char *)"/nonexistent",
			       .environment = environment } };
	ComposeSource *s = &m.source;

	m.r = yaml_parse(yaml, strlen(yaml), "f", &s->tree, &m.err);
	if (m.r >= 0)
		m.r = compose_schema_check(s->tree, s->positions, "f", &m.err);
	if (m.r >= 0)
		m.r = compose_canonical(s->tree, s->positions, false, &m.err);
	if (m.r >= 0)
		m.r = compose_complete(s->tree, s->positions, &m.err);
	if (m.r >= 0)
		m.r = compose_model(s, 0, &m.project, &m.err);
	return m;
}

static void clear(Made *m)
{
	project_clear(&m->project);
	json_decref(m->source.tree);
	compose_positions_free(m->source.positions);
	error_free(m->err);
}

static void test_service(void)
{
	Made m = make("services:\n"
		      "  b: {image: x, links: [a:alias], environment: [A=1, FROM_HERE, NOWHERE],\n"
		      "      ports: ['8000-8001:80-81/udp'], volumes: ['vol:/d//e:ro'],\n"
		      "      ulimits: {nofile: 5}, mem_limit: 1k, cpus: '0.1', command: a 'b c',\n"
		      "      secrets: [s], x-racker: {boot: always, provision: echo}}\n"
		      "  a: {image: y, entrypoint: [], stop_grace_period: 2s, scale: 3}\n"
		      "volumes: {vol: }\nsecrets: {s: {environment: FROM_HERE}}\n");
	const Service *a = project_service(&m.project, "a"), *b = project_service(&m.project, "b");

	check_int(m.r, 0);
	check_int(m.project.n_services, 2);
	check_str(m.project.services[0].name, "a");
	check(a->entrypoint && !*a->entrypoint && !a->command);
	check_int(a->stop_grace_period, 2000000000);
	check_int(b->stop_grace_period, -1);
	check_int(a->scale, 3);
	check_int(b->scale, 1);
	check_str(b->environment[0], "A=1");
	check_str(b->environment[1], "FROM_HERE=here");
	check_str(b->environment[2], "NOWHERE");
	check_str(b->command[1], "b c");
	check_int(b->n_ports, 2);
	check_int(b->ports[1].target, 81);
	check_str(b->ports[1].published, "8001");
	check_str(b->ports[1].protocol, "udp");
	check_str(b->volumes[0].target, "/d/e");
	check(b->volumes[0].read_only);
	check_int(b->ulimits[0].soft, 5);
	check_int(b->mem_limit, 1024);
	check_int(compose_nano_cpus(b->cpus), 100000000);
	check_str(b->depends_on[0].service, "a");
	check(b->depends_on[0].restart && b->depends_on[0].required);
	check_str(b->secrets[0].target, "/run/secrets/s");
	check_int(b->secrets[0].mode, -1);
	check_str(b->racker.boot, "always");
	check_str(b->racker.provision[0], "echo");
	check_str(b->networks[0].network, "default");
	check_str(project_network(&m.project, "default")->name, "p_default");
	check_str(project_volume(&m.project, "vol")->name, "p_vol");
	clear(&m);
}

static void test_select(void)
{
	Made m = make("services:\n"
		      "  web: {image: x, depends_on: [db], networks: [front]}\n"
		      "  db: {image: x, networks: [back]}\n"
		      "  other: {image: x, networks: [lone]}\n"
		      "  debug: {image: x, profiles: [d]}\n"
		      "networks: {front: , back: , lone: }\n");
	char *web[] = { (char *)"web", NULL }, *debug[] = { (char *)"debug", NULL };
	char *none[] = { (char *)"none", NULL };
	Error *err = NULL;

	check_int(m.r, 0);
	check_int(m.project.n_services, 3);
	check_int(m.project.n_disabled, 1);
	check_int(project_enable(&m.project, debug, NULL), 0);
	check_int(m.project.n_services, 4);
	check(project_select(&m.project, none, true, &err) < 0);
	check_str(err->msg, "no such service: none");
	error_free(err);
	check_int(project_select(&m.project, web, true, NULL), 0);
	check_int(m.project.n_services, 2);
	check_int(m.project.n_networks, 2);
	check_int(project_select(&m.project, web, false, NULL), 0);
	check_int(m.project.n_services, 1);
	check_int(m.project.services[0].n_depends_on, 0);
	clear(&m);
}

static void test_refused(void)
{
	static const struct {
		const char *yaml, *message;
	} cases[] = {
		{ "services: {a: {imag: x}}",
		  "services.a Additional property imag is not allowed, did you mean image?" },
		{ "services: {a: {image: x, models: y}}",
		  "services.a.models: newer than Compose 2.26, which racker follows" },
		{ "services: {a: {image: x, ports: 80}}", "services.a.ports must be a list" },
		{ "services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}",
		  "dependency cycle detected: a -> b -> a" },
		{ "services: {a: {image: x, stop_grace_period: soon}}",
		  "services.a.stop_grace_period: time: invalid duration \"soon\"" },
		{ "services: {a: {image: x, x-racker: {boot: x}}}",
		  "services.a.x-racker.boot must be always, auto or never" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		Made m = make(cases[i].yaml);

		check(m.r < 0);
		check_str(m.err ? m.err->msg : NULL, cases[i].message);
		clear(&m);
	}
}

static void test_nearest(void)
{
	check_str(schema_nearest(&schema_service, "enviroment"), "environment");
	check_str(schema_nearest(&schema_service, "port"), "ports");
	check_str(schema_nearest(&schema_service, "comand"), "command");
	check_str(schema_nearest(&schema_service, "qqqqqqqq"), NULL);
}

int main(void)
{
	test_service();
	test_select();
	test_refused();
	test_nearest();
	return tap_done();
}
