/* `--filter` of events, as Docker's daemon applies it. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-filter.h"
#include "librunner/events.h"

struct EventFilter {
	char **texts; /* key=value */
};

static const char *const keys[] = { "config", "container", "daemon", "event",  "image",
				    "label",  "network",   "node",   "plugin", "scope",
				    "secret", "service",   "type",   "volume", NULL };
/* These name actors, by the beginning of their name or ID. */
static const char *const actors[] = { "config", "container", "daemon",	"network", "node",
				      "plugin", "secret",    "service", "volume",  NULL };

EventFilter *event_filter_free(EventFilter *f)
{
	if (!f)
		return NULL;
	strv_free(f->texts);
	free(f);
	return NULL;
}

int event_filter_new(char *const *texts, EventFilter **ret, Error **err)
{
	EventFilter *f;

	STRV_FOREACH(it, texts) {
		cleanup_free char *key = xstrndup(*it, strcspn(*it, "="));

		if (!strchr(*it, '=') || !strv_contains((char *const *)keys, key))
			return error_set(err, EINVAL, "invalid filter '%s'", key);
	}
	f = xnew0(EventFilter, 1);
	f->texts = strv_copy(texts);
	*ret = f;
	return 0;
}

typedef bool Compare(const char *wanted, const char *value);

static bool is_equal(const char *wanted, const char *value)
{
	return streq(wanted, value);
}

static bool is_prefix(const char *wanted, const char *value)
{
	return startswith(value, wanted) != NULL;
}

/* Whether one of the values given for `key` fits one of `values`, or none was given. */
static bool key_matches(const EventFilter *f, const char *key, Compare *compare,
			const char *const *values)
{
	bool given = false;

	STRV_FOREACH(it, f->texts) {
		const char *wanted = startswith(*it, key);

		if (!wanted || *wanted != '=')
			continue;
		given = true;
		for (const char *const *v = values; *v; v++)
			if (compare(wanted + 1, *v))
				return true;
	}
	return !given;
}

/* Actions that carry more behind a colon are compared by their beginning, when one is asked for. */
static bool event_matches(const EventFilter *f, const Event *e)
{
	static const char *const long_ones[] = { "event=health_status", "event=exec_create",
						 "event=exec_start", NULL };
	const char *const values[] = { e->action, NULL };
	bool begins = false;

	for (const char *const *it = long_ones; *it; it++)
		begins = begins || strv_contains(f->texts, *it);
	return key_matches(f, "event", begins ? is_prefix : is_equal, values);
}

/* "debian:12" without its tag; a digest stays as it is. */
static char *strip_tag(const char *image)
{
	const char *colon = strrchr(image, ':');

	if (!colon || strchr(colon, '/') || startswith(image, "sha256:") || strchr(image, '@'))
		return xstrdup(image);
	return xstrndup(image, (size_t)(colon - image));
}

/* The images themselves, and containers of them. */
static bool image_matches(const EventFilter *f, const Event *e)
{
	const char *name = env_get(e->attributes, streq(e->type, "image") ? "name" : "image");
	cleanup_free char *stripped = strip_tag(name ? name : "");
	cleanup_free char *stripped_id = strip_tag(e->id);
	const char *const values[] = { e->id, name ? name : "", stripped, stripped_id, NULL };

	return key_matches(f, "image", is_equal, values);
}

bool event_filter_match(const EventFilter *f, const Event *e)
{
	const char *name = env_get(e->attributes, "name");
	const char *const type[] = { e->type, NULL }, *const scope[] = { e->scope, NULL };
	const char *const names[] = { e->id, name ? name : "", NULL };

	if (!f->texts)
		return true;
	for (const char *const *it = actors; *it; it++)
		if (!key_matches(f, *it, is_prefix, names))
			return false;
	STRV_FOREACH(it, f->texts) {
		const char *label = startswith(*it, "label=");

		if (label && !labels_match(e->attributes, label))
			return false;
	}
	return event_matches(f, e) && image_matches(f, e) &&
	       key_matches(f, "type", is_equal, type) && key_matches(f, "scope", is_equal, scope);
}
