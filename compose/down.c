/* down: the end of a project. */
#include "compose/converge.h"
#include "compose/labels.h"
#include "compose/resources.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct DownAct {
	Compose *compose;
	const DownOptions *options;
	const Container *container;
	size_t item;
} DownAct;

static int act_down(Worker *w, const void *data, Error **err)
{
	const DownAct *act = data;
	cleanup_error Error *e = NULL;
	int r = container_end(w, act->compose, act->container, act->options->timeout,
			      act->options->volumes, &e);

	/* Somebody else has removed it meanwhile. */
	return r == -ENOENT ? 0 : r < 0 ? error_propagate(err, steal(&e)) : r;
}

static bool ends(const Compose *c, const DownOptions *o, const Container *container)
{
	if (o->services && *o->services)
		return strv_contains(o->services, container_label(container, LABEL_SERVICE));
	if (container_is_oneoff(container) &&
	    project_service(c->project, container_label(container, LABEL_SERVICE)))
		return true;
	return o->remove_orphans || !container_is_orphan(c, container);
}

/* A container goes before those that it depends on. */
static void order_items(Compose *c, Work *work, const DownAct *acts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			const Service *s =
				project_service(c->project,
						container_label(acts[k].container, LABEL_SERVICE));

			for (size_t d = 0; s && i != k && d < s->n_depends_on; d++)
				if (container_of_service(acts[i].container,
							 s->depends_on[d].service))
					work_after(work, acts[i].item, acts[k].item);
		}
}

static int end_containers(Compose *c, const DownOptions *o, const ProjectContainers *all,
			  Error **err)
{
	cleanup_work Work *work = work_new(c->rt, &c->sink, c->parallel);
	DownAct *acts = xnew0(DownAct, all->n + 1);
	size_t n = 0;
	int r;

	for (size_t i = 0; i < all->n; i++) {
		DownAct *act = &acts[n];

		if (!ends(c, o, all->list[i]))
			continue;
		*act = (DownAct){ c, o, all->list[i], 0 };
		act->item = work_add(work, all->list[i]->name, act_down, act);
		n++;
	}
	order_items(c, work, acts, n);
	r = work_run(work, err);
	free(acts);
	return r;
}

int compose_down(Compose *c, const DownOptions *o, bool *ret_nothing, Error **err)
{
	cleanup_project_containers ProjectContainers all = { 0 };
	cleanup_resource_acts ResourceActs acts = { 0 };
	cleanup_work Work *work = work_new(c->rt, &c->sink, c->parallel);
	int r = project_containers(c->rt, c->project->name, CONTAINERS_ALL, &all, err);

	if (r >= 0)
		r = end_containers(c, o, &all, err);
	if (r < 0)
		return r;
	if (!o->services || !*o->services)
		compose_networks_remove(c, work, &acts);
	if (o->images)
		compose_images_remove(c, o->images, work, &acts);
	if (o->volumes)
		compose_volumes_remove(c, work, &acts);
	*ret_nothing = all.n == 0 && acts.n == 0;
	return work_run(work, err);
}
