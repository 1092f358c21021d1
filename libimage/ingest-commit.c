/* ingest-commit: settles the layers of an image in order and makes them and it visible. */
#include "libimage/ingest.h"

#include <fcntl.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/timestamp.h"
#include "libimage/layer-settle.h"
#include "libimage/store-internal.h"

int ingest_unpack_cached(Ingest *in, size_t i, Error **err)
{
	LayerJob *job;
	int r = layer_job_new(in, i, &job, err);

	if (r < 0)
		return r;
	r = layer_job_wait(job, err);
	layer_job_free(job);
	return r;
}

static int wait_for_layer(Ingest *in, size_t i, Error **err)
{
	IngestLayer *layer = &in->layers[i];
	int r = 0;

	if (layer->job && !layer->staged)
		r = layer_job_wait(layer->job, err);
	else if (layer->duplicate)
		r = ingest_unpack_cached(in, i, err);
	if (r >= 0 && !layer->id && !layer->staged)
		r = error_set(err, EINVAL, "layer %s is missing", layer->descriptor.digest);
	return r;
}

/* ---- settling ---- */

static int open_layer(Ingest *in, const IngestLayer *layer, Error **err)
{
	cleanup_free char *path = layer->id ? xasprintf("layers/%s", layer->id) : NULL;
	int fd = path ? fs_open_dir(store_fd(in->store), path)
		      : fcntl(layer->rootfd, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return error_errno(err, path ? -fd : errno, "open layer %s", layer->chain_id);
	return fd;
}

static int settle_layers(Ingest *in, Error **err)
{
	LowerView lower = { .xattr_prefix = store_xattr_prefix(in->store) };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < in->n_layers; i++) {
		IngestLayer *layer = &in->layers[i];

		if (layer->staged && !layer->id)
			r = layer_settle(layer->result.tree, &lower, err);
		if (r < 0) {
			r = error_prefix(err, r, "layer %s", layer->descriptor.digest);
			break;
		}
		r = open_layer(in, layer, err);
		if (r >= 0)
			lower_view_add(&lower, r);
	}
	lower_view_clear(&lower);
	return r < 0 ? r : 0;
}

/* ---- moving in ---- */

static int move_layer(Ingest *in, size_t i, Error **err)
{
	IngestLayer *layer = &in->layers[i];
	cleanup_free char *id = layer_choose_id(in->store, layer->chain_id);
	cleanup_free char *from = ingest_layer_dir(i), *to = xasprintf("layers/%s", id);
	LayerRecord record = { .chain_id = layer->chain_id,
			       .diff_id = layer->diff_id,
			       .parent = i ? in->layers[i - 1].id : NULL,
			       .size = layer->result.size };
	int r;

	/* A directory without a record is what a killed program left. */
	r = fs_remove_tree(store_fd(in->store), to);
	if (r >= 0 && renameat(in->stage_fd, from, store_fd(in->store), to) < 0)
		r = -errno;
	if (r < 0)
		return error_errno(err, -r, "move layer to %s/%s", store_path(in->store), to);
	r = layer_write(in->store, id, &record, 0, err);
	if (r >= 0)
		layer->id = steal(&id);
	return r;
}

/* What another program has brought in the meantime, by another blob, is not moved; the others are
 * marked before any of them can be found. */
static int mark_layers(Ingest *in, bool *ret_any, Error **err)
{
	cleanup_strv char **ids = NULL;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < in->n_layers; i++) {
		IngestLayer *layer = &in->layers[i];

		if (!layer->id)
			r = layer_find(in->store, layer->chain_id, &layer->id, err);
		if (r >= 0 && !layer->id)
			strv_push(&ids, layer_choose_id(in->store, layer->chain_id));
	}
	*ret_any = strv_length(ids) > 0;
	return r < 0 || !*ret_any ? r : store_mark_unsynced(in->store, ids, err);
}

static int move_layers(Ingest *in, bool *ret_moved, Error **err)
{
	int r = mark_layers(in, ret_moved, err);

	for (size_t i = 0; r >= 0 && i < in->n_layers; i++)
		if (!in->layers[i].id)
			r = move_layer(in, i, err);
	return r < 0 ? r : 0;
}

static int64_t total_size(const Ingest *in)
{
	int64_t size = 0;

	for (size_t i = 0; i < in->n_layers; i++) {
		LayerRecord record = { 0 };

		if (layer_read(in->store, in->layers[i].id, &record, NULL) >= 0)
			size += record.size;
		json_clear(&layer_record_type, &record);
	}
	return size;
}

static int record_image(Ingest *in, char *const *names, char *const *repo_digests, Error **err)
{
	ImageRecord record = {
		.id = xstrdup(in->id),
		.manifest = xstrdup(in->manifest_digest),
		.manifest_type = xstrdup(in->manifest_type),
		.manifest_size = (int64_t)in->manifest.len,
		.names = strv_copy(names),
		.repo_digests = strv_copy(repo_digests),
		.pulled = timestamp_text(timestamp_current()),
		.size = total_size(in),
		.parent = xstrdup(in->parent),
	};
	int r = blob_write(in->store, in->id, in->config.data, in->config.len, err);

	if (r >= 0)
		r = blob_write(in->store, in->manifest_digest, in->manifest.data, in->manifest.len,
			       err);
	for (size_t i = 0; i < in->n_layers; i++)
		strv_add(&record.layers, in->layers[i].id);
	if (r >= 0)
		r = image_record_put(in->store, &record, err);
	json_clear(&image_record_type, &record);
	return r;
}

int ingest_commit(Ingest *in, char *const *names, char *const *repo_digests, char **ret_id,
		  Error **err)
{
	cleanup_fd int lock = -1;
	bool moved = false;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < in->n_layers; i++)
		r = wait_for_layer(in, i, err);
	if (r >= 0)
		r = settle_layers(in, err);
	if (r < 0)
		return r;
	lock = store_lock(in->store, LOCK_EX, err);
	if (lock < 0)
		return lock;
	r = move_layers(in, &moved, err);
	if (r >= 0)
		r = record_image(in, names, repo_digests, err);
	lock = fd_close(lock);
	if (moved)
		store_sync_later(in->store);
	if (r >= 0 && ret_id)
		*ret_id = xstrdup(in->id);
	return r;
}
