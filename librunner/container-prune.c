/* container-prune: removes the containers that do not run. */
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-brief.h"
#include "librunner/container-change.h"
#include "librunner/container-size.h"
#include "librunner/container-state.h"
#include "librunner/prune-filter.h"

/* One that was started, or removed, meanwhile is left out. */
static void prune_one(Runtime *rt, const char *id, PruneResult *result)
{
	cleanup_container Container *c = NULL;
	cleanup_error Error *e = NULL;
	int64_t size = 0, whole;

	if (container_find(rt, id, &c, NULL) < 0 || container_is_running(c))
		return;
	container_size(rt, c, &size, &whole);
	if (container_remove(rt, id, false, false, &e) < 0) {
		if (e->errnum != ENOENT && e->errnum != EBUSY)
			log_warning("%s", e->msg);
		return;
	}
	strv_add(&result->deleted, id);
	result->reclaimed += size;
}

int container_prune(Runtime *rt, char *const *filters, PruneResult *ret, Error **err)
{
	cleanup_prune_filter PruneFilter f = { 0 };
	Container **list = NULL;
	size_t n = 0;
	int r = prune_filter_parse(filters, PRUNE_UNTIL, &f, err);

	if (r >= 0)
		r = container_list_brief(rt, 0, &list, &n, err);
	if (r < 0)
		return r;
	*ret = (PruneResult){ 0 };
	for (size_t i = 0; i < n; i++)
		if (!container_is_running(list[i]) &&
		    prune_filter_match(&f, list[i]->config.labels, list[i]->created))
			prune_one(rt, list[i]->id, ret);
	container_list_free(list, n);
	return 0;
}

void prune_result_clear(PruneResult *r)
{
	r->deleted = strv_free(r->deleted);
}
