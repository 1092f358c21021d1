/* model-print: a project as `config` prints it. */
#include "compose/model-internal.h"

#include "compose/render.h"
#include "libcommon/alloc.h"
#include "libcommon/json-go.h"
#include "libcommon/str.h"
#include "libcommon/yaml-write.h"

/* ---- parts ---- */

/* What a config's variable holds is not printed where the variable is. */
static json_t *render_config(const json_t *tree, RenderForm form)
{
	json_t *made = compose_render(&schema_config, tree, form);

	if (json_object_get(made, "environment"))
		(void)json_object_del(made, "content");
	return made;
}

static void add(json_t *map, const char *key, json_t *value)
{
	(void)json_object_set_new(map, key, value);
}

static json_t *sorted(json_t *map, RenderForm form)
{
	json_t *made = compose_render_sorted(map, form, NULL, NULL);

	json_decref(map);
	return made;
}

#define ENTRIES(items, n, key, make)                    \
	({                                              \
		json_t *map = json_object();            \
		for (size_t i = 0; i < (n); i++)        \
			add(map, (items)[i].key, make); \
		sorted(map, form);                      \
	})

static json_t *services(const Project *p, RenderForm form)
{
	return ENTRIES(p->services, p->n_services, name,
		       compose_render(&schema_service, p->services[i].tree, form));
}

static json_t *networks(const Project *p, RenderForm form)
{
	return ENTRIES(p->networks, p->n_networks, key,
		       compose_render(&schema_network, p->networks[i].tree, form));
}

static json_t *volumes(const Project *p, RenderForm form)
{
	return ENTRIES(p->volumes, p->n_volumes, key,
		       compose_render(&schema_volume, p->volumes[i].tree, form));
}

static json_t *secrets(const Project *p, RenderForm form)
{
	return ENTRIES(p->secrets, p->n_secrets, key,
		       compose_render(&schema_secret, p->secrets[i].tree, form));
}

static json_t *configs(const Project *p, RenderForm form)
{
	return ENTRIES(p->configs, p->n_configs, key, render_config(p->configs[i].tree, form));
}

/* ---- the whole ---- */

static void add_some(json_t *all, const char *key, json_t *map)
{
	if (json_object_size(map) > 0)
		add(all, key, map);
	else
		json_decref(map);
}

static json_t *render_project(const Project *p, RenderForm form)
{
	json_t *all = json_object(), *extensions = NULL;

	if (!str_empty(p->name) || form == RENDER_JSON)
		add(all, "name", json_string(p->name));
	add(all, "services", services(p, form));
	add_some(all, "networks", networks(p, form));
	add_some(all, "volumes", volumes(p, form));
	add_some(all, "secrets", secrets(p, form));
	add_some(all, "configs", configs(p, form));
	if (p->extensions) {
		extensions = compose_render_any(p->extensions, form);
		(void)json_object_update(all, extensions);
		json_decref(extensions);
	}
	return form == RENDER_JSON ? sorted(all, form) : all;
}

/* Dollars would be variables when the text is read again. */
static char *double_dollars(const char *text)
{
	Strbuf b = STRBUF_INIT;

	for (const char *end; *text; text = end) {
		end = strchrnul(text, '$');
		strbuf_add(&b, text, (size_t)(end - text));
		if (*end) {
			strbuf_adds(&b, "$$");
			end++;
		}
	}
	return strbuf_steal(&b);
}

char *project_yaml(const Project *project)
{
	cleanup_json json_t *all = render_project(project, RENDER_YAML);
	cleanup_free char *text = yaml_text(all);

	return double_dollars(text);
}

char *project_json(const Project *project)
{
	cleanup_json json_t *all = render_project(project, RENDER_JSON);
	cleanup_free char *text = json_go_text(all, 2);

	return double_dollars(text);
}

char *service_hash_text(const Service *service)
{
	static const char *const without[] = { "build", "pull_policy", "scale" };
	cleanup_json json_t *all = compose_render(&schema_service, service->tree, RENDER_JSON);

	for (size_t i = 0; i < sizeof(without) / sizeof(*without); i++)
		(void)json_object_del(all, without[i]);
	(void)json_object_del(json_object_get(all, "deploy"), "replicas");
	return json_go_text(all, 0);
}
