/* create: everything that a project needs, up to its containers, which are not started. */
#include "compose/converge.h"
#include "compose/labels.h"
#include "compose/order.h"
#include "compose/resources.h"
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"

/* ---- orphans ---- */

bool container_is_orphan(const Compose *c, const Container *container)
{
	const char *service = container_label(container, LABEL_SERVICE);

	if (container_is_oneoff(container))
		return false;
	for (size_t i = 0; i < c->project->n_disabled; i++)
		if (streq(c->project->disabled[i].name, service))
			return false;
	return !project_service(c->project, service);
}

typedef struct EndAct {
	Compose *compose;
	const Container *container;
	int64_t timeout;
} EndAct;

static int act_end(Worker *w, const void *data, Error **err)
{
	const EndAct *act = data;

	return container_end(w, act->compose, act->container, act->timeout, false, err);
}

static int remove_orphans(Compose *c, const CreateOptions *o, const ProjectContainers *all,
			  Error **err)
{
	cleanup_work Work *work = work_new(c->rt, &c->sink, c->parallel);
	EndAct *acts = xnew0(EndAct, all->n + 1);
	int r;

	for (size_t i = 0; i < all->n; i++) {
		acts[i] = (EndAct){ c, all->list[i], o->timeout };
		if (container_is_orphan(c, all->list[i]))
			(void)work_add(work, all->list[i]->name, act_end, &acts[i]);
	}
	r = work_run(work, err);
	free(acts);
	return r;
}

static void tell_orphans(const Compose *c, const ProjectContainers *all)
{
	cleanup_strv char **names = NULL;
	cleanup_free char *text = NULL;

	for (size_t i = 0; i < all->n; i++)
		if (container_is_orphan(c, all->list[i]))
			strv_add(&names, all->list[i]->name);
	if (!names)
		return;
	text = strv_join(names, " ");
	log_warning("Found orphan containers ([%s]) for this project. If you removed or renamed "
		    "this service in your compose file, you can run this command with the "
		    "--remove-orphans flag to clean it up.",
		    text);
}

static int handle_orphans(Compose *c, const CreateOptions *o, const ProjectContainers *all,
			  Error **err)
{
	if (o->remove_orphans)
		return remove_orphans(c, o, all, err);
	if (!o->ignore_orphans)
		tell_orphans(c, all);
	return 0;
}

/* ---- containers ---- */

/* Which of the services' containers are replaced. */
static bool depends_on_recreated(const Project *p, const Service *s, const bool *recreated)
{
	for (size_t i = 0; i < s->n_depends_on; i++) {
		size_t index = project_index(p, s->depends_on[i].service);

		if (index < p->n_services && recreated[index])
			return true;
	}
	return false;
}

/* The actions of a service follow all those of the services that it depends on. */
static void add_items(Work *work, const Service *s, Plans *plans, size_t first)
{
	for (size_t i = first; i < plans->n; i++) {
		Plan *plan = plans->list[i];

		plan->item = work_add(work, s->name, plan_act, plan);
		for (size_t k = 0; k < first; k++)
			for (size_t d = 0; d < s->n_depends_on; d++)
				if (streq(plans->list[k]->service->name, s->depends_on[d].service))
					work_after(work, plan->item, plans->list[k]->item);
	}
}

static int plan_all(Compose *c, const CreateOptions *o, const ProjectContainers *containers,
		    Work *work, Plans *plans, Error **err)
{
	const Project *p = c->project;
	bool *recreated = xnew0(bool, p->n_services + 1);
	const Service **order = NULL;
	int r = project_order(p, &order, err);

	for (size_t i = 0; i < p->n_services && r >= 0; i++) {
		const Service *s = order[i];
		bool force = depends_on_recreated(p, s, recreated);
		size_t first = plans->n;

		if (o->except && streq(o->except, s->name))
			continue;
		r = plan_service(c, o, s, containers, force, plans,
				 &recreated[project_index(p, s->name)], err);
		if (r >= 0)
			add_items(work, s, plans, first);
	}
	free(recreated);
	free(order);
	return r;
}

static int converge(Compose *c, const CreateOptions *o, const ProjectContainers *containers,
		    Error **err)
{
	cleanup_work Work *work = work_new(c->rt, &c->sink, c->parallel);
	cleanup_plans Plans plans = { 0 };
	int r = plan_all(c, o, containers, work, &plans, err);

	return r < 0 ? r : work_run(work, err);
}

static int ensure_resources(Compose *c, Error **err)
{
	cleanup_work Work *work = work_new(c->rt, &c->sink, c->parallel);
	cleanup_resource_acts ResourceActs acts = { 0 };

	compose_networks_add(c, work, &acts);
	compose_volumes_add(c, work, &acts);
	return work_run(work, err);
}

int compose_create(Compose *c, const CreateOptions *o, Error **err)
{
	cleanup_project_containers ProjectContainers containers = { 0 };
	int r = compose_images_ensure(c, o->pull, o->quiet_pull, err);

	if (r >= 0)
		r = ensure_resources(c, err);
	if (r >= 0)
		r = project_containers(c->rt, c->project->name, CONTAINERS_ALL, &containers, err);
	if (r >= 0)
		r = handle_orphans(c, o, &containers, err);
	return r < 0 ? r : converge(c, o, &containers, err);
}
