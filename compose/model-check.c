/* model-check: what contradicts in a project, in the words of Compose. */
#include "compose/model-internal.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define INVALID ": invalid compose project"

static bool has_disabled(const Project *p, const char *name)
{
	for (size_t i = 0; i < p->n_disabled; i++)
		if (streq(p->disabled[i].name, name))
			return true;
	return false;
}

/* ---- one service ---- */

static int check_contexts(const Project *p, const Service *s, Error **err)
{
	json_t *contexts =
		       json_object_get(json_object_get(s->tree, "build"), "additional_contexts"),
	       *value;
	const char *name;

	json_object_foreach(contexts, name, value) {
		const char *text = json_string_value(value);
		const char *target = text ? startswith(text, "service:") : NULL;
		const Service *other = target ? project_service(p, target) : NULL;

		if (target && (!other || !other->build))
			return error_set(err, EINVAL,
					 "service \"%s\" declares %s service \"%s\" as additional "
					 "contexts %s",
					 s->name, other ? "non-buildable" : "unknown", target,
					 name);
	}
	return 0;
}

static int check_build(const Project *p, const Service *s, Error **err)
{
	const ServiceBuild *b = s->build;

	if (!b && str_empty(s->image))
		return error_set(err, EINVAL,
				 "service \"%s\" has neither an image nor a build context "
				 "specified" INVALID,
				 s->name);
	if (!b)
		return 0;
	if (!str_empty(b->dockerfile_inline) && !str_empty(b->dockerfile))
		return error_set(err, EINVAL,
				 "service \"%s\" declares mutualy exclusive dockerfile and "
				 "dockerfile_inline" INVALID,
				 s->name);
	if (b->platforms && *b->platforms && !str_empty(s->platform) &&
	    !strv_contains(b->platforms, s->platform))
		return error_set(err, EINVAL,
				 "service.build.platforms MUST include service.platform "
				 "\"%s\"" INVALID,
				 s->platform);
	return check_contexts(p, s, err);
}

static int check_networks(const Project *p, const Service *s, Error **err)
{
	if (!str_empty(s->network_mode) && s->n_networks)
		return error_set(err, EINVAL,
				 "service %s declares mutually exclusive `network_mode` and "
				 "`networks`" INVALID,
				 s->name);
	for (size_t i = 0; i < s->n_networks; i++)
		if (!project_network(p, s->networks[i].network))
			return error_set(err, EINVAL,
					 "service \"%s\" refers to undefined network %s" INVALID,
					 s->name, s->networks[i].network);
	return 0;
}

static int check_healthcheck(const Service *s, Error **err)
{
	static const char *const kinds[] = { "CMD", "CMD-SHELL", "NONE" };
	char *const *test = s->healthcheck ? s->healthcheck->test : NULL;

	if (!test || !*test)
		return 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (streq(*test, kinds[i]))
			return 0;
	return error_set(err, EINVAL,
			 "healthcheck.test must start either by \"CMD\", \"CMD-SHELL\" or "
			 "\"NONE\"");
}

static int check_dependencies(const Project *p, const Service *s, Error **err)
{
	const char *shared = s->network_mode ? startswith(s->network_mode, "service:") : NULL;

	for (size_t i = 0; i < s->n_depends_on; i++) {
		const ServiceDependency *d = &s->depends_on[i];

		if (project_service(p, d->service) || (!d->required && has_disabled(p, d->service)))
			continue;
		return error_set(err, EINVAL,
				 "service \"%s\" depends on undefined service \"%s\"" INVALID,
				 s->name, d->service);
	}
	if (shared && !project_service(p, shared))
		return error_set(err, EINVAL,
				 "service \"%s\" not found for network_mode 'service:%s'", shared,
				 shared);
	return 0;
}

/* ---- what a service refers to ---- */

static int check_volumes(const Project *p, const Service *s, Error **err)
{
	for (size_t i = 0; i < s->n_volumes; i++) {
		const ServiceVolume *v = &s->volumes[i];

		if (!v->type || !streq(v->type, "volume") || str_empty(v->source) ||
		    project_volume(p, v->source))
			continue;
		return error_set(err, EINVAL,
				 "service \"%s\" refers to undefined volume %s" INVALID, s->name,
				 v->source);
	}
	return 0;
}

static int check_files(const Project *p, const Service *s, const json_t *list, const char *kind,
		       ProjectFile *(*find)(const Project *p, const char *key), Error **err)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item) {
		const char *source = json_string_value(json_object_get(item, "source"));

		if (!source || !find(p, source))
			return error_set(err, EINVAL,
					 "service \"%s\" refers to undefined %s %s" INVALID,
					 s->name, kind, source ? source : "");
	}
	return 0;
}

static int check_references(const Project *p, const Service *s, Error **err)
{
	const json_t *build = json_object_get(s->tree, "build");
	int r = check_volumes(p, s, err);

	if (r >= 0)
		r = check_files(p, s, json_object_get(build, "secrets"), "build secret",
				project_secret, err);
	if (r >= 0)
		r = check_files(p, s, json_object_get(s->tree, "configs"), "config", project_config,
				err);
	if (r >= 0)
		r = check_files(p, s, json_object_get(s->tree, "secrets"), "secret", project_secret,
				err);
	return r;
}

/* ---- two keys for one thing ---- */

static int distinct(const Service *s, const char *a, const char *b, Error **err)
{
	return error_set(err, EINVAL,
			 "services.%s: can't set distinct values on '%s' and '%s'" INVALID, s->name,
			 a, b);
}

static int check_limits(const Service *s, Error **err)
{
	const DeployResource *limits = s->deploy ? s->deploy->resources.limits : NULL;
	const DeployResource *reserved = s->deploy ? s->deploy->resources.reservations : NULL;

	if (limits && s->cpus != 0 && (float)s->cpus != (float)limits->cpus)
		return distinct(s, "cpus", "deploy.resources.limits.cpus", err);
	if (limits && s->mem_limit && s->mem_limit != limits->memory)
		return distinct(s, "mem_limit", "deploy.resources.limits.memory", err);
	if (reserved && s->mem_reservation && s->mem_reservation != reserved->memory)
		return distinct(s, "mem_reservation", "deploy.resources.reservations.memory", err);
	if (limits && s->pids_limit && s->pids_limit != limits->pids)
		return distinct(s, "pids_limit", "deploy.resources.limits.pids", err);
	return 0;
}

static int check_scale(Service *s, Error **err)
{
	const json_t *scale = json_object_get(s->tree, "scale");

	if (scale && s->deploy) {
		if (s->deploy->replicas >= 0 && s->deploy->replicas != s->scale)
			return distinct(s, "scale", "deploy.replicas", err);
		s->deploy->replicas = s->scale;
		(void)json_object_set_new(json_object_get(s->tree, "deploy"), "replicas",
					  json_integer(s->scale));
	}
	if (s->scale > 1 && !str_empty(s->container_name))
		return error_set(err, EINVAL,
				 "services.%s: can't set container_name and %s as container name "
				 "must be unique" INVALID,
				 scale ? "scale" : "deploy.replicas", s->name);
	return 0;
}

static int check_watches(const Service *s, Error **err)
{
	for (size_t i = 0; s->develop && i < s->develop->n_watch; i++) {
		const ServiceWatch *w = &s->develop->watch[i];

		if (str_empty(w->target) && !streq_null(w->action, "rebuild") &&
		    !streq_null(w->action, "restart"))
			return error_set(err, EINVAL,
					 "services.%s.develop.watch: target is required for "
					 "non-rebuild actions" INVALID,
					 s->name);
	}
	return 0;
}

static int check_service(const Project *p, Service *s, Error **err)
{
	int r = check_build(p, s, err);

	if (r >= 0)
		r = check_networks(p, s, err);
	if (r >= 0)
		r = check_healthcheck(s, err);
	if (r >= 0)
		r = check_dependencies(p, s, err);
	if (r >= 0)
		r = check_references(p, s, err);
	if (r >= 0)
		r = check_limits(s, err);
	if (r >= 0)
		r = check_scale(s, err);
	if (r >= 0)
		r = check_watches(s, err);
	return r;
}

static int check_secrets(const Project *p, Error **err)
{
	for (size_t i = 0; i < p->n_secrets; i++) {
		const ProjectFile *f = &p->secrets[i];

		if (!f->external && str_empty(f->file) && str_empty(f->environment))
			return error_set(err, EINVAL,
					 "secret \"%s\" must declare either `file` or "
					 "`environment`" INVALID,
					 f->key);
	}
	return 0;
}

int model_check(const Project *project, Error **err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < project->n_services; i++)
		r = check_service(project, &project->services[i], err);
	if (r >= 0)
		r = check_secrets(project, err);
	if (r >= 0)
		r = model_check_cycle(project, err);
	return r;
}
