#include "libimage/pull-layers.h"

#include <pthread.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/log.h"

#define SHOWN_DIGITS 12
/* How often a layer that is being unpacked is looked at. */
#define POLL_NSEC 5000000

typedef struct LayerPull {
	Ingest *in;
	Registry *registry;
	const Manifest *m;
	PullProgress *progress;
	atomic_bool *stop;
	pthread_mutex_t lock; /* what follows */
	size_t next;
	bool *complete; /* layers that are there */
	size_t told; /* how many of them, from the lowest, have been told complete */
	Error *failure;
} LayerPull;

/* One layer on its way. */
typedef struct Fetch {
	LayerPull *pull;
	LayerJob *job;
	const LayerDescriptor *layer;
	char *id;
	uint64_t shown; /* when progress was sent last */
} Fetch;

char *layer_shown_id(const char *digest)
{
	return xstrndup(digest_hex(digest), SHOWN_DIGITS);
}

/* ---- what the registry writes into ---- */

static int64_t sink_offset(void *userdata)
{
	const Fetch *f = userdata;

	return layer_job_offset(f->job);
}

static void sink_restart(void *userdata)
{
	const Fetch *f = userdata;

	layer_job_restart(f->job);
}

static int sink_write(const void *data, size_t n, void *userdata, Error **err)
{
	Fetch *f = userdata;
	int r = layer_job_write(f->job, data, n, err);

	if (r >= 0)
		pull_progress_bytes(f->pull->progress, f->id, "Downloading",
				    layer_job_offset(f->job), f->layer->size, &f->shown);
	return r;
}

/* ---- one layer ---- */

/* Of what the cache has whole, nothing is left to fetch. */
static int download(Fetch *f, Http *http, Error **err)
{
	BlobSink sink = { sink_offset, sink_restart, sink_write, f };
	int r = registry_blob(f->pull->registry, http, f->layer, &sink, err);

	if (r < 0)
		return r;
	pull_progress_layer(f->pull->progress, f->id, "Verifying Checksum");
	r = layer_job_finish(f->job, err);
	if (r < 0)
		return r;
	pull_progress_layer(f->pull->progress, f->id, "Download complete");
	return 0;
}

static int unpack(Fetch *f, Error **err)
{
	const struct timespec pause = { .tv_nsec = POLL_NSEC };

	while (!layer_job_done(f->job)) {
		if (*f->pull->stop)
			return error_set(err, ECANCELED, "cancelled");
		pull_progress_bytes(f->pull->progress, f->id, "Extracting",
				    layer_job_unpacked(f->job), f->layer->size, &f->shown);
		(void)nanosleep(&pause, NULL);
	}
	return layer_job_wait(f->job, err);
}

static int attempt(Fetch *f, Http *http, size_t i, bool *ret_resumed, Error **err)
{
	int r = layer_job_new(f->pull->in, i, &f->job, err);

	if (r < 0)
		return r;
	*ret_resumed = layer_job_offset(f->job) > 0;
	r = download(f, http, err);
	return r < 0 ? r : unpack(f, err);
}

/* What was there already (a partial download, a cached blob) may be what is damaged: then once more
 * from the start. */
static int fetch(LayerPull *p, Http *http, size_t i, Error **err)
{
	const LayerDescriptor *layer = &p->m->layers[i];
	cleanup_free char *id = layer_shown_id(layer->digest);
	Fetch f = { .pull = p, .layer = layer, .id = id };
	cleanup_error Error *e = NULL;
	bool resumed = false;
	int r = attempt(&f, http, i, &resumed, &e);

	if (r == -EBADMSG && resumed) {
		log_debug("layer %s: %s; starting over", id, e->msg);
		e = error_free(e);
		f.job = layer_job_free(f.job);
		r = attempt(&f, http, i, &resumed, &e);
	}
	return r < 0 ? error_propagate(err, steal(&e)) : 0;
}

/* ---- all of them ---- */

static bool take_next(LayerPull *p, size_t *ret)
{
	bool found = false;

	(void)pthread_mutex_lock(&p->lock);
	while (!found && p->next < p->m->n_layers)
		if (ingest_layer_state(p->in, p->next++) != LAYER_PRESENT) {
			*ret = p->next - 1;
			found = true;
		}
	(void)pthread_mutex_unlock(&p->lock);
	return found && !*p->stop;
}

static void fail(LayerPull *p, Error *e)
{
	(void)pthread_mutex_lock(&p->lock);
	if (p->failure)
		error_free(e);
	else
		p->failure = e;
	*p->stop = true;
	(void)pthread_mutex_unlock(&p->lock);
}

static void announce_layer(const LayerPull *p, size_t i, const char *status)
{
	cleanup_free char *id = layer_shown_id(p->m->layers[i].digest);

	pull_progress_layer(p->progress, id, status);
}

/* Docker says `Pull complete` from the lowest layer to the highest, however they came. */
static void tell_complete(LayerPull *p, size_t i)
{
	(void)pthread_mutex_lock(&p->lock);
	p->complete[i] = true;
	for (; p->told < p->m->n_layers && p->complete[p->told]; p->told++)
		if (ingest_layer_state(p->in, p->told) != LAYER_PRESENT)
			announce_layer(p, p->told, "Pull complete");
	(void)pthread_mutex_unlock(&p->lock);
}

static void *worker(void *userdata)
{
	cleanup_http Http *http = http_new();
	LayerPull *p = userdata;
	size_t i;

	while (take_next(p, &i)) {
		Error *e = NULL;

		if (fetch(p, http, i, &e) < 0)
			fail(p, e);
		else
			tell_complete(p, i);
	}
	return NULL;
}

/* Returns how many there are to be fetched. */
static size_t announce(LayerPull *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->m->n_layers; i++) {
		p->complete[i] = ingest_layer_state(p->in, i) == LAYER_PRESENT;
		announce_layer(p, i, p->complete[i] ? "Already exists" : "Pulling fs layer");
	}
	for (size_t i = 0; i < p->m->n_layers; i++)
		if (!p->complete[i] && ++n > LAYER_PARALLEL)
			announce_layer(p, i, "Waiting");
	return n;
}

int pull_layers(Ingest *in, Registry *registry, const Manifest *m, PullProgress *progress,
		atomic_bool *stop, Error **err)
{
	cleanup_free bool *complete = xnew0(bool, m->n_layers);
	LayerPull p = { .in = in,
			.registry = registry,
			.m = m,
			.progress = progress,
			.stop = stop,
			.complete = complete };
	size_t n = announce(&p), started = 0;
	pthread_t threads[LAYER_PARALLEL];
	int r = 0;

	(void)pthread_mutex_init(&p.lock, NULL);
	for (; started < LAYER_PARALLEL && started < n; started++) {
		r = pthread_create(&threads[started], NULL, worker, &p);
		if (r != 0)
			break;
	}
	for (size_t i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL);
	(void)pthread_mutex_destroy(&p.lock);
	if (p.failure)
		return error_propagate(err, p.failure);
	/* One thread is enough to do all of it. */
	return n > 0 && started == 0 ? error_errno(err, r, "pthread_create") : 0;
}
