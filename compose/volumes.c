/* volumes: the named volumes of a project. */
#include "compose/resources.h"

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/volume.h"

static const char *volume_label(const Volume *v, const char *label)
{
	const char *value = env_get(v->labels, label);

	return value ? value : "";
}

static char **request_labels(const Compose *c, const ProjectVolume *v)
{
	char **labels = strv_copy(v->labels);

	env_set(&labels, LABEL_VOLUME, v->key);
	env_set(&labels, LABEL_PROJECT, c->project->name);
	env_set(&labels, LABEL_VERSION, COMPOSE_VERSION);
	return labels;
}

static int volume_make(Worker *w, const Compose *c, const ProjectVolume *v, Error **err)
{
	cleanup_free char *title = xasprintf("Volume \"%s\"", v->name);
	cleanup_strv char **labels = request_labels(c, v);
	cleanup_volume Volume *made = NULL;
	const VolumeCreate req = {
		.name = v->name, .driver = v->driver, .labels = labels, .options = v->driver_opts
	};
	int r;

	worker_event(w, WORK_WORKING, title, "", "Creating");
	r = c->dry_run ? 0 : volume_create(worker_runtime(w), &req, &made, NULL, err);
	if (r < 0)
		worker_event(w, WORK_ERROR, title, "", "Error");
	else
		worker_event(w, WORK_DONE, title, "", "Created");
	return r;
}

/* One that is there already is used whoever made it, with Compose's warnings. */
static void tell_foreign(Worker *w, const Compose *c, const ProjectVolume *v, const Volume *found)
{
	const char *project = volume_label(found, LABEL_PROJECT);
	cleanup_free char *line = NULL;

	if (!*project)
		line = xasprintf("volume \"%s\" already exists but was not created by Docker "
				 "Compose. Use `external: true` to use an existing volume",
				 v->name);
	else if (!streq(project, c->project->name))
		line = xasprintf("volume \"%s\" already exists but was created for project \"%s\" "
				 "(expected \"%s\"). Use `external: true` to use an existing "
				 "volume",
				 v->name, project, c->project->name);
	if (line)
		worker_warning(w, line);
}

static int act_ensure(Worker *w, const void *data, Error **err)
{
	const ResourceAct *act = data;
	const ProjectVolume *v = act->resource;
	cleanup_volume Volume *found = NULL;

	if (volume_find(worker_runtime(w), v->name, &found, NULL) >= 0) {
		if (!v->external)
			tell_foreign(w, act->compose, v, found);
		return 0;
	}
	if (!v->external)
		return volume_make(w, act->compose, v, err);
	return error_set(err, ENOENT, "external volume \"%s\" not found", v->name);
}

static int act_remove(Worker *w, const void *data, Error **err)
{
	const ResourceAct *act = data;
	cleanup_free char *title = xasprintf("Volume %s", act->name);
	cleanup_error Error *e = NULL;
	int r;

	worker_event(w, WORK_WORKING, title, "", "Removing");
	r = act->compose->dry_run ? 0 : volume_remove(worker_runtime(w), act->name, false, &e);
	if (r >= 0 || r == -ENOENT) {
		worker_event(w, WORK_DONE, title, "", "Removed");
		return 0;
	}
	if (r == -EBUSY) {
		worker_event(w, WORK_WARNING, title, "", "Resource is still in use");
		return 0;
	}
	worker_event(w, WORK_ERROR, title, "", "Error");
	return error_propagate(err, steal(&e));
}

void compose_volumes_add(Compose *c, Work *work, ResourceActs *acts)
{
	for (size_t i = 0; i < c->project->n_volumes; i++) {
		ResourceAct *act = resource_acts_add(acts);

		act->compose = c;
		act->resource = &c->project->volumes[i];
		(void)work_add(work, c->project->volumes[i].name, act_ensure, act);
	}
}

static void add_removal(Compose *c, const char *name, Work *work, ResourceActs *acts)
{
	ResourceAct *act = resource_acts_add(acts);

	act->compose = c;
	act->name = xstrdup(name);
	(void)work_add(work, name, act_remove, act);
}

/* Without files, the labels tell which are the project's. */
static void remove_labelled(Compose *c, Work *work, ResourceActs *acts)
{
	cleanup_free char *filter = xasprintf("label=" LABEL_PROJECT "=%s", c->project->name);
	char *filters[] = { filter, NULL };
	Volume **list = NULL;
	size_t n = 0;

	if (volume_list(c->rt, filters, &list, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (*volume_label(list[i], LABEL_VOLUME))
			add_removal(c, list[i]->name, work, acts);
	volume_list_free(list, n);
}

void compose_volumes_remove(Compose *c, Work *work, ResourceActs *acts)
{
	if (!c->project->working_dir)
		remove_labelled(c, work, acts);
	for (size_t i = 0; i < c->project->n_volumes; i++) {
		const ProjectVolume *v = &c->project->volumes[i];
		cleanup_volume Volume *found = NULL;

		if (!v->external && volume_find(c->rt, v->name, &found, NULL) >= 0)
			add_removal(c, v->name, work, acts);
	}
}
