/* model-used: networks, volumes, secrets and configs that no enabled service uses are dropped. */
#include "compose/model-internal.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

static bool uses_network(const Service *s, const char *key)
{
	for (size_t i = 0; i < s->n_networks; i++)
		if (streq(s->networks[i].network, key))
			return true;
	return false;
}

static bool uses_volume(const Service *s, const char *key)
{
	for (size_t i = 0; i < s->n_volumes; i++)
		if (s->volumes[i].type && streq(s->volumes[i].type, "volume") &&
		    streq_null(s->volumes[i].source, key))
			return true;
	return false;
}

static bool names_source(const json_t *list, const char *key)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
		if (streq_null(json_string_value(json_object_get(item, "source")), key))
			return true;
	return false;
}

static bool uses_secret(const Service *s, const char *key)
{
	return names_source(json_object_get(s->tree, "secrets"), key) ||
	       names_source(json_object_get(json_object_get(s->tree, "build"), "secrets"), key);
}

static bool uses_config(const Service *s, const char *key)
{
	return names_source(json_object_get(s->tree, "configs"), key);
}

static bool used(const Project *p, bool (*uses)(const Service *s, const char *key), const char *key)
{
	for (size_t i = 0; i < p->n_services; i++)
		if (uses(&p->services[i], key))
			return true;
	return false;
}

#define KEEP_USED(p, items, n, uses, type)                    \
	do {                                                  \
		size_t kept = 0;                              \
		for (size_t i = 0; i < (n); i++) {            \
			if (used(p, uses, (items)[i].key)) {  \
				(items)[kept++] = (items)[i]; \
				continue;                     \
			}                                     \
			free((items)[i].key);                 \
			json_decref((items)[i].tree);         \
			json_clear(type, &(items)[i]);        \
		}                                             \
		(n) = kept;                                   \
	} while (0)

void project_drop_unused(Project *p)
{
	KEEP_USED(p, p->networks, p->n_networks, uses_network, &compose_network_type);
	KEEP_USED(p, p->volumes, p->n_volumes, uses_volume, &compose_volume_type);
	KEEP_USED(p, p->secrets, p->n_secrets, uses_secret, &compose_file_type);
	KEEP_USED(p, p->configs, p->n_configs, uses_config, &compose_file_type);
}
