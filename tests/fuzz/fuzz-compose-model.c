/* fuzz-compose-model: one compose document, checked, made canonical, completed and made a model of;
 * what is accepted can be printed, selected from and hashed, and refusals have a message. */
#include <stdint.h>
#include <stdlib.h>

#include "compose/canonical.h"
#include "compose/load.h"
#include "compose/model.h"
#include "compose/schema.h"
#include "libcommon/log.h"
#include "libcommon/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const Project *p)
{
	cleanup_free char *yaml = project_yaml(p), *json = project_json(p);

	for (size_t i = 0; i < p->n_services; i++) {
		cleanup_free char *hash = service_hash_text(&p->services[i]);
		cleanup_free char *image = service_image(p, &p->services[i]);

		(void)compose_nano_cpus(p->services[i].cpus);
	}
}

static int stages(ComposeSource *s, Error **err)
{
	int r = compose_schema_check(s->tree, s->positions, "fuzz", err);

	if (r >= 0)
		r = compose_canonical(s->tree, s->positions, false, err);
	if (r >= 0)
		r = compose_complete(s->tree, s->positions, err);
	return r;
}

static int model(const ComposeSource *s, Error **err)
{
	Project p = { 0 };
	int r = compose_model(s, COMPOSE_NO_ENVIRONMENT, &p, err);

	if (r >= 0) {
		char *first[] = { p.n_services ? p.services[0].name : NULL, NULL };

		use(&p);
		r = project_select(&p, first, true, err);
	}
	if (r >= 0)
		use(&p);
	project_clear(&p);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *environment[] = { (char *)"A=a", (char *)"EMPTY=", NULL };
	static char *profiles[] = { (char *)"test", NULL };
	cleanup_json json_t *tree = NULL;
	cleanup_compose_positions ComposePositions *positions = compose_positions_new();
	cleanup_error Error *err = NULL;
	ComposeSource s = { .positions = positions,
			    .name = (char *)"fuzz",
			    .working_dir = (char *)"/nonexistent",
			    .environment = environment,
			    .profiles = profiles };
	int r = yaml_parse((const char *)data, size, "fuzz", &tree, &err);

	log_set_level(LOG_LEVEL_FATAL);
	s.tree = tree;
	if (r >= 0)
		r = json_is_object(tree) ? stages(&s, &err) : 1;
	if (r == 0)
		r = model(&s, &err);
	if (r < 0 && (!err || !*err->msg))
		abort();
	return 0;
}
