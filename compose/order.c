#include "compose/order.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct Order {
	const Project *project;
	const Service **list;
	size_t n;
	bool *done, *on_path;
	char **path;
} Order;

size_t project_index(const Project *p, const char *service)
{
	for (size_t i = 0; i < p->n_services; i++)
		if (streq(p->services[i].name, service))
			return i;
	return p->n_services;
}

static int tell_cycle(const Order *o, const char *name, Error **err)
{
	cleanup_free char *text = NULL;
	char **start = o->path;

	/* What led to the cycle is no part of it. */
	while (!streq(*start, name))
		start++;
	text = strv_join(start, " -> ");
	return error_set(err, ELOOP, "dependency cycle detected: %s -> %s", text, name);
}

static void path_pop(Order *o)
{
	size_t n = strv_length(o->path);

	free(o->path[n - 1]);
	o->path[n - 1] = NULL;
}

static int order_add(Order *o, size_t index, Error **err)
{
	const Service *s = &o->project->services[index];
	int r = 0;

	if (o->on_path[index])
		return tell_cycle(o, s->name, err);
	if (o->done[index])
		return 0;
	o->on_path[index] = true;
	strv_add(&o->path, s->name);
	for (size_t i = 0; i < s->n_depends_on && r >= 0; i++) {
		size_t before = project_index(o->project, s->depends_on[i].service);

		if (before < o->project->n_services)
			r = order_add(o, before, err);
	}
	path_pop(o);
	o->on_path[index] = false;
	o->done[index] = true;
	if (r >= 0)
		o->list[o->n++] = s;
	return r;
}

int project_order(const Project *p, const Service ***ret, Error **err)
{
	Order o = { .project = p, .list = xnew0(const Service *, p->n_services + 1) };
	int r = 0;

	o.done = xnew0(bool, p->n_services + 1);
	o.on_path = xnew0(bool, p->n_services + 1);
	for (size_t i = 0; i < p->n_services && r >= 0; i++)
		r = order_add(&o, i, err);
	free(o.done);
	free(o.on_path);
	strv_free(o.path);
	if (r < 0)
		free(o.list);
	else
		*ret = o.list;
	return r;
}
