/* start: starts a project's containers in the order of their dependencies. */
#include "compose/conditions.h"
#include "compose/hooks.h"
#include "compose/labels.h"
#include "compose/order.h"
#include "libcommon/alloc.h"
#include "libcommon/loop.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"

#define NO_ITEM SIZE_MAX

typedef struct StartAct {
	Compose *compose;
	const Service *service;
	const Container *container; /* to start; NULL: wait for what the service depends on */
	size_t item, index; /* of the action; of the service */
} StartAct;

typedef struct StartActs {
	StartAct **list;
	size_t n, cap;
} StartActs;

static StartAct *acts_add(StartActs *acts, Compose *c, const Service *s, const Container *container)
{
	StartAct *act = xnew0(StartAct, 1);

	GROW(acts->list, acts->n, &acts->cap);
	*act = (StartAct){ c, s, container, NO_ITEM, project_index(c->project, s->name) };
	return acts->list[acts->n++] = act;
}

static void acts_clear(StartActs *acts)
{
	for (size_t i = 0; i < acts->n; i++)
		free(acts->list[i]);
	free(acts->list);
}

/* ---- the actions ---- */

static bool never_ran(const Container *c)
{
	return str_empty(c->state.started_at) || streq(c->state.started_at, TIMESTAMP_ZERO);
}

static int act_start(Worker *w, const void *data, Error **err)
{
	const StartAct *act = data;
	const Container *c = act->container;
	cleanup_free char *title = container_title(c);
	int r = 0;

	worker_event(w, WORK_WORKING, title, "", "Starting");
	if (!act->compose->dry_run) {
		r = container_start(worker_runtime(w), c->id, NULL, err);
		if (r >= 0)
			r = hooks_post_start(w, act->service, c, never_ran(c), err);
	}
	if (r < 0)
		worker_event(w, WORK_ERROR, title, "", "Error while Starting");
	else
		worker_event(w, WORK_DONE, title, "", "Started");
	return r;
}

static bool waits_for(const ServiceDependency *d)
{
	return !streq_null(d->condition, CONDITION_STARTED) && !str_empty(d->condition);
}

static int act_wait(Worker *w, const void *data, Error **err)
{
	const StartAct *act = data;
	const Service *s = act->service;
	Condition *list = xnew0(Condition, s->n_depends_on + 1);
	size_t n = 0;
	int r;

	for (size_t i = 0; i < s->n_depends_on; i++) {
		const ServiceDependency *d = &s->depends_on[i];

		if (waits_for(d) && project_service(act->compose->project, d->service))
			list[n++] = (Condition){ d->service, d->condition, d->required, true };
	}
	r = conditions_wait(w, act->compose, list, n, 0, err);
	free(list);
	return r;
}

/* ---- the graph ---- */

static bool needs_wait(const Project *p, const Service *s)
{
	for (size_t i = 0; i < s->n_depends_on; i++)
		if (waits_for(&s->depends_on[i]) && project_service(p, s->depends_on[i].service))
			return true;
	return false;
}

/* An action of a service follows all of those that the service depends on. */
static void follow(Work *work, const StartActs *acts, const StartAct *act)
{
	for (size_t i = 0; i < acts->n && acts->list[i] != act; i++)
		for (size_t d = 0; d < act->service->n_depends_on; d++)
			if (streq(acts->list[i]->service->name,
				  act->service->depends_on[d].service))
				work_after(work, act->item, acts->list[i]->item);
}

static int add_service(Work *work, Compose *c, const Service *s,
		       const ProjectContainers *containers, StartActs *acts, Error **err)
{
	StartAct *wait = NULL;
	bool any = false;

	for (size_t i = 0; i < containers->n; i++) {
		const Container *container = containers->list[i];
		StartAct *act;

		if (!container_of_service(container, s->name))
			continue;
		any = true;
		if (container_is_running(container))
			continue;
		if (!wait && needs_wait(c->project, s)) {
			wait = acts_add(acts, c, s, NULL);
			wait->item = work_add(work, s->name, act_wait, wait);
			follow(work, acts, wait);
		}
		act = acts_add(acts, c, s, container);
		act->item = work_add(work, s->name, act_start, act);
		follow(work, acts, act);
		if (wait)
			work_after(work, act->item, wait->item);
	}
	if (!any && s->scale > 0 && !c->dry_run)
		return error_set(err, ENOENT, "service \"%s\" has no container to start", s->name);
	return 0;
}

/* Waits for what a service depends on, and no more. */
static void add_wait(Work *work, Compose *c, const Service *s, StartActs *acts)
{
	StartAct *wait;

	if (!needs_wait(c->project, s))
		return;
	wait = acts_add(acts, c, s, NULL);
	wait->item = work_add(work, s->name, act_wait, wait);
	follow(work, acts, wait);
}

static bool chosen(const ComposeStart *o, const Service *s)
{
	return !o->services || !*o->services || strv_contains(o->services, s->name);
}

static int start_all(Compose *c, const ComposeStart *o, const ProjectContainers *containers,
		     Error **err)
{
	cleanup_work Work *work = work_new(c->rt, &c->sink, c->parallel);
	const Service **order = NULL;
	StartActs acts = { 0 };
	int r = project_order(c->project, &order, err);

	for (size_t i = 0; i < c->project->n_services && r >= 0; i++)
		if (o->except && streq(o->except, order[i]->name))
			add_wait(work, c, order[i], &acts);
		else if (chosen(o, order[i]))
			r = add_service(work, c, order[i], containers, &acts, err);
	if (r >= 0)
		r = work_run(work, err);
	acts_clear(&acts);
	free(order);
	return r;
}

/* ---- up --wait ---- */

typedef struct WaitAll {
	Compose *compose;
	const ComposeStart *options;
} WaitAll;

/* What is waited for of a service: what somebody who depends on it waits for. */
static const char *condition_of(const Project *p, const Service *s)
{
	for (size_t i = 0; i < p->n_services; i++)
		for (size_t d = 0; d < p->services[i].n_depends_on; d++)
			if (streq(p->services[i].depends_on[d].service, s->name) &&
			    streq_null(p->services[i].depends_on[d].condition, CONDITION_COMPLETED))
				return CONDITION_COMPLETED;
	return CONDITION_RUNNING_OR_HEALTHY;
}

static int act_wait_all(Worker *w, const void *data, Error **err)
{
	const WaitAll *act = data;
	const Project *p = act->compose->project;
	uint64_t deadline = act->options->wait_timeout > 0
				    ? now_usec() + (uint64_t)act->options->wait_timeout * 1000000
				    : 0;
	Condition *list = xnew0(Condition, p->n_services + 1);
	int r;

	for (size_t i = 0; i < p->n_services; i++)
		list[i] = (Condition){ p->services[i].name, condition_of(p, &p->services[i]), true,
				       false };
	r = conditions_wait(w, act->compose, list, p->n_services, deadline, err);
	free(list);
	return r;
}

static int wait_for_all(Compose *c, const ComposeStart *o, Error **err)
{
	cleanup_work Work *work = work_new(c->rt, &c->sink, c->parallel);
	const WaitAll act = { c, o };
	cleanup_error Error *e = NULL;
	int r;

	(void)work_add(work, "wait", act_wait_all, &act);
	r = work_run(work, &e);
	if (r == -ETIMEDOUT)
		return error_set(err, ETIMEDOUT, "application not healthy after %llds",
				 (long long)o->wait_timeout);
	return r < 0 ? error_propagate(err, steal(&e)) : r;
}

int compose_start(Compose *c, const ComposeStart *o, Error **err)
{
	cleanup_project_containers ProjectContainers containers = { 0 };
	int r = project_containers(c->rt, c->project->name, CONTAINERS_SERVICES, &containers, err);

	if (r >= 0)
		r = start_all(c, o, &containers, err);
	return r < 0 || !o->wait ? r : wait_for_all(c, o, err);
}
