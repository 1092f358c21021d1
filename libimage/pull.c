#include "libimage/pull.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/bootstrap.h"
#include "libimage/pull-registry.h"

typedef struct Request {
	Store *store;
	const PullRequest *q;
	PullProgress *progress;
	Platform platform;
} Request;

static void request_clear(Request *r)
{
	platform_clear(&r->platform);
}

/* ---- one source ---- */

static int pull_docker(Request *r, const char *source, const char *shown, char *const *names,
		       char **ret_id, Error **err)
{
	cleanup_reference Reference *ref = NULL;
	cleanup_free char *full = NULL;
	PullSource s = { .platform = &r->platform, .config_dir = r->q->config_dir, .names = names };
	int x = reference_parse(source, &ref, err);

	if (x < 0)
		return x;
	/* Docker forgets the tag where there is a digest. */
	if (ref->digest)
		free(steal(&ref->tag));
	full = reference_familiar(ref);
	s.ref = ref;
	s.shown = shown ? shown : full;
	return pull_registry(r->store, &s, r->progress, ret_id, err);
}

static void bootstrap_line(const char *line, void *userdata)
{
	const Request *r = userdata;

	pull_progress_status(r->progress, NULL, line);
}

static int bootstrap(Request *r, const char *source, char *const *names, char **ret_id, Error **err)
{
	BootstrapOptions o = { .source = source,
			       .architecture = r->platform.architecture,
			       .variant = r->platform.variant,
			       .names = names,
			       .progress = bootstrap_line,
			       .userdata = r };

	return bootstrap_image(r->store, &o, ret_id, err);
}

/* The ID of the image of that name, NULL when there is none. */
static char *current_id(Store *store, const char *name)
{
	cleanup_image Image *image = NULL;

	return image_find(store, name, &image, NULL) < 0 ? NULL : xstrdup(image->id);
}

/* One program at a time: who had to wait while another made the image takes that one. */
static int pull_bootstrap(Request *r, const char *source, const char *shown, char *const *names,
			  char **ret_id, Error **err)
{
	cleanup_free char *key = xasprintf("bootstrap-%s", shown), *id = NULL;
	cleanup_free char *before = current_id(r->store, shown);
	int x = 0, lock = store_work_lock(r->store, key, err);
	bool made;

	if (lock < 0)
		return lock;
	id = current_id(r->store, shown);
	made = !id || streq_null(id, before);
	if (made) {
		free(steal(&id));
		x = bootstrap(r, source, names, &id, err);
	}
	store_work_unlock(r->store, key, lock);
	if (x < 0)
		return x;
	pull_progress_statusf(r->progress, NULL, "Status: %s for %s",
			      made ? "Made newer image" : "Image is up to date", shown);
	*ret_id = steal(&id);
	return 0;
}

/* The ways an image comes in, by the scheme of its source. */
static const struct {
	const char *scheme;
	int (*pull)(Request *r, const char *source, const char *shown, char *const *names,
		    char **ret_id, Error **err);
} ways[] = {
	{ "docker://", pull_docker },
	{ "bootstrap:", pull_bootstrap },
};

static int pull_source(Request *r, const char *source, const char *shown, char *const *names,
		       char **ret_id, Error **err)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (startswith(source, ways[i].scheme))
			return ways[i].pull(r, source, shown, names, ret_id, err);
	return error_set(err, ENOTSUP, "source %s: of an unknown kind", source);
}

/* ---- labels ---- */

/* What says nothing about the image: another source may have it. */
static bool try_next(int x)
{
	return x == -EHOSTUNREACH || x == -ETIMEDOUT || x == -ECONNRESET || x == -EBUSY;
}

static int pull_label(Request *r, const CatalogueEntry *entry, char **ret_id, Error **err)
{
	cleanup_free char *shown = xasprintf("%s:latest", entry->label);
	cleanup_strv char **names = NULL;

	strv_addf(&names, "docker.io/library/%s", shown);
	STRV_FOREACH(source, entry->sources) {
		cleanup_error Error *e = NULL;
		int x = pull_source(r, *source, shown, names, ret_id, &e);

		if (x >= 0)
			return 0;
		if (!try_next(x) || !source[1])
			return error_propagate(err, steal(&e));
		pull_progress_warning(r->progress, "%s; trying %s", e->msg, source[1]);
	}
	return error_set(err, ENOENT, "%s: the catalogue names no source for it", entry->label);
}

/* A catalogue that cannot be read does not keep anybody from pulling by reference. */
static Catalogue *load_catalogue(Request *r)
{
	cleanup_error Error *e = NULL;
	Catalogue *c = NULL;

	if (catalogue_load(&c, &e) < 0) {
		pull_progress_warning(r->progress, "the catalogue cannot be used: %s", e->msg);
		return NULL;
	}
	return c;
}

/* ---- the request ---- */

/* Docker pulls what a single manifest has, whatever it was asked for, and then says so. */
static int check_platform(const Request *r, const char *id, Error **err)
{
	bool explicit = !str_empty(r->q->platform) || !str_empty(getenv("DOCKER_DEFAULT_PLATFORM"));
	cleanup_free char *wanted = platform_text(&r->platform), *actual = NULL;
	cleanup_image Image *image = NULL;
	Platform made;

	if (!explicit || image_find(r->store, id, &image, NULL) < 0 ||
	    platform_rank(&r->platform, image->os, image->architecture, image->variant) >= 0)
		return 0;
	made = (Platform){ image->os, image->architecture, image->variant };
	actual = platform_text(&made);
	return error_set(err, ENOENT,
			 "image with reference %s was found but does not match the specified "
			 "platform: wanted %s, actual: %s",
			 r->q->name, wanted, actual);
}

int pull_image(Store *store, const PullRequest *q, PullProgress *progress, char **ret_id,
	       Error **err)
{
	cleanup(request_clear) Request r = { .store = store, .q = q, .progress = progress };
	cleanup_catalogue Catalogue *catalogue = NULL;
	cleanup_free char *id = NULL;
	const CatalogueEntry *entry;
	int x = platform_choose(q->platform, &r.platform, err);

	if (x < 0)
		return x;
	catalogue = load_catalogue(&r);
	entry = catalogue ? catalogue_find(catalogue, q->name) : NULL;
	x = entry ? pull_label(&r, entry, &id, err)
		  : pull_docker(&r, q->name, NULL, NULL, &id, err);
	if (x >= 0)
		x = check_platform(&r, id, err);
	if (x < 0)
		return x;
	*ret_id = steal(&id);
	return 0;
}
