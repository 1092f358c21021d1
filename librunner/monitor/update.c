#include "librunner/monitor/update.h"

#include "librunner/cgroup-limits.h"
#include "librunner/container-store.h"
#include "librunner/container-update.h"
#include "librunner/placement.h"

static int apply(Monitor *m, const Container *now, Error **err)
{
	int r = cgroup_limits_apply(m->run->cgroup, &now->host, &m->c->host, err);

	if (r >= 0)
		r = placement_update(now, err);
	if (r >= 0)
		return 0;
	/* All or nothing, as far as the kernel lets us. */
	(void)cgroup_limits_apply(m->run->cgroup, &m->c->host, &now->host, NULL);
	(void)placement_update(m->c, NULL);
	return r;
}

int monitor_update(Monitor *m, Error **err)
{
	cleanup_container Container *now = NULL;
	int r = container_load(m->rt, m->c->id, &now, err);

	/* Between two runs there is nothing to change: the next one begins with them. */
	if (r >= 0 && m->run->cgroup)
		r = apply(m, now, err);
	if (r >= 0)
		update_assign(m->c, now);
	return r;
}
