/* plan: which containers of a service stay, are made anew, are added or go. */
#include "compose/converge.h"

#include "compose/labels.h"
#include "compose/request.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"

void plans_clear(Plans *plans)
{
	for (size_t i = 0; i < plans->n; i++)
		free(plans->list[i]);
	free(plans->list);
	*plans = (Plans){ 0 };
}

static Plan *plans_add(Plans *plans, PlanKind kind, Compose *c, const CreateOptions *o,
		       const Service *s)
{
	Plan *plan = xnew0(Plan, 1);

	GROW(plans->list, plans->n, &plans->cap);
	plans->list[plans->n++] = plan;
	*plan = (Plan){ .kind = kind, .compose = c, .options = o, .service = s };
	return plan;
}

static RecreatePolicy policy_of(const CreateOptions *o, const Service *s)
{
	bool named = !o->services || !*o->services || strv_contains(o->services, s->name);

	return named ? o->recreate : o->recreate_deps;
}

/* What decides on each container of a service. */
typedef struct Wanted {
	RecreatePolicy policy;
	char *hash, *image_id;
} Wanted;

static int wanted_of(Compose *c, const CreateOptions *o, const Service *s, bool force, Wanted *ret,
		     Error **err)
{
	cleanup_strv char **references = NULL;
	cleanup_free char *image = service_image(c->project, s);
	cleanup_error Error *e = NULL;
	int r = compose_references(c, s, &references, &e);

	/* What it refers to is yet to be made, and so are its containers. */
	if (r == -ENOENT)
		force = true;
	else if (r < 0)
		return error_propagate(err, steal(&e));
	ret->policy = policy_of(o, s);
	if (force && ret->policy != RECREATE_NEVER)
		ret->policy = RECREATE_FORCE;
	ret->hash = compose_service_hash(s, references);
	(void)image_find_id(c->rt->store, image, &ret->image_id, NULL);
	return 0;
}

static void wanted_clear(Wanted *w)
{
	free(w->hash);
	free(w->image_id);
}

static bool diverged(const Wanted *w, const Container *c)
{
	if (w->policy != RECREATE_DIVERGED)
		return w->policy == RECREATE_FORCE;
	if (!streq(container_label(c, LABEL_HASH), w->hash))
		return true;
	return w->image_id && !streq(container_label(c, LABEL_IMAGE), w->image_id);
}

/* The container's place in the order in which they are kept: what has to be made anew goes first
 * when there are too many, of the others the highest numbers. */
static size_t keep_order(const Wanted *w, const ProjectContainers *all, const Service *s,
			 const Container **ret)
{
	size_t n = 0;

	for (int stale = 1; stale >= 0; stale--)
		for (size_t i = 0; i < all->n; i++)
			if (container_of_service(all->list[i], s->name) &&
			    !container_is_oneoff(all->list[i]) &&
			    diverged(w, all->list[i]) == (stale == 1))
				ret[n++] = all->list[i];
	return n;
}

static void plan_existing(Plan *plan, const Container *c)
{
	plan->container = c;
	plan->number = container_number(c);
}

static int64_t next_number(const Container **list, size_t n)
{
	int64_t highest = 0;

	for (size_t i = 0; i < n; i++)
		if (container_number(list[i]) > highest)
			highest = container_number(list[i]);
	return highest + 1;
}

static int check_scale(const Service *s, Error **err)
{
	if (s->scale > 1 && !str_empty(s->container_name))
		return error_set(err, EINVAL,
				 "WARNING: The \"%s\" service is using the custom container name "
				 "\"%s\". Docker requires each container to have a unique name. "
				 "Remove the custom name to scale the service.",
				 s->name, s->container_name);
	return 0;
}

int plan_service(Compose *c, const CreateOptions *o, const Service *s,
		 const ProjectContainers *containers, bool force, Plans *plans, bool *ret_recreated,
		 Error **err)
{
	const Container **list = xnew0(const Container *, containers->n + 1);
	size_t wanted = s->scale > 0 ? (size_t)s->scale : 0, n, surplus;
	Wanted w = { 0 };
	int64_t next;
	int r = check_scale(s, err);

	*ret_recreated = false;
	if (r >= 0)
		r = wanted_of(c, o, s, force, &w, err);
	n = r >= 0 ? keep_order(&w, containers, s, list) : 0;
	surplus = n > wanted ? n - wanted : 0;
	next = next_number(list, n);
	for (size_t i = 0; i < n; i++) {
		/* Of those that are as they should be, the last ones go. */
		size_t stale = 0;
		bool goes;

		while (stale < n && diverged(&w, list[stale]))
			stale++;
		goes = i < stale ? i < surplus : stale < surplus && i >= n - (surplus - stale);
		plan_existing(plans_add(plans,
					goes			? PLAN_REMOVE
					: diverged(&w, list[i]) ? PLAN_RECREATE
								: PLAN_KEEP,
					c, o, s),
			      list[i]);
		*ret_recreated |= !goes && diverged(&w, list[i]);
	}
	for (size_t i = n; r >= 0 && i < wanted; i++)
		plans_add(plans, PLAN_CREATE, c, o, s)->number = next++;
	wanted_clear(&w);
	free(list);
	return r;
}
