/*
 * ingest-import: makes an image of a tar stream, for bootstrapped distributions and `racker
 * import`.
 *
 * It is a real OCI image: a config blob, whose digest is the image's ID, and a manifest blob,
 * listed in oci/index.json. The layer's own blob is not kept: the stream may be plain and gigabytes
 * long, and nothing reads it before somebody pushes or saves the image. The manifest therefore
 * names the plain tar (its digest is the diffID, media type …layer.v1.tar), which can be made again
 * from the layer; `skopeo inspect` works on it, copying it needs that blob first.
 */
#include "libimage/ingest.h"

#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/timestamp.h"
#include "libimage/store-internal.h"

#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define CONFIG_TYPE "application/vnd.oci.image.config.v1+json"
#define LAYER_TYPE "application/vnd.oci.image.layer.v1.tar"

static ssize_t read_stream(void *userdata, void *buf, size_t n, Error **err)
{
	const int *fd = userdata;
	ssize_t k;

	do
		k = read(*fd, buf, n);
	while (k < 0 && errno == EINTR);
	return k < 0 ? error_errno(err, errno, "read the tar stream") : k;
}

static int unpack(Ingest *in, int fd, Error **err)
{
	cleanup_free char *dir = ingest_layer_dir(0);
	IngestLayer *layer = &in->layers[0];
	LayerPipe *pipe;
	int r = fs_mkdir_p(in->stage_fd, dir, 0755);

	if (r >= 0)
		r = layer->rootfd = fs_open_dir(in->stage_fd, dir);
	if (r < 0)
		return error_errno(err, -r, "make %s/%s", in->stage, dir);
	pipe = layer_pipe_new(read_stream, &fd, layer->rootfd, store_xattr_prefix(in->store));
	r = layer_pipe_wait(pipe, &layer->result, err);
	layer_pipe_free(pipe);
	if (r < 0)
		return r;
	layer->staged = true;
	layer->diff_id = xstrdup(layer->result.diff_id);
	layer->chain_id = xstrdup(layer->result.diff_id);
	layer->descriptor = (LayerDescriptor){ .media_type = xstrdup(LAYER_TYPE),
					       .digest = xstrdup(layer->result.diff_id),
					       .size = layer->result.tar_size };
	return 0;
}

static void set_optional(json_t *object, const char *key, const char *value)
{
	if (value)
		json_object_set_new(object, key, json_string(value));
}

static void make_config(Ingest *in, const ImportOptions *o)
{
	cleanup_free char *current = timestamp_text(timestamp_current()), *text = NULL;
	const char *created = o->created ? o->created : current;
	ImageConfig none = { 0 };
	json_t *history = json_pack("{s:s}", "created", created);
	cleanup_json json_t *config = json_pack("{s:s, s:s, s:s}", "created", created,
						"architecture", o->architecture, "os", "linux");

	set_optional(config, "variant", o->variant);
	json_object_set_new(config, "config",
			    json_encode(&image_config_type, o->config ? o->config : &none));
	json_object_set_new(config, "rootfs",
			    json_pack("{s:s, s:[s]}", "type", "layers", "diff_ids",
				      in->layers[0].diff_id));
	set_optional(history, "comment", o->comment);
	json_object_set_new(config, "history", json_pack("[o]", history));
	text = json_text(config);
	strbuf_adds(&in->config, text);
	in->id = digest_of(in->config.data, in->config.len);
}

static void make_manifest(Ingest *in)
{
	const LayerDescriptor *d = &in->layers[0].descriptor;
	cleanup_json json_t *manifest =
		json_pack("{s:i, s:s, s:{s:s, s:s, s:I}, s:[{s:s, s:s, s:I}]}", "schemaVersion", 2,
			  "mediaType", MANIFEST_TYPE, "config", "mediaType", CONFIG_TYPE, "digest",
			  in->id, "size", (json_int_t)in->config.len, "layers", "mediaType",
			  d->media_type, "digest", d->digest, "size", (json_int_t)d->size);
	cleanup_free char *text = json_text(manifest);

	strbuf_adds(&in->manifest, text);
	in->manifest_digest = digest_of(in->manifest.data, in->manifest.len);
	in->manifest_type = xstrdup(MANIFEST_TYPE);
}

int store_import_tar(Store *store, int fd, const ImportOptions *o, char *const *names,
		     char **ret_id, Error **err)
{
	cleanup_ingest Ingest *in = xnew0(Ingest, 1);
	int r;

	in->store = store;
	in->stage_fd = -1;
	in->layers = xnew0(IngestLayer, 1);
	in->layers[0].rootfd = -1;
	in->n_layers = 1;
	in->lock = fs_lock(store_fd(store), STORE_INGEST_LOCK, LOCK_SH);
	if (in->lock < 0)
		return error_errno(err, -in->lock, "lock %s", store_path(store));
	in->stage_fd = store_stage_new(store, "import", &in->stage, err);
	if (in->stage_fd < 0)
		return in->stage_fd;
	r = unpack(in, fd, err);
	if (r >= 0 && o->finish)
		r = o->finish(o->userdata, err);
	if (r < 0)
		return r;
	make_config(in, o);
	make_manifest(in);
	return ingest_commit(in, names, NULL, ret_id, err);
}
