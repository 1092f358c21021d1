#include "compose/model-internal.h"

#include "compose/normalize.h"
#include "compose/schema.h"
#include "compose/typed.h"
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"

/* ---- making parts ---- */

typedef struct Builder {
	ComposeWalk walk;
	char **warned; /* keys whose warning was given */
} Builder;

static void warn_meaningless(Builder *b, const ComposePlace *p, const SchemaObject *object,
			     const json_t *value)
{
	for (const SchemaKey *key = object->keys; key->name; key++) {
		const json_t *member = json_object_get(value, key->name);
		ComposePlace here = { .up = p, .key = key->name };

		if (member && key->flags & SCHEMA_MEANINGLESS &&
		    !strv_contains(b->warned, key->name)) {
			cleanup_free char *place = compose_place_text(&here);

			strv_add(&b->warned, key->name);
			log_warning("%s has no meaning for racker's containers: ignored", place);
		}
		if (json_is_object(member) && key->kind == SCHEMA_OBJECT)
			warn_meaningless(b, &here, key->sub, member);
	}
}

/* A resource without a value has its defaults. */
static int make_typed(Builder *b, const ComposePlace *p, const SchemaObject *schema,
		      const json_t *value, json_t **ret)
{
	int r;

	if (json_is_null(value)) {
		*ret = json_object();
		return 0;
	}
	r = compose_typed(&b->walk, p, schema, value, ret);
	if (r >= 0)
		warn_meaningless(b, p, schema, *ret);
	return r;
}

static int decode(Builder *b, const ComposePlace *p, const json_t *tree, const JsonType *type,
		  void *data)
{
	cleanup_error Error *error = NULL;
	cleanup_free char *place = NULL;

	if (json_decode(tree, type, data, &error) >= 0)
		return 0;
	place = compose_place_text(p);
	return compose_fail(&b->walk, p, "%s: %s", place, error->msg);
}

/* How an entry of a top-level mapping becomes a struct: all of them begin with their key. */
typedef struct Part {
	const char *name;
	const SchemaObject *schema;
	const JsonType *type;
	size_t size, tree_offset;
	int (*finish)(Builder *b, const ComposePlace *p, void *item);
} Part;

int model_compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int make_part(Builder *b, const Part *part, const ComposePlace *p, const json_t *value,
		     void *item)
{
	json_t **tree = (json_t **)((char *)item + part->tree_offset);
	int r;

	if (part->type->init)
		part->type->init(item);
	*(char **)item = xstrdup(p->key);
	r = make_typed(b, p, part->schema, value, tree);
	if (r >= 0)
		r = decode(b, p, *tree, part->type, item);
	if (r >= 0 && part->finish)
		r = part->finish(b, p, item);
	return r;
}

/* All that are counted in *ret_n may be cleared after a failure, too. */
static int make_parts(Builder *b, const json_t *tree, const Part *part, void *ret, size_t *ret_n)
{
	const json_t *map = json_object_get(tree, part->name), *value;
	size_t n = json_object_size(map);
	char *items = n ? xcalloc(n, part->size) : NULL;
	ComposePlace root = { 0 }, up = { .up = &root, .key = part->name };
	const char *key;

	*(void **)ret = items;
	json_object_foreach((json_t *)map, key, value) {
		ComposePlace here = { .up = &up, .key = key };
		int r = make_part(b, part, &here, value, items + (*ret_n)++ * part->size);

		if (r < 0)
			return r;
	}
	if (n)
		qsort(items, n, part->size, model_compare_names);
	return 0;
}

/* ---- services ---- */

static void sort_maps(Service *s)
{
	if (s->n_depends_on)
		qsort(s->depends_on, s->n_depends_on, sizeof(*s->depends_on), model_compare_names);
	if (s->n_networks)
		qsort(s->networks, s->n_networks, sizeof(*s->networks), model_compare_names);
	if (s->n_ulimits)
		qsort(s->ulimits, s->n_ulimits, sizeof(*s->ulimits), model_compare_names);
}

static int check_racker(Builder *b, const ComposePlace *p, const Service *s)
{
	static const char *const keys[] = { "boot", "provision" };
	static const char *const modes[] = { "always", "auto", "never" };
	const json_t *ours = json_object_get(s->tree, "x-racker"), *value;
	ComposePlace place = { .up = p, .key = "x-racker" };
	bool known = !s->racker.boot;
	const char *key;

	json_object_foreach((json_t *)ours, key, value) {
		ComposePlace here = { .up = &place, .key = key };

		if (!streq(key, keys[0]) && !streq(key, keys[1]))
			return compose_fail(&b->walk, &here,
					    "services.%s.x-racker: %s is not a key: there are boot "
					    "and provision",
					    s->name, key);
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		known |= s->racker.boot && streq(s->racker.boot, modes[i]);
	if (known)
		return 0;
	return compose_fail(&b->walk, &place,
			    "services.%s.x-racker.boot must be always, auto or never", s->name);
}

static int finish_service(Builder *b, const ComposePlace *p, void *item)
{
	Service *s = item;

	sort_maps(s);
	if (s->scale < 0)
		s->scale = s->deploy && s->deploy->replicas >= 0 ? s->deploy->replicas : 1;
	return check_racker(b, p, s);
}

/* What a secret's variable holds is never printed. */
static int finish_secret(Builder *b, const ComposePlace *p, void *item)
{
	ProjectFile *f = item;
	const json_t *value = json_object_get(f->tree, SECRET_VALUE);

	(void)b;
	(void)p;
	if (json_is_string(value)) {
		free(f->content);
		f->content = xstrdup(json_string_value(value));
	}
	(void)json_object_del(f->tree, SECRET_VALUE);
	return 0;
}

/* ---- the project ---- */

static const Part services = { "services",	&schema_service,	 &compose_service_type,
			       sizeof(Service), offsetof(Service, tree), finish_service };
static const Part networks = { "networks",
			       &schema_network,
			       &compose_network_type,
			       sizeof(ProjectNetwork),
			       offsetof(ProjectNetwork, tree),
			       NULL };
static const Part volumes = { "volumes",
			      &schema_volume,
			      &compose_volume_type,
			      sizeof(ProjectVolume),
			      offsetof(ProjectVolume, tree),
			      NULL };
static const Part secrets = { "secrets",
			      &schema_secret,
			      &compose_file_type,
			      sizeof(ProjectFile),
			      offsetof(ProjectFile, tree),
			      finish_secret };
static const Part configs = { "configs",
			      &schema_config,
			      &compose_file_type,
			      sizeof(ProjectFile),
			      offsetof(ProjectFile, tree),
			      NULL };

static json_t *extensions(const json_t *tree)
{
	json_t *found = NULL, *value;
	const char *key;

	json_object_foreach((json_t *)tree, key, value) {
		if (!startswith(key, "x-"))
			continue;
		if (!found)
			found = json_object();
		(void)json_object_set(found, key, value);
	}
	return found;
}

static int make_project(Builder *b, const json_t *tree, Project *p)
{
	int r = make_parts(b, tree, &services, &p->services, &p->n_services);

	if (r >= 0)
		r = make_parts(b, tree, &networks, &p->networks, &p->n_networks);
	if (r >= 0)
		r = make_parts(b, tree, &volumes, &p->volumes, &p->n_volumes);
	if (r >= 0)
		r = make_parts(b, tree, &secrets, &p->secrets, &p->n_secrets);
	if (r >= 0)
		r = make_parts(b, tree, &configs, &p->configs, &p->n_configs);
	p->extensions = extensions(tree);
	return r;
}

int compose_model(const ComposeSource *source, unsigned flags, Project *ret, Error **err)
{
	Builder b = { .walk = {
			      .root = source->tree, .positions = source->positions, .err = err } };
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->name = xstrdup(source->name);
	ret->working_dir = xstrdup(source->working_dir);
	ret->compose_files = strv_copy(source->files);
	ret->environment = strv_copy(source->environment);
	ret->profiles = strv_copy(source->profiles);
	if (!(flags & COMPOSE_NO_NORMALIZE))
		compose_normalize(source->tree, source->name, source->environment);
	r = make_project(&b, source->tree, ret);
	strv_free(b.warned);
	if (r < 0)
		return r;
	model_apply_profiles(ret);
	if (!(flags & COMPOSE_NO_CONSISTENCY))
		r = model_check(ret, err);
	if (r >= 0)
		r = model_resolve_files(ret, !(flags & COMPOSE_NO_ENVIRONMENT), err);
	return r;
}

/* ---- clearing ---- */

#define CLEAR_ALL(items, n, key, type)                 \
	do {                                           \
		for (size_t i = 0; i < (n); i++) {     \
			free((items)[i].key);          \
			json_decref((items)[i].tree);  \
			json_clear(type, &(items)[i]); \
		}                                      \
		free(items);                           \
	} while (0)

void project_clear(Project *project)
{
	CLEAR_ALL(project->services, project->n_services, name, &compose_service_type);
	CLEAR_ALL(project->disabled, project->n_disabled, name, &compose_service_type);
	CLEAR_ALL(project->networks, project->n_networks, key, &compose_network_type);
	CLEAR_ALL(project->volumes, project->n_volumes, key, &compose_volume_type);
	CLEAR_ALL(project->secrets, project->n_secrets, key, &compose_file_type);
	CLEAR_ALL(project->configs, project->n_configs, key, &compose_file_type);
	json_decref(project->extensions);
	free(project->name);
	free(project->working_dir);
	strv_free(project->compose_files);
	strv_free(project->environment);
	strv_free(project->profiles);
	memset(project, 0, sizeof(*project));
}
