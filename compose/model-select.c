/* model-select: profiles, and the part of a project that a command is about. */
#include <math.h>

#include "compose/model-internal.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

/* ---- lookups ---- */

#define FIND(items, n, key, wanted)                        \
	do {                                               \
		for (size_t i = 0; i < (n); i++)           \
			if (streq((items)[i].key, wanted)) \
				return &(items)[i];        \
		return NULL;                               \
	} while (0)

Service *project_service(const Project *project, const char *name)
{
	FIND(project->services, project->n_services, name, name);
}

ProjectNetwork *project_network(const Project *project, const char *key)
{
	FIND(project->networks, project->n_networks, key, key);
}

ProjectVolume *project_volume(const Project *project, const char *key)
{
	FIND(project->volumes, project->n_volumes, key, key);
}

ProjectFile *project_secret(const Project *project, const char *key)
{
	FIND(project->secrets, project->n_secrets, key, key);
}

ProjectFile *project_config(const Project *project, const char *key)
{
	FIND(project->configs, project->n_configs, key, key);
}

static const Service *disabled_service(const Project *project, const char *name)
{
	FIND(project->disabled, project->n_disabled, name, name);
}

char *service_image(const Project *project, const Service *service)
{
	if (!str_empty(service->image))
		return xstrdup(service->image);
	return xasprintf("%s-%s", project->name, service->name);
}

int64_t compose_nano_cpus(double cpus)
{
	/* In 32 bits: 0.1 is 100000000 then, and not 100000001. */
	float nano = (float)cpus * 1e9f;

	return isfinite(nano) && fabsf(nano) < 9e18f ? (int64_t)nano : 0;
}

/* ---- profiles ---- */

static bool enabled(const Project *project, const Service *s)
{
	if (!s->profiles || !*s->profiles || strv_contains(project->profiles, "*"))
		return true;
	STRV_FOREACH(it, s->profiles)
		if (strv_contains(project->profiles, *it))
			return true;
	return false;
}

/* Puts each service where `wanted` says, sorted. */
static void divide(Project *project,
		   bool (*wanted)(const Project *p, const Service *s, const void *data),
		   const void *data)
{
	size_t n = project->n_services + project->n_disabled, in = 0, out = 0;
	Service *services = xnew0(Service, n + 1), *disabled = xnew0(Service, n + 1);

	for (size_t i = 0; i < n; i++) {
		Service *s = i < project->n_services ? &project->services[i]
						     : &project->disabled[i - project->n_services];

		if (wanted(project, s, data))
			services[in++] = *s;
		else
			disabled[out++] = *s;
	}
	free(project->services);
	free(project->disabled);
	qsort(services, in, sizeof(*services), model_compare_names);
	qsort(disabled, out, sizeof(*disabled), model_compare_names);
	project->services = services;
	project->n_services = in;
	project->disabled = disabled;
	project->n_disabled = out;
}

static bool has_profile(const Project *project, const Service *s, const void *data)
{
	(void)data;
	return enabled(project, s);
}

void model_apply_profiles(Project *project)
{
	divide(project, has_profile, NULL);
}

int project_enable(Project *project, char *const *services, Error **err)
{
	if (!services || !*services)
		return 0;
	STRV_FOREACH(it, services) {
		const Service *s = disabled_service(project, *it);

		if (s)
			strv_extend(&project->profiles, s->profiles);
	}
	model_apply_profiles(project);
	return model_resolve_files(project, true, err);
}

/* ---- selection ---- */

/* Adds the service and, if `dependencies`, what it needs to `set`. A name that was only wanted by
 * what does not require it is passed over. */
static int collect(const Project *project, const char *name, bool required, bool dependencies,
		   char ***set, Error **err)
{
	const Service *s = project_service(project, name);
	int r = 0;

	if (!s)
		return required ? error_set(err, ENOENT, "no such service: %s", name) : 0;
	if (strv_contains(*set, name))
		return 0;
	strv_add(set, name);
	for (size_t i = 0; dependencies && r >= 0 && i < s->n_depends_on; i++)
		r = collect(project, s->depends_on[i].service, s->depends_on[i].required, true, set,
			    err);
	return r;
}

static bool in_set(const Project *project, const Service *s, const void *data)
{
	return project_service(project, s->name) && strv_contains((char *const *)data, s->name);
}

static void drop_dependencies(Service *s, char *const *set)
{
	json_t *tree = json_object_get(s->tree, "depends_on");
	size_t n = 0;

	for (size_t i = 0; i < s->n_depends_on; i++) {
		ServiceDependency *d = &s->depends_on[i];

		if (strv_contains(set, d->service)) {
			s->depends_on[n++] = *d;
			continue;
		}
		(void)json_object_del(tree, d->service);
		free(d->service);
		free(d->condition);
	}
	s->n_depends_on = n;
	if (json_object_size(tree) == 0)
		(void)json_object_del(s->tree, "depends_on");
}

int project_select(Project *project, char *const *services, bool dependencies, Error **err)
{
	cleanup_strv char **set = NULL;

	STRV_FOREACH(it, services) {
		int r = collect(project, *it, true, dependencies, &set, err);

		if (r < 0)
			return r;
	}
	if (set) {
		divide(project, in_set, set);
		for (size_t i = 0; i < project->n_services; i++)
			drop_dependencies(&project->services[i], set);
	}
	project_drop_unused(project);
	return 0;
}
