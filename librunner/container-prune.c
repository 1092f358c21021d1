/* container-prune: removes the containers that do not run. */
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/container-brief.h"
#include "librunner/container-change.h"
#include "librunner/container-filter.h"
#include "librunner/container-size.h"
#include "librunner/container-state.h"

typedef struct PruneFilter {
	char **labels, **without; /* label=, label!= */
	int64_t until; /* INT64_MAX: any time */
} PruneFilter;

static void filter_clear(PruneFilter *f)
{
	strv_free(f->labels);
	strv_free(f->without);
}

static int parse_until(const char *value, PruneFilter *f, Error **err)
{
	cleanup_free char *quoted = str_quote(value);

	if (f->until != INT64_MAX)
		return error_set(err, EINVAL, "more than one until filter specified");
	if (timestamp_parse_filter(value, timestamp_current(), &f->until, NULL) < 0)
		return error_set(err, EINVAL, "failed to parse value as time or duration: %s",
				 quoted);
	return 0;
}

static int parse_filters(char *const *texts, PruneFilter *f, Error **err)
{
	STRV_FOREACH(it, texts) {
		const char *value;
		int r = 0;

		if ((value = startswith(*it, "until=")))
			r = parse_until(value, f, err);
		else if ((value = startswith(*it, "label=")))
			strv_add(&f->labels, value);
		else if ((value = startswith(*it, "label!=")))
			strv_add(&f->without, value);
		else
			r = error_set(err, EINVAL, "invalid filter '%.*s'", (int)strcspn(*it, "="),
				      *it);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool matches(const PruneFilter *f, const Container *c)
{
	int64_t created;

	STRV_FOREACH(it, f->labels)
		if (!labels_match(c->config.labels, *it))
			return false;
	STRV_FOREACH(it, f->without)
		if (labels_match(c->config.labels, *it))
			return false;
	return f->until == INT64_MAX ||
	       (c->created && timestamp_parse(c->created, &created) >= 0 && created < f->until);
}

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
	cleanup(filter_clear) PruneFilter f = { .until = INT64_MAX };
	Container **list = NULL;
	size_t n = 0;
	int r = parse_filters(filters, &f, err);

	if (r >= 0)
		r = container_list_brief(rt, 0, &list, &n, err);
	if (r < 0)
		return r;
	*ret = (PruneResult){ 0 };
	for (size_t i = 0; i < n; i++)
		if (!container_is_running(list[i]) && matches(&f, list[i]))
			prune_one(rt, list[i]->id, ret);
	container_list_free(list, n);
	return 0;
}

void prune_result_clear(PruneResult *r)
{
	r->deleted = strv_free(r->deleted);
}
