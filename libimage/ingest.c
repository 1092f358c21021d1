#include "libimage/ingest.h"

#include <fcntl.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/store-internal.h"

char *ingest_layer_dir(size_t i)
{
	return xasprintf("%zu", i);
}

/* ---- what the image needs ---- */

/* Image-spec, config.md: the chain ID of a layer names it together with all below it. */
static void set_chain_ids(Ingest *in)
{
	for (size_t i = 0; i < in->n_layers; i++) {
		IngestLayer *layer = &in->layers[i];
		cleanup_free char *text = NULL;

		if (i == 0) {
			layer->chain_id = xstrdup(layer->diff_id);
			continue;
		}
		text = xasprintf("%s %s", in->layers[i - 1].chain_id, layer->diff_id);
		layer->chain_id = digest_of(text, strlen(text));
	}
}

static int check_descriptor(const LayerDescriptor *d, Error **err)
{
	if (!d->digest || !digest_valid(d->digest))
		return error_set(err, EINVAL, "unsupported layer digest");
	return d->size < 0 ? error_set(err, EINVAL, "layer %s: negative size", d->digest) : 0;
}

static int set_layers(Ingest *in, const IngestSource *source, Error **err)
{
	cleanup_image Image *image = xnew0(Image, 1);
	int r = image_config_decode(source->config, source->config_size, image, err);

	if (r < 0)
		return r;
	if (strv_length(image->diff_ids) != source->n_layers)
		return error_set(err, EINVAL,
				 "the manifest has %zu layers, the image's config has %zu",
				 source->n_layers, strv_length(image->diff_ids));
	in->layers = xnew0(IngestLayer, source->n_layers + 1);
	in->n_layers = source->n_layers;
	for (size_t i = 0; i < in->n_layers; i++) {
		const LayerDescriptor *d = &source->layers[i];
		IngestLayer *layer = &in->layers[i];

		layer->rootfd = -1;
		r = check_descriptor(d, err);
		if (r < 0)
			return r;
		layer->diff_id = xstrdup(image->diff_ids[i]);
		layer->descriptor = (LayerDescriptor){ .media_type = xstrdup(d->media_type),
						       .digest = xstrdup(d->digest),
						       .size = d->size };
	}
	set_chain_ids(in);
	return 0;
}

static bool is_duplicate(const Ingest *in, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!in->layers[k].id &&
		    streq(in->layers[k].descriptor.digest, in->layers[i].descriptor.digest))
			return true;
	return false;
}

static int set_state(Ingest *in, size_t i, Error **err)
{
	IngestLayer *layer = &in->layers[i];
	int r;

	free(layer->id);
	layer->id = NULL;
	r = layer_find(in->store, layer->chain_id, &layer->id, err);
	if (r < 0)
		return r;
	layer->duplicate = !layer->id && is_duplicate(in, i);
	if (layer->id || layer->duplicate)
		layer->state = LAYER_PRESENT;
	else if (blob_size(in->store, layer->descriptor.digest) == layer->descriptor.size)
		layer->state = LAYER_CACHED;
	else
		layer->state = LAYER_MISSING;
	return 0;
}

static int set_states(Ingest *in, Error **err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < in->n_layers; i++)
		r = set_state(in, i, err);
	return r;
}

/* ---- locks ---- */

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* One lock for each blob there is work on, in the order of their names: two programs with the same
 * layers in another order would else wait for each other for ever. */
static int lock_work(Ingest *in, Error **err)
{
	size_t n;

	for (size_t i = 0; i < in->n_layers; i++) {
		const IngestLayer *layer = &in->layers[i];

		if (layer->state != LAYER_PRESENT)
			strv_add(&in->work_keys, digest_hex(layer->descriptor.digest));
	}
	n = strv_length(in->work_keys);
	if (n == 0)
		return 0;
	qsort(in->work_keys, n, sizeof(*in->work_keys), compare_strings);
	in->work_locks = xnew(int, n);
	for (size_t i = 0; i < n; i++)
		in->work_locks[i] = -1;
	for (size_t i = 0; i < n; i++) {
		in->work_locks[i] = store_work_lock(in->store, in->work_keys[i], err);
		if (in->work_locks[i] < 0)
			return in->work_locks[i];
	}
	return 0;
}

static void unlock_work(Ingest *in)
{
	for (size_t i = 0; in->work_locks && in->work_keys[i]; i++)
		store_work_unlock(in->store, in->work_keys[i], in->work_locks[i]);
}

/* ---- the public face ---- */

static int prepare(Ingest *in, const IngestSource *source, Error **err)
{
	int r;

	if (source->config_size > IMAGE_MAX_CONFIG || source->manifest_size > IMAGE_MAX_MANIFEST)
		return error_set(err, EFBIG, "the image's config or manifest is too big");
	strbuf_add(&in->manifest, source->manifest, source->manifest_size);
	strbuf_add(&in->config, source->config, source->config_size);
	in->manifest_digest = xstrdup(source->manifest_digest);
	in->manifest_type = xstrdup(source->manifest_type);
	in->id = xstrdup(source->config_digest);
	r = set_layers(in, source, err);
	if (r < 0)
		return r;
	in->lock = fs_lock(store_fd(in->store), STORE_INGEST_LOCK, LOCK_SH);
	if (in->lock < 0)
		return error_errno(err, -in->lock, "lock %s", store_path(in->store));
	r = set_states(in, err);
	if (r >= 0)
		r = lock_work(in, err);
	/* Who had the locks before us may have done the work. */
	if (r >= 0)
		r = set_states(in, err);
	if (r < 0)
		return r;
	in->stage_fd = store_stage_new(in->store, "ingest", &in->stage, err);
	return in->stage_fd < 0 ? in->stage_fd : 0;
}

int ingest_new(Store *store, const IngestSource *source, Ingest **ret, Error **err)
{
	cleanup_ingest Ingest *in = xnew0(Ingest, 1);
	int r;

	in->store = store;
	in->parent = xstrdup(source->parent);
	in->lock = in->stage_fd = -1;
	r = prepare(in, source, err);
	if (r < 0)
		return r;
	*ret = steal(&in);
	return 0;
}

LayerState ingest_layer_state(const Ingest *in, size_t i)
{
	return in->layers[i].state;
}

static void layer_clear(IngestLayer *layer)
{
	layer_job_free(layer->job);
	layer_result_clear(&layer->result);
	(void)fd_close(layer->rootfd);
	free(layer->descriptor.media_type);
	free(layer->descriptor.digest);
	free(layer->diff_id);
	free(layer->chain_id);
	free(layer->id);
}

static void remove_partials(Ingest *in)
{
	STRV_FOREACH(key, in->work_keys) {
		cleanup_free char *digest = xasprintf(DIGEST_PREFIX "%s", *key);
		cleanup_free char *path = store_partial_path(digest);

		(void)unlinkat(store_fd(in->store), path, 0);
	}
}

Ingest *ingest_free(Ingest *in)
{
	if (!in)
		return NULL;
	for (size_t i = 0; i < in->n_layers; i++)
		layer_clear(&in->layers[i]);
	if (atomic_load(&in->disk_full))
		remove_partials(in);
	if (in->stage)
		store_stage_remove(in->store, in->stage, in->stage_fd);
	unlock_work(in);
	(void)fd_close(in->lock);
	free(in->parent);
	strbuf_clear(&in->manifest);
	strbuf_clear(&in->config);
	free(in->manifest_digest);
	free(in->manifest_type);
	free(in->id);
	free(in->layers);
	free(in->stage);
	free(in->work_locks);
	strv_free(in->work_keys);
	free(in);
	return NULL;
}
