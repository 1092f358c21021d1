/*
 * layer: takes an image into the store, layer by layer.
 *
 * An Ingest is one image on its way in. It knows from manifest and config which layers are needed,
 * holds a lock on each so that two programs do the work once, and ends with ingest_commit() or
 * ingest_free(), which forgets everything but the partial downloads. A LayerJob is one layer's
 * pipeline: the caller's thread writes compressed bytes, threads of the job inflate, hash and
 *unpack them into staging. Nothing is visible in the store before ingest_commit().
 *
 *	ingest_new(store, &source, &in, err);
 *	for each i with ingest_layer_state(in, i) == LAYER_MISSING, at most LAYER_PARALLEL at a
 *time: layer_job_new(in, i, &job, err); … GET with Range from layer_job_offset(job) …
 *		layer_job_write(job, data, n, err);     (any thread, one at a time)
 *		layer_job_finish(job, err);             (all bytes are there)
 *		layer_job_wait(job, err);               (unpacked, blob digest and diffID checked)
 *	for LAYER_CACHED: layer_job_new() and layer_job_wait(), it reads the blob cache by itself
 *	ingest_commit(in, names, repo_digests, &id, err);
 */
#pragma once

#include "libimage/store.h"

/* Jobs that may run at once; what bounds the memory of a pull. */
#define LAYER_PARALLEL 3

/* A layer as a manifest names it. */
typedef struct LayerDescriptor {
	char *media_type; /* NULL: found out from the first bytes */
	char *digest;
	int64_t size;
} LayerDescriptor;

typedef struct IngestSource {
	const char *manifest; /* its bytes */
	size_t manifest_size;
	const char *manifest_digest; /* already checked against the bytes */
	const char *manifest_type;
	const char *config; /* its bytes */
	size_t config_size;
	const char *config_digest; /* the image ID, already checked against the bytes */
	const LayerDescriptor *layers; /* copied */
	size_t n_layers;
	const char *parent; /* the image that it was committed from, or NULL */
} IngestSource;

typedef enum {
	LAYER_PRESENT, /* unpacked already, or the same blob as a lower layer of this image: no job
			*/
	LAYER_CACHED, /* its blob is in the store, no download needed */
	LAYER_MISSING,
} LayerState;

typedef struct Ingest Ingest;
typedef struct LayerJob LayerJob;

/* Checks config against manifest (count of diff IDs, limits) and waits until no other program works
 * on any of these layers. */
int ingest_new(Store *store, const IngestSource *source, Ingest **ret, Error **err);
LayerState ingest_layer_state(const Ingest *in, size_t i);
/* Waits for all jobs, settles the layers in order, moves them into the store and records the image.
 * `names` and `repo_digests` are canonical and may be NULL. *ret_id: "sha256:…". */
int ingest_commit(Ingest *in, char *const *names, char *const *repo_digests, char **ret_id,
		  Error **err);
/* Stops what still runs (jobs included) and removes staging; partial downloads stay for the next
 * try. */
Ingest *ingest_free(Ingest *in);
DEFINE_CLEANUP(Ingest, ingest_free)
#define cleanup_ingest cleanup(ingest_freep)

/* Jobs belong to their Ingest. Functions of one job are called by one thread at a time; several
 * jobs may be driven by several threads. */
int layer_job_new(Ingest *in, size_t i, LayerJob **ret, Error **err);
/* Bytes of the blob that are here already: where the download goes on (`Range: bytes=N-`). Counts
 * up with each write, so that a cut connection is resumed with it too. */
int64_t layer_job_offset(const LayerJob *job);
/* The server sends from the first byte although it was asked to resume: what is here already will
 * be skipped. */
void layer_job_restart(LayerJob *job);
/* Appends to the blob; never waits for the pipeline, which reads the same file at its own pace.
 * Fails with the pipeline's own error as soon as there is one: -ENOSPC, -EBADMSG for damaged data,
 * -EFBIG for more bytes than the descriptor says. */
int layer_job_write(LayerJob *job, const void *data, size_t n, Error **err);
/* No more bytes. -EPIPE: some are missing, the caller may resume and finish again. Does not wait.
 */
int layer_job_finish(LayerJob *job, Error **err);
/* Waits until the layer is unpacked and both digests are checked. -EBADMSG for damaged data and
 * wrong digests: the partial file (or the cached blob) is then gone, so that a new job starts from
 * zero. */
int layer_job_wait(LayerJob *job, Error **err);
/* Compressed bytes unpacked so far, for progress. Any thread. */
int64_t layer_job_unpacked(const LayerJob *job);
/* Whether layer_job_wait() would return at once. Any thread. */
bool layer_job_done(const LayerJob *job);
/* Ends a job early: its next attempt is a new job. Takes the job out of its Ingest. */
LayerJob *layer_job_free(LayerJob *job);

/* Takes a tar stream (plain or compressed) from `fd` in as an image of one layer, with a config
 * made from `config` (its `config` object, architecture, os; `created` now) and the given canonical
 * names. The blob is kept as it came only when it was compressed; see layer-import.c. *ret_id may
 * be NULL. */
typedef struct ImportOptions {
	const ImageConfig *config; /* may be NULL */
	const char *architecture, *variant; /* Go's names: "amd64" */
	const char *comment; /* of the history entry, or NULL */
	const char *created; /* RFC 3339; NULL: now */
	/* Asked at the end of the stream, before anything is recorded: whoever makes it says
	 * whether it is whole (a tar cut between two entries looks complete). May be NULL. */
	int (*finish)(void *userdata, Error **err);
	void *userdata;
} ImportOptions;
int store_import_tar(Store *store, int fd, const ImportOptions *o, char *const *names,
		     char **ret_id, Error **err);

/* ---- digests (OpenSSL) ---- */

typedef struct Digest Digest;
Digest *digest_new(void);
void digest_update(Digest *d, const void *data, size_t n);
/* "sha256:…" of everything so far; ends the computation. Caller frees. */
char *digest_final(Digest *d);
Digest *digest_free(Digest *d);
DEFINE_CLEANUP(Digest, digest_free)
/* Of bytes in memory. Caller frees. */
char *digest_of(const void *data, size_t n);
