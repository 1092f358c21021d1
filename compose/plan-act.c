/* plan-act: makes, replaces and removes containers, each in a process of its own. */
#include "compose/converge.h"

#include "compose/hooks.h"
#include "compose/labels.h"
#include "compose/request.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-change.h"
#include "librunner/container-state.h"

/* As many characters of the ID as Compose puts in front of a name that is taken. */
#define SHORT_ID 12

static int create(Worker *w, const Plan *plan, const RequestOptions *o, char **ret_id, Error **err)
{
	Compose c = *plan->compose;
	cleanup_request ContainerCreate req;
	int r;

	c.rt = worker_runtime(w);
	r = compose_request(&c, plan->service, o, &req, err);
	return r < 0 || c.dry_run ? r : container_create(c.rt, &req, ret_id, err);
}

static void image_of(Worker *w, const Plan *plan, char **ret)
{
	cleanup_free char *image = service_image(plan->compose->project, plan->service);

	(void)image_find_id(worker_runtime(w)->store, image, ret, NULL);
}

static int plan_create(Worker *w, const Plan *plan, Error **err)
{
	cleanup_free char *name =
		compose_container_name(plan->compose->project, plan->service, plan->number);
	cleanup_free char *title = xasprintf("Container %s", name), *image = NULL, *id = NULL;
	RequestOptions o = { .number = plan->number, .name = name };
	int r;

	image_of(w, plan, &image);
	o.image_id = image;
	worker_event(w, WORK_WORKING, title, "", "Creating");
	r = create(w, plan, &o, &id, err);
	if (r >= 0)
		worker_event(w, WORK_DONE, title, "", "Created");
	return r;
}

/* The old one is there until the new one is complete, under a name that is its own for so long. */
static int replace(Worker *w, const Plan *plan, const char *name, Error **err)
{
	const Container *old = plan->container;
	Runtime *rt = worker_runtime(w);
	cleanup_free char *temporary = xasprintf("%.*s_%s", SHORT_ID, old->id, name);
	cleanup_free char *image = NULL, *id = NULL;
	RequestOptions o = { .number = plan->number,
			     .name = name,
			     .inherit = plan->options->renew_anon_volumes ? NULL : old,
			     .replaces = old->name };
	int r;

	image_of(w, plan, &image);
	o.image_id = image;
	if (plan->compose->dry_run)
		return create(w, plan, &o, &id, err);
	/* The new one is made under the name that is asked for, so the old one steps aside. */
	r = container_rename(rt, old->id, temporary, err);
	if (r < 0)
		return r;
	r = create(w, plan, &o, &id, err);
	if (r < 0) {
		(void)container_rename(rt, old->id, old->name, NULL);
		return r;
	}
	hooks_pre_stop(w, plan->service, old);
	r = container_stop(rt, old->id, plan->options->timeout, NULL, err);
	return r < 0 ? r : container_remove(rt, old->id, true, false, err);
}

static int plan_recreate(Worker *w, const Plan *plan, Error **err)
{
	cleanup_free char *name =
		compose_container_name(plan->compose->project, plan->service, plan->number);
	cleanup_free char *title = container_title(plan->container);
	int r;

	worker_event(w, WORK_WORKING, title, "", "Recreate");
	r = replace(w, plan, name, err);
	if (r >= 0)
		worker_event(w, WORK_DONE, title, "", "Recreated");
	return r;
}

int container_end(Worker *w, const Compose *c, const Container *container, int64_t timeout,
		  bool volumes, Error **err)
{
	cleanup_free char *title = container_title(container);
	const Service *service =
		project_service(c->project, container_label(container, LABEL_SERVICE));
	Runtime *rt = worker_runtime(w);
	int r = 0;

	worker_event(w, WORK_WORKING, title, "", "Stopping");
	if (!c->dry_run) {
		hooks_pre_stop(w, service, container);
		r = container_stop(rt, container->id, timeout, NULL, err);
	}
	if (r < 0 && r != -ENOENT) {
		worker_event(w, WORK_ERROR, title, "", "Error while Stopping");
		return r;
	}
	worker_event(w, WORK_DONE, title, "", "Stopped");
	worker_event(w, WORK_WORKING, title, "", "Removing");
	if (r >= 0 && !c->dry_run)
		r = container_remove(rt, container->id, true, volumes, err);
	if (r < 0 && r != -ENOENT) {
		worker_event(w, WORK_ERROR, title, "", "Error while Removing");
		return r;
	}
	if (!c->dry_run)
		compose_secrets_remove((Compose *)c, container->name);
	worker_event(w, WORK_DONE, title, "", "Removed");
	return 0;
}

static void tell_kept(Worker *w, const Container *c)
{
	cleanup_free char *title = container_title(c);

	/* What has never run says nothing. */
	if (!streq_null(c->state.status, "created"))
		worker_event(w, WORK_DONE, title, "",
			     container_is_running(c) ? "Running" : "Created");
}

int plan_act(Worker *w, const void *data, Error **err)
{
	const Plan *plan = data;
	cleanup_error Error *e = NULL;
	int r = 0;

	switch (plan->kind) {
	case PLAN_KEEP:
		tell_kept(w, plan->container);
		break;
	case PLAN_CREATE:
		r = plan_create(w, plan, err);
		break;
	case PLAN_RECREATE:
		r = plan_recreate(w, plan, err);
		break;
	case PLAN_REMOVE:
		r = container_end(w, plan->compose, plan->container, plan->options->timeout, false,
				  &e);
		/* Somebody else has removed it meanwhile. */
		if (r == -ENOENT)
			r = 0;
		else if (r < 0)
			(void)error_propagate(err, steal(&e));
		break;
	}
	return r;
}
