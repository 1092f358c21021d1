#include "libimage/pull-registry.h"

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libimage/pull-layers.h"

/* One endpoint's try at one image. */
typedef struct Pull {
	Store *store;
	const PullSource *s;
	PullProgress *progress;
	Registry *registry;
	Http *http;
	atomic_bool stop;
	char *name; /* canonical, without tag and digest */
	char *digest; /* of what the reference names: an index, or a manifest */
	RegistryManifest manifest;
	Manifest *parsed;
	Strbuf config;
} Pull;

static void pull_clear(Pull *p)
{
	p->registry = registry_free(p->registry);
	p->http = http_free(p->http);
	registry_manifest_clear(&p->manifest);
	p->parsed = manifest_free(p->parsed);
	strbuf_clear(&p->config);
	free(p->name);
	free(p->digest);
}

static bool pull_stopped(void *userdata)
{
	const Pull *p = userdata;

	return p->stop;
}

/* ---- reaching it ---- */

/* Without credentials that can be read, an anonymous pull may do. */
static void find_credentials(Pull *p, const Endpoint *e, Credentials *c)
{
	cleanup_error Error *error = NULL;

	if (credentials_find(e->account, p->s->ref->repository, p->s->config_dir, c, &error) < 0)
		pull_progress_warning(p->progress, "no credentials for %s: %s", e->account,
				      error->msg);
}

static int pull_open(Pull *p, const Endpoint *e, Error **err)
{
	cleanup_credentials Credentials c = { 0 };

	find_credentials(p, e, &c);
	p->http = http_new();
	p->name = xasprintf("%s/%s", p->s->ref->registry, p->s->ref->repository);
	return registry_new(e, p->s->ref->repository, &c, pull_stopped, p, &p->registry, err);
}

/* ---- manifest ---- */

/* Docker's words for the two refusals that everybody meets. */
static int manifest_error(const Pull *p, int r, Error **err)
{
	cleanup_free char *name = reference_familiar_name(p->s->ref);
	cleanup_free char *full = reference_familiar(p->s->ref);

	if (r == -EACCES)
		return error_prefix(err, r,
				    "pull access denied for %s, repository does not exist or may "
				    "require 'docker login'",
				    name);
	if (r == -ENOENT && err && *err && startswith((*err)->msg, "name unknown"))
		return error_prefix(err, r, "repository %s not found", name);
	if (r == -ENOENT)
		return error_prefix(err, r, "manifest for %s not found", full);
	return error_prefix(err, r, "pull %s", full);
}

static int get_manifest(Pull *p, const char *reference, Error **err)
{
	int r;

	registry_manifest_clear(&p->manifest);
	p->parsed = manifest_free(p->parsed);
	r = registry_manifest(p->registry, p->http, reference, &p->manifest, err);
	if (r < 0)
		return manifest_error(p, r, err);
	r = manifest_parse(p->manifest.text.data ? p->manifest.text.data : "", p->manifest.text.len,
			   p->manifest.media_type, &p->parsed, err);
	return r < 0 ? manifest_error(p, r == -ENOENT ? -EINVAL : r, err) : 0;
}

static void say_pulling(const Pull *p)
{
	const Reference *ref = p->s->ref;
	cleanup_free char *id =
		ref->digest ? xasprintf("%s@%s", p->name, ref->digest) : xstrdup(ref->tag);

	pull_progress_statusf(p->progress, id, "Pulling from %s", ref->repository);
}

/* Gets the manifest that the reference names; of an index the one for our platform. */
static int resolve(Pull *p, Error **err)
{
	const Reference *ref = p->s->ref;
	cleanup_free char *digest = NULL;
	const ManifestEntry *entry;
	int r = get_manifest(p, ref->digest ? ref->digest : ref->tag, err);

	if (r < 0)
		return r;
	p->digest = xstrdup(p->manifest.digest);
	say_pulling(p);
	if (p->parsed->kind == MANIFEST_IMAGE)
		return 0;
	r = manifest_choose(p->parsed, p->s->platform, &entry, err);
	if (r < 0)
		return r;
	digest = xstrdup(entry->manifest.digest);
	r = get_manifest(p, digest, err);
	if (r >= 0 && p->parsed->kind != MANIFEST_IMAGE)
		return error_set(err, EINVAL, "pull %s: an index within an index", p->s->shown);
	return r;
}

static int get_config(Pull *p, Error **err)
{
	int r = blob_read(p->store, p->parsed->config.digest, IMAGE_MAX_CONFIG, &p->config);

	if (r >= 0)
		return 0;
	r = registry_blob_read(p->registry, p->http, &p->parsed->config, &p->config, err);
	return r < 0 ? error_prefix(err, r, "pull %s: image config", p->s->shown) : 0;
}

/* ---- what is there already ---- */

static Image *find_local(Store *store, const char *name)
{
	Image *image = NULL;

	return image_find(store, name, &image, NULL) < 0 ? NULL : image;
}

static char *familiar_digest(const Pull *p, const char *digest)
{
	cleanup_free char *name = reference_familiar_name(p->s->ref);

	return xasprintf("%s@%s", name, digest);
}

static bool has_names(Store *store, const Image *local, char *const *names)
{
	STRV_FOREACH(name, names) {
		cleanup_image Image *image = find_local(store, *name);

		if (!image || !streq(image->id, local->id))
			return false;
	}
	return true;
}

/* Asks only for the tag's digest, which registries do not count as a pull. True when it is the one
 * that our image of that name came from. */
static bool is_current(Pull *p, const Image *local)
{
	cleanup_free char *known = NULL;
	const Reference *ref = p->s->ref;

	if (!local || ref->digest || !has_names(p->store, local, p->s->names) ||
	    platform_rank(p->s->platform, local->os, local->architecture, local->variant) < 0 ||
	    registry_manifest_digest(p->registry, p->http, ref->tag, &p->digest, NULL) <= 0)
		return false;
	known = familiar_digest(p, p->digest);
	if (strv_contains(local->repo_digests, known))
		return true;
	free(steal(&p->digest));
	return false;
}

/* ---- the whole ---- */

static void say_done(const Pull *p, bool newer)
{
	pull_progress_statusf(p->progress, NULL, "Digest: %s", p->digest);
	pull_progress_statusf(p->progress, NULL, "Status: %s for %s",
			      newer ? "Downloaded newer image" : "Image is up to date",
			      p->s->shown);
}

static char **all_names(const Pull *p)
{
	char **names = NULL;

	/* An image that was asked for by digest is named by it alone. */
	if (!p->s->ref->digest)
		strv_addf(&names, "%s:%s", p->name, p->s->ref->tag);
	strv_extend(&names, p->s->names);
	return names;
}

static int ingest(Pull *p, bool known, char **ret_id, Error **err)
{
	cleanup_strv char **names = all_names(p), **digests = NULL;
	cleanup_ingest Ingest *in = NULL;
	IngestSource source = {
		.manifest = p->manifest.text.data,
		.manifest_size = p->manifest.text.len,
		.manifest_digest = p->manifest.digest,
		.manifest_type = p->parsed->media_type,
		.config = p->config.data ? p->config.data : "",
		.config_size = p->config.len,
		.config_digest = p->parsed->config.digest,
		.layers = p->parsed->layers,
		.n_layers = p->parsed->n_layers,
	};
	int r = ingest_new(p->store, &source, &in, err);

	if (r >= 0 && !known)
		r = pull_layers(in, p->registry, p->parsed, p->progress, &p->stop, err);
	strv_addf(&digests, "%s@%s", p->name, p->digest);
	if (r >= 0)
		r = ingest_commit(in, names, digests, ret_id, err);
	return r < 0 ? error_prefix(err, r, "pull %s", p->s->shown) : 0;
}

/* One program at a time: whoever comes second finds all of it here. */
static int take_in(Pull *p, char **ret_id, Error **err)
{
	const char *key = digest_hex(p->manifest.digest);
	cleanup_image Image *same = NULL;
	int r, lock = store_work_lock(p->store, key, err);

	if (lock < 0)
		return lock;
	r = get_config(p, err);
	if (r >= 0) {
		same = find_local(p->store, p->parsed->config.digest);
		r = ingest(p, same != NULL, ret_id, err);
	}
	store_work_unlock(p->store, key, lock);
	return r;
}

static int pull_endpoint(Store *store, const PullSource *s, const Endpoint *e,
			 PullProgress *progress, char **ret_id, Error **err)
{
	cleanup(pull_clear) Pull p = { .store = store, .s = s, .progress = progress };
	cleanup_free char *full = reference_familiar(s->ref);
	cleanup_image Image *local = find_local(store, full);
	int r = pull_open(&p, e, err);

	if (r < 0)
		return r;
	if (is_current(&p, local)) {
		say_pulling(&p);
		say_done(&p, false);
		*ret_id = xstrdup(local->id);
		return 0;
	}
	free(steal(&p.digest));
	r = resolve(&p, err);
	if (r < 0)
		return r;
	r = take_in(&p, ret_id, err);
	if (r < 0)
		return r;
	say_done(&p, !local || !streq(local->id, *ret_id));
	return 0;
}

/* What no other endpoint can better. */
static bool is_final(int r)
{
	return r == -ENOSPC || r == -EDQUOT || r == -EROFS || r == -ECANCELED;
}

/* What the mirrors said comes behind what the registry itself says. */
static int all_failed(const Error *e, const char *mirrors, Error **err)
{
	return error_set(err, e->errnum, "%s%s", e->msg, mirrors ? mirrors : "");
}

int pull_registry(Store *store, const PullSource *s, PullProgress *progress, char **ret_id,
		  Error **err)
{
	cleanup_registries Registries *config = NULL;
	cleanup_strbuf Strbuf mirrors = STRBUF_INIT;
	Endpoint *list;
	size_t n;
	int r = registries_load(&config, err);

	if (r < 0)
		return r;
	registries_endpoints(config, s->ref->registry, &list, &n);
	for (size_t i = 0; i < n; i++) {
		cleanup_error Error *e = NULL;

		r = pull_endpoint(store, s, &list[i], progress, ret_id, &e);
		if (r >= 0)
			break;
		if (i + 1 == n || is_final(r)) {
			r = all_failed(e, mirrors.data, err);
			break;
		}
		log_debug("mirror %s: %s", list[i].host, e->msg);
		strbuf_addf(&mirrors, " (mirror %s: %s)", list[i].host, e->msg);
	}
	endpoints_free(list, n);
	return r;
}
