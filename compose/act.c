/* act: stops, kills, pauses, restarts, removes containers of services. */
#include "compose/converge.h"
#include "compose/hooks.h"
#include "compose/labels.h"
#include "compose/request.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-pause.h"
#include "librunner/container-state.h"

typedef struct OneAct {
	Compose *compose;
	const ActOptions *options;
	const Container *container;
	size_t item;
} OneAct;

/* How each kind is told and done, and whether the services that depend on others come first
 * (REVERSE), last, or whenever. */
typedef enum { ORDER_NONE, ORDER_FORWARD, ORDER_REVERSE } ActOrder;

typedef struct ActTable {
	const char *begin, *end; /* begin NULL: only the end is told */
	ActOrder order;
	bool running; /* concerns only those that run */
	int (*act)(Worker *w, const OneAct *one, Error **err);
} ActTable;

static const Service *service_of(const OneAct *one)
{
	return project_service(one->compose->project,
			       container_label(one->container, LABEL_SERVICE));
}

static int do_stop(Worker *w, const OneAct *one, Error **err)
{
	hooks_pre_stop(w, service_of(one), one->container);
	return container_stop(worker_runtime(w), one->container->id, one->options->timeout, NULL,
			      err);
}

static int do_kill(Worker *w, const OneAct *one, Error **err)
{
	const char *signal = one->options->signal;

	return container_kill(worker_runtime(w), one->container->id, signal ? signal : "KILL", err);
}

static int do_pause(Worker *w, const OneAct *one, Error **err)
{
	return container_pause(worker_runtime(w), one->container->id, err);
}

static int do_unpause(Worker *w, const OneAct *one, Error **err)
{
	return container_unpause(worker_runtime(w), one->container->id, err);
}

static int do_restart(Worker *w, const OneAct *one, Error **err)
{
	const Service *s = service_of(one);
	int r;

	hooks_pre_stop(w, s, one->container);
	r = container_restart(worker_runtime(w), one->container->id, one->options->timeout, NULL,
			      err);
	return r < 0 || !s ? r : hooks_post_start(w, s, one->container, false, err);
}

static int do_remove(Worker *w, const OneAct *one, Error **err)
{
	int r = container_remove(worker_runtime(w), one->container->id, true, one->options->volumes,
				 err);

	if (r >= 0)
		compose_secrets_remove(one->compose, one->container->name);
	return r;
}

/* clang-format off */
static const ActTable tables[] = {
	[ACT_STOP] = { "Stopping", "Stopped", ORDER_REVERSE, false, do_stop },
	[ACT_KILL] = { "Killing", "Killed", ORDER_NONE, true, do_kill },
	[ACT_PAUSE] = { NULL, "Paused", ORDER_NONE, true, do_pause },
	[ACT_UNPAUSE] = { NULL, "Unpaused", ORDER_NONE, true, do_unpause },
	[ACT_RESTART] = { "Restarting", "Started", ORDER_FORWARD, false, do_restart },
	[ACT_REMOVE] = { "Removing", "Removed", ORDER_NONE, false, do_remove },
};
/* clang-format on */

static int act_one(Worker *w, const void *data, Error **err)
{
	const OneAct *one = data;
	const ActTable *table = &tables[one->options->kind];
	cleanup_free char *title = container_title(one->container);
	int r;

	if (table->begin)
		worker_event(w, WORK_WORKING, title, "", table->begin);
	r = one->compose->dry_run ? 0 : table->act(w, one, err);
	if (r < 0)
		worker_event(w, WORK_ERROR, title, "", "Error");
	else
		worker_event(w, WORK_DONE, title, "", table->end);
	return r;
}

static bool concerns(const ActOptions *o, const Container *c)
{
	if (tables[o->kind].running && !container_is_running(c))
		return false;
	return !o->services || !*o->services ||
	       strv_contains(o->services, container_label(c, LABEL_SERVICE));
}

/* Whether one waits for the other: a restart does so only where it is wanted. */
static bool depends(const Project *p, const Container *a, const Container *b, ActKind kind)
{
	const Service *s = project_service(p, container_label(a, LABEL_SERVICE));

	for (size_t i = 0; s && i < s->n_depends_on; i++)
		if (container_of_service(b, s->depends_on[i].service) &&
		    (kind != ACT_RESTART || s->depends_on[i].restart))
			return true;
	return false;
}

static void order_items(Compose *c, Work *work, const OneAct *acts, size_t n, ActKind kind)
{
	const ActOrder order = tables[kind].order;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; order != ORDER_NONE && k < n; k++) {
			const Container *first = acts[i].container, *second = acts[k].container;

			if (order == ORDER_REVERSE ? depends(c->project, second, first, kind)
						   : depends(c->project, first, second, kind))
				work_after(work, acts[i].item, acts[k].item);
		}
}

int compose_act(Compose *c, const ActOptions *o, const ProjectContainers *containers, Error **err)
{
	cleanup_work Work *work = work_new(c->rt, &c->sink, c->parallel);
	OneAct *acts = xnew0(OneAct, containers->n + 1);
	size_t n = 0;
	int r;

	for (size_t i = 0; i < containers->n; i++) {
		OneAct *one = &acts[n];

		if (!concerns(o, containers->list[i]))
			continue;
		*one = (OneAct){ c, o, containers->list[i], 0 };
		one->item = work_add(work, containers->list[i]->name, act_one, one);
		n++;
	}
	order_items(c, work, acts, n, o->kind);
	r = work_run(work, err);
	free(acts);
	return r;
}
