#include "librunner/prune-filter.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "libcommon/units.h"
#include "librunner/container-filter.h"

void prune_filter_clear(PruneFilter *f)
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

static int parse_all(const char *value, PruneFilter *f, Error **err)
{
	int r = units_parse_bool(value, &f->all, err);

	return r < 0 ? error_prefix(err, r, "invalid filter 'all'") : 0;
}

int prune_filter_parse(char *const *texts, unsigned keys, PruneFilter *ret, Error **err)
{
	*ret = (PruneFilter){ .until = INT64_MAX };
	STRV_FOREACH(it, texts) {
		const char *value;
		int r = 0;

		if ((keys & PRUNE_UNTIL) && (value = startswith(*it, "until=")))
			r = parse_until(value, ret, err);
		else if ((keys & PRUNE_ALL) && (value = startswith(*it, "all=")))
			r = parse_all(value, ret, err);
		else if ((value = startswith(*it, "label=")))
			strv_add(&ret->labels, value);
		else if ((value = startswith(*it, "label!=")))
			strv_add(&ret->without, value);
		else
			r = error_set(err, EINVAL, "invalid filter '%.*s'", (int)strcspn(*it, "="),
				      *it);
		if (r < 0)
			return r;
	}
	return 0;
}

bool prune_filter_match(const PruneFilter *f, char *const *labels, const char *created)
{
	int64_t t;

	STRV_FOREACH(it, f->labels)
		if (!labels_match(labels, *it))
			return false;
	STRV_FOREACH(it, f->without)
		if (labels_match(labels, *it))
			return false;
	return f->until == INT64_MAX ||
	       (created && timestamp_parse(created, &t) >= 0 && t < f->until);
}
