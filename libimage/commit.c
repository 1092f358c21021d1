#include "libimage/commit.h"

#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/timestamp.h"
#include "libimage/ingest.h"
#include "libimage/layer-blob.h"
#include "libimage/manifest.h"
#include "libimage/store-internal.h"

#define MAX_REQUEST ((size_t)16 << 20)
#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define CONFIG_TYPE "application/vnd.oci.image.config.v1+json"

typedef struct Request {
	char *base, *name, *author, *comment, *created_by;
	char **layers, **exclude;
	json_t *config;
} Request;

static const JsonField request_fields[] = {
	JSON_STRING(Request, "base", base, JSON_REQUIRED),
	JSON_STRV(Request, "layers", layers, 0),
	JSON_STRV(Request, "exclude", exclude, 0),
	JSON_STRING(Request, "name", name, 0),
	JSON_STRING(Request, "author", author, 0),
	JSON_STRING(Request, "comment", comment, 0),
	JSON_STRING(Request, "createdBy", created_by, 0),
	JSON_RAW(Request, "config", config, JSON_REQUIRED),
	JSON_END,
};
static const JsonType request_type = { "commit", sizeof(Request), request_fields };

/* The new image while it is made. */
typedef struct Commit {
	Store *store;
	Request q;
	char *created;
	json_t *base_config;
	size_t n_base;
	json_t *diff_ids, *history, *descriptors;
	Strbuf config, manifest;
	char *id, *manifest_digest;
	LayerDescriptor *layers; /* of the whole image */
	size_t n_layers;
} Commit;

static void commit_clear(Commit *c)
{
	json_clear(&request_type, &c->q);
	free(c->created);
	json_decref(c->base_config);
	json_decref(c->diff_ids);
	json_decref(c->history);
	json_decref(c->descriptors);
	strbuf_clear(&c->config);
	strbuf_clear(&c->manifest);
	free(c->id);
	free(c->manifest_digest);
	for (size_t i = 0; i < c->n_layers; i++) {
		free(c->layers[i].media_type);
		free(c->layers[i].digest);
	}
	free(c->layers);
}

/* ---- the image that it is made of ---- */

/* The same blob under OCI's name: documents must not mix both kinds. */
static const char *oci_type(const char *type)
{
	static const char *const names[][2] = {
		{ "application/vnd.docker.image.rootfs.diff.tar.gzip",
		  "application/vnd.oci.image.layer.v1.tar+gzip" },
		{ "application/vnd.docker.image.rootfs.diff.tar.zstd",
		  "application/vnd.oci.image.layer.v1.tar+zstd" },
		{ "application/vnd.docker.image.rootfs.diff.tar",
		  "application/vnd.oci.image.layer.v1.tar" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (type && streq(type, names[i][0]))
			return names[i][1];
	return type ? type : "application/vnd.oci.image.layer.v1.tar+gzip";
}

static void add_layer(Commit *c, const char *type, const char *digest, int64_t size)
{
	c->layers = xreallocarray(c->layers, c->n_layers + 1, sizeof(*c->layers));
	c->layers[c->n_layers++] = (LayerDescriptor){ .media_type = xstrdup(type),
						      .digest = xstrdup(digest),
						      .size = size };
	json_array_append_new(c->descriptors,
			      json_pack("{s:s, s:s, s:I}", "mediaType", type, "digest", digest,
					"size", (json_int_t)size));
}

static int read_blob(Store *store, const char *digest, size_t limit, Strbuf *ret, Error **err)
{
	int r = blob_read(store, digest, limit, ret);

	return r < 0 ? error_errno(err, -r, "read blob %s", digest) : 0;
}

static int read_base_manifest(Commit *c, const ImageRecord *base, Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_manifest Manifest *m = NULL;
	int r = read_blob(c->store, base->manifest, IMAGE_MAX_MANIFEST, &text, err);

	if (r >= 0)
		r = manifest_parse(text.data, text.len, base->manifest_type, &m, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < m->n_layers; i++)
		add_layer(c, oci_type(m->layers[i].media_type), m->layers[i].digest,
			  m->layers[i].size);
	return 0;
}

static int read_base_config(Commit *c, const ImageRecord *base, Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	json_t *list, *item;
	size_t i;
	int r = read_blob(c->store, base->id, IMAGE_MAX_CONFIG, &text, err);

	if (r >= 0)
		r = json_parse(text.data, text.len, "image config", &c->base_config, err);
	if (r < 0)
		return r;
	list = json_object_get(json_object_get(c->base_config, "rootfs"), "diff_ids");
	json_array_foreach(list, i, item)
		json_array_append(c->diff_ids, item);
	list = json_object_get(c->base_config, "history");
	json_array_foreach(list, i, item)
		json_array_append(c->history, item);
	return 0;
}

static int read_base(Commit *c, Error **err)
{
	cleanup_image_index ImageIndex index = { 0 };
	const ImageRecord *base;
	int r = image_index_read(c->store, &index, err);

	if (r < 0)
		return r;
	base = image_index_find(&index, c->q.base);
	if (!base)
		return error_set(err, ENOENT, "No such image: %s", c->q.base);
	c->n_base = strv_length(base->layers);
	r = read_base_manifest(c, base, err);
	if (r >= 0)
		r = read_base_config(c, base, err);
	if (r >= 0 && (c->n_layers != c->n_base || strv_length(c->q.layers) < c->n_base))
		r = error_set(err, EINVAL, "image %s has other layers than the container",
			      c->q.base);
	return r;
}

/* ---- layers that are new ---- */

static void add_history(Commit *c, const char *created_by, const char *comment, bool empty)
{
	json_t *entry = json_pack("{s:s}", "created", c->created);

	if (created_by)
		json_object_set_new(entry, "created_by", json_string(created_by));
	if (!str_empty(c->q.author))
		json_object_set_new(entry, "author", json_string(c->q.author));
	if (!str_empty(comment))
		json_object_set_new(entry, "comment", json_string(comment));
	if (empty)
		json_object_set_new(entry, "empty_layer", json_true());
	json_array_append_new(c->history, entry);
}

static int add_directory(Commit *c, int fd, char *const *exclude, const char *created_by,
			 const char *comment, Error **err)
{
	LayerBlob blob;
	bool empty;
	int r = layer_blob_make(c->store, fd, exclude, &blob, err);

	if (r < 0)
		return r;
	empty = streq(blob.diff_id, LAYER_EMPTY_DIFF_ID);
	if (!empty) {
		add_layer(c, blob.descriptor.media_type, blob.descriptor.digest,
			  blob.descriptor.size);
		json_array_append_new(c->diff_ids, json_string(blob.diff_id));
	}
	add_history(c, created_by, comment, empty);
	layer_blob_clear(&blob);
	return 0;
}

/* What provisioning has added to the image is a layer without a blob so far. */
static int add_prepared(Commit *c, Error **err)
{
	for (char **l = c->q.layers + c->n_base; c->q.layers && *l; l++) {
		cleanup_free char *path = xasprintf("layers/%s", *l);
		cleanup_fd int fd =
			layer_id_valid(*l) ? fs_open_dir(store_fd(c->store), path) : -EINVAL;
		int r;

		if (fd < 0)
			return error_errno(err, -fd, "open layer %s", *l);
		r = add_directory(c, fd, NULL, "racker: prepare for booting", NULL, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- documents ---- */

static void copy_key(json_t *to, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);

	if (value && !json_is_null(value))
		json_object_set(to, key, value);
}

static void make_config(Commit *c)
{
	static const char *const keys[] = { "architecture", "variant", "os", "os.version",
					    "os.features" };
	cleanup_json json_t *o = json_pack("{s:s}", "created", c->created);
	cleanup_free char *text = NULL;

	if (!str_empty(c->q.author))
		json_object_set_new(o, "author", json_string(c->q.author));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		copy_key(o, c->base_config, keys[i]);
	json_object_set(o, "config", c->q.config);
	json_object_set_new(o, "rootfs",
			    json_pack("{s:s, s:O}", "type", "layers", "diff_ids", c->diff_ids));
	json_object_set(o, "history", c->history);
	text = json_text(o);
	strbuf_adds(&c->config, text);
	c->id = digest_of(c->config.data, c->config.len);
}

static void make_manifest(Commit *c)
{
	cleanup_json json_t *o =
		json_pack("{s:i, s:s, s:{s:s, s:s, s:I}, s:O}", "schemaVersion", 2, "mediaType",
			  MANIFEST_TYPE, "config", "mediaType", CONFIG_TYPE, "digest", c->id,
			  "size", (json_int_t)c->config.len, "layers", c->descriptors);
	cleanup_free char *text = json_text(o);

	strbuf_adds(&c->manifest, text);
	c->manifest_digest = digest_of(c->manifest.data, c->manifest.len);
}

/* ---- taking it in ---- */

/* As a pull would, from the blobs that are there now: so the layers are what others will get. */
static int take_in(Commit *c, char **ret_id, Error **err)
{
	const IngestSource source = {
		.manifest = c->manifest.data,
		.manifest_size = c->manifest.len,
		.manifest_digest = c->manifest_digest,
		.manifest_type = MANIFEST_TYPE,
		.config = c->config.data,
		.config_size = c->config.len,
		.config_digest = c->id,
		.layers = c->layers,
		.n_layers = c->n_layers,
		.parent = streq_null(c->q.base, c->id) ? NULL : c->q.base,
	};
	char *const names[] = { c->q.name, NULL };
	cleanup_ingest Ingest *in = NULL;
	int r = ingest_new(c->store, &source, &in, err);

	for (size_t i = 0; r >= 0 && i < c->n_layers; i++)
		if (ingest_layer_state(in, i) == LAYER_CACHED)
			r = ingest_unpack_cached(in, i, err);
	return r < 0 ? r : ingest_commit(in, names, NULL, ret_id, err);
}

static int read_request(int fd, Request *ret, Error **err)
{
	cleanup_free char *path = xasprintf("/proc/self/fd/%d", fd);
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_json json_t *value = NULL;
	int r = fs_read_file(AT_FDCWD, path, MAX_REQUEST, &text);

	if (r < 0)
		return error_errno(err, -r, "read the request");
	r = json_parse(text.data, text.len, "request", &value, err);
	return r < 0 ? r : json_decode(value, &request_type, ret, err);
}

int commit_run(Store *store, int fd, int upper, char **ret_id, Error **err)
{
	cleanup(commit_clear) Commit c = { .store = store,
					   .created = timestamp_text(timestamp_current()),
					   .diff_ids = json_array(),
					   .history = json_array(),
					   .descriptors = json_array() };
	cleanup_fd int lock = -1;
	int r = read_request(fd, &c.q, err);

	if (r < 0)
		return r;
	lock = fs_lock(store_fd(store), STORE_INGEST_LOCK, LOCK_SH);
	if (lock < 0)
		return error_errno(err, -lock, "lock %s", store_path(store));
	r = read_base(&c, err);
	if (r >= 0)
		r = add_prepared(&c, err);
	if (r >= 0 && upper >= 0)
		r = add_directory(&c, upper, c.q.exclude, c.q.created_by, c.q.comment, err);
	else if (r >= 0)
		add_history(&c, c.q.created_by, c.q.comment, true);
	if (r < 0)
		return r;
	if (c.n_layers > IMAGE_MAX_LAYERS)
		return error_set(err, EFBIG, "the image would have more than %d layers",
				 IMAGE_MAX_LAYERS);
	make_config(&c);
	make_manifest(&c);
	return take_in(&c, ret_id, err);
}
