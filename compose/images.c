/* images: the images of a project's services, pulled as their policies say. */
#include "compose/resources.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct PullAct {
	const Compose *compose;
	const Service *service;
	char *image;
	bool quiet, ignore_failures;
} PullAct;

/* What a pull policy means for an image that is there, or is not. */
static bool pull_wanted(const char *policy, bool present)
{
	if (!str_empty(policy) && streq(policy, "always"))
		return true;
	if (!str_empty(policy) && streq(policy, "never"))
		return false;
	return !present;
}

static int act_pull(Worker *w, const void *data, Error **err)
{
	const PullAct *act = data;
	Runtime *rt = worker_runtime(w);
	const PullOptions pull = {
		.name = act->image,
		.platform = act->service->platform,
		.config_dir = rt->config_dir,
		.debug = rt->debug,
		.progress = act->quiet ? NULL : rt->progress,
		.userdata = rt->userdata,
	};
	cleanup_image Image *image = NULL;
	cleanup_error Error *e = NULL;
	int r;

	worker_set_parent(w, act->service->name);
	if (!act->quiet)
		worker_event(w, WORK_WORKING, act->service->name, "Pulling", "");
	r = act->compose->dry_run ? 0 : image_pull(rt->store, &pull, &image, &e);
	if (r >= 0 && !act->quiet)
		worker_event(w, WORK_DONE, act->service->name, "Pulled", "");
	else if (r < 0 && !act->quiet)
		worker_event(w, act->ignore_failures ? WORK_WARNING : WORK_ERROR,
			     act->service->name, act->ignore_failures ? "Warning" : "Error",
			     e ? e->msg : "");
	if (r >= 0 || act->ignore_failures)
		return 0;
	/* Its kind is that of a failed pull, whatever the cause. */
	if (e)
		e->errnum = EREMOTEIO;
	return error_propagate(err, steal(&e));
}

static bool image_present(Compose *c, const char *name, const char *platform)
{
	cleanup_image Image *image = NULL;

	return image_find(c->rt->store, name, &image, NULL) >= 0 &&
	       image_runs_on(image, platform, NULL) != 0;
}

int compose_build_refused(const Service *s, Error **err)
{
	return error_set(err, ENOTSUP,
			 "service \"%s\" is to be built, which racker cannot do yet: build it "
			 "elsewhere and name the result with image:",
			 s->name);
}

static int add_pull(Compose *c, const Service *s, const char *policy, bool quiet, Work *work,
		    PullAct *act, Error **err)
{
	cleanup_free char *image = service_image(c->project, s);
	bool present = image_present(c, image, s->platform);

	if (str_empty(s->image) && s->build)
		return present ? 0 : compose_build_refused(s, err);
	if (!pull_wanted(str_empty(policy) ? s->pull_policy : policy, present))
		return 0;
	*act = (PullAct){ c, s, steal(&image), quiet, false };
	(void)work_add(work, s->name, act_pull, act);
	return 0;
}

/* Whether an earlier service pulls the same. */
static bool pulled_already(const PullAct *acts, size_t n, const char *image)
{
	for (size_t i = 0; i < n; i++)
		if (acts[i].image && streq(acts[i].image, image))
			return true;
	return false;
}

int compose_images_ensure(Compose *c, const char *policy, bool quiet, Error **err)
{
	cleanup_work Work *work = work_new(c->rt, &c->sink, c->parallel);
	const Project *p = c->project;
	PullAct *acts = xnew0(PullAct, p->n_services);
	int r = 0;

	for (size_t i = 0; i < p->n_services && r >= 0; i++) {
		cleanup_free char *image = service_image(p, &p->services[i]);

		if (!pulled_already(acts, i, image))
			r = add_pull(c, &p->services[i], policy, quiet, work, &acts[i], err);
	}
	if (r >= 0)
		r = work_run(work, err);
	for (size_t i = 0; i < p->n_services; i++)
		free(acts[i].image);
	free(acts);
	return r;
}

/* ---- pull ---- */

static void explain(Compose *c, const Service *s, const char *why)
{
	const WorkEvent e = {
		.id = s->name, .text = "Skipped", .detail = why, .status = WORK_DONE
	};

	c->sink.event(&e, c->sink.userdata);
}

/* Why the image of a service is not pulled; NULL: it is. */
static char *skip_reason(Compose *c, const PullChoice *choice, const PullAct *acts, size_t n)
{
	const Service *s = &c->project->services[n];
	cleanup_free char *image = service_image(c->project, s);

	if (str_empty(s->image))
		return xstrdup("- No image to be pulled");
	if (streq_null(s->pull_policy, "never"))
		return xstrdup("- Image is not pulled by its policy");
	if (streq(choice->policy, "missing") && image_present(c, image, s->platform))
		return xstrdup("- Image is already present locally");
	for (size_t i = 0; i < n; i++)
		if (acts[i].image && streq(acts[i].image, image))
			return xasprintf("- Image is already being pulled by %s",
					 acts[i].service->name);
	return NULL;
}

int compose_pull(Compose *c, const PullChoice *choice, Error **err)
{
	cleanup_work Work *work = work_new(c->rt, &c->sink, c->parallel);
	const Project *p = c->project;
	PullAct *acts = xnew0(PullAct, p->n_services + 1);
	int r;

	for (size_t i = 0; i < p->n_services; i++) {
		cleanup_free char *why = skip_reason(c, choice, acts, i);

		if (why && choice->explain)
			explain(c, &p->services[i], why);
		if (why)
			continue;
		acts[i] = (PullAct){ c, &p->services[i], service_image(p, &p->services[i]),
				     choice->quiet, choice->ignore_failures };
		(void)work_add(work, p->services[i].name, act_pull, &acts[i]);
	}
	r = work_run(work, err);
	for (size_t i = 0; i < p->n_services; i++)
		free(acts[i].image);
	free(acts);
	return r;
}

/* ---- removing ---- */

static int act_remove(Worker *w, const void *data, Error **err)
{
	const ResourceAct *act = data;
	Runtime *rt = worker_runtime(w);
	cleanup_free char *title = xasprintf("Image %s", act->name);
	cleanup_strv char **messages = NULL;
	cleanup_error Error *e = NULL;
	int r;

	worker_event(w, WORK_WORKING, title, "", "Removing");
	r = act->compose->dry_run ? 0
				  : image_remove(rt->store, act->name, false, container_using_image,
						 rt, &messages, &e);
	if (r >= 0)
		worker_event(w, WORK_DONE, title, "", "Removed");
	else if (r == -ENOENT)
		worker_event(w, WORK_WARNING, title, "", "Warning: No resource found to remove");
	else if (r == -EBUSY)
		worker_event(w, WORK_WARNING, title, "", "Resource is still in use");
	else
		return error_propagate(err, steal(&e));
	return 0;
}

void compose_images_remove(Compose *c, const char *which, Work *work, ResourceActs *acts)
{
	cleanup_strv char **names = NULL;

	for (size_t i = 0; i < c->project->n_services; i++) {
		const Service *s = &c->project->services[i];
		cleanup_free char *name = service_image(c->project, s);

		/* "local": those without a name of their own. */
		if (streq(which, "local") && !str_empty(s->image))
			continue;
		if (!strv_contains(names, name))
			strv_add(&names, name);
	}
	STRV_FOREACH(it, names) {
		ResourceAct *act = resource_acts_add(acts);

		act->compose = c;
		act->name = xstrdup(*it);
		(void)work_add(work, *it, act_remove, act);
	}
}
