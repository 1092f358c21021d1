/* store-garbage: removes layers and blobs that no image and no container needs. */
#include "libimage/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/store-internal.h"

#define CONTAINER_CONFIG_MAX (16 * 1024 * 1024)

/* ---- what is needed ---- */

/* What libimage wants to know of a container's config.json. */
typedef struct ContainerLayers {
	char **layers;
} ContainerLayers;

typedef struct ContainerUse {
	ContainerLayers racker;
} ContainerUse;

static const JsonField container_layers_fields[] = {
	JSON_STRV(ContainerLayers, "Layers", layers, 0),
	JSON_END,
};
static const JsonType container_layers_type = { "Racker", sizeof(ContainerLayers),
						container_layers_fields };
static const JsonField container_use_fields[] = {
	JSON_OBJECT(ContainerUse, "Racker", racker, &container_layers_type, 0),
	JSON_END,
};
static const JsonType container_use_type = { "container", sizeof(ContainerUse),
					     container_use_fields };

/* A container whose file cannot be read might need any layer: then nothing is removed. */
static int add_container(Store *store, const char *id, json_t *needed, Error **err)
{
	cleanup_free char *path = xasprintf("containers/%s/config.json", id);
	cleanup_error Error *e = NULL;
	ContainerUse use = { 0 };
	int r = json_read_file(store_fd(store), path, CONTAINER_CONFIG_MAX, &container_use_type,
			       &use, &e);

	if (r >= 0)
		STRV_FOREACH(layer, use.racker.layers)
			json_object_set_new(needed, *layer, json_true());
	json_clear(&container_use_type, &use);
	/* The folder's lock is there too. */
	return r < 0 && r != -ENOENT && r != -ENOTDIR ? error_propagate(err, steal(&e)) : 0;
}

static int add_containers(Store *store, json_t *needed, Error **err)
{
	int fd = fs_open_dir(store_fd(store), "containers"), r = 0;
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		(void)fd_close(fd);
		return fd == -ENOENT ? 0 : error_errno(err, errno, "read containers");
	}
	while (r >= 0 && (e = readdir(d)))
		if (*e->d_name != '.')
			r = add_container(store, e->d_name, needed, err);
	return r;
}

static void add_image_layers(const ImageIndex *index, json_t *needed)
{
	for (size_t i = 0; i < index->n; i++) {
		const ImageRecord *image = &index->images[i];

		STRV_FOREACH(layer, image->layers)
			json_object_set_new(needed, *layer, json_true());
		for (size_t k = 0; k < image->n_prepared; k++)
			json_object_set_new(needed, image->prepared[k].layer, json_true());
	}
}

/* The blobs of an image: config, manifest, and what the manifest names. */
static void add_image_blobs(Store *store, const ImageRecord *image, json_t *needed)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_json json_t *manifest = NULL;
	const json_t *layer;
	size_t i;

	json_object_set_new(needed, digest_hex(image->id), json_true());
	if (!image->manifest)
		return;
	json_object_set_new(needed, digest_hex(image->manifest), json_true());
	if (blob_read(store, image->manifest, IMAGE_MAX_MANIFEST, &text) < 0 ||
	    json_parse(text.data, text.len, "manifest", &manifest, NULL) < 0)
		return;
	json_array_foreach(json_object_get(manifest, "layers"), i, layer) {
		const char *digest = json_string_value(json_object_get(layer, "digest"));

		if (digest && digest_valid(digest))
			json_object_set_new(needed, digest_hex(digest), json_true());
	}
}

/* ---- removing the rest ---- */

typedef struct Sweep {
	Store *store;
	int dirfd;
	const json_t *needed;
	char ***deleted;
} Sweep;

static int sweep_blob(const Sweep *s, const char *name)
{
	if (!json_object_get(s->needed, name))
		(void)fs_remove_tree(s->dirfd, name);
	return 0;
}

/* The record goes first: a directory without one is garbage, a record without one would be a lie.
 */
static int sweep_layer(const Sweep *s, const char *name)
{
	const char *dot = strchr(name, '.');
	cleanup_free char *id = xstrndup(name, dot ? (size_t)(dot - name) : strlen(name));
	cleanup_free char *record_name = xasprintf("%s.json", id);
	LayerRecord record = { 0 };

	if (json_object_get(s->needed, id))
		return 0;
	if (layer_read(s->store, id, &record, NULL) >= 0 && s->deleted &&
	    digest_valid(record.chain_id))
		strv_add(s->deleted, record.chain_id);
	json_clear(&layer_record_type, &record);
	(void)unlinkat(s->dirfd, record_name, 0);
	(void)fs_remove_tree(s->dirfd, id);
	return 0;
}

static int sweep(Store *store, const char *dir, const json_t *needed, char ***deleted,
		 int (*one)(const Sweep *s, const char *name), Error **err)
{
	int fd = fs_open_dir(store_fd(store), dir);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	Sweep s = { .store = store, .dirfd = fd, .needed = needed, .deleted = deleted };
	cleanup_strv char **names = NULL;
	struct dirent *e;

	if (!d) {
		(void)fd_close(fd);
		return error_errno(err, fd < 0 ? -fd : errno, "read %s/%s", store_path(store), dir);
	}
	/* Names first: a directory must not change while it is read. */
	while ((e = readdir(d)))
		if (!streq(e->d_name, ".") && !streq(e->d_name, ".."))
			strv_add(&names, e->d_name);
	STRV_FOREACH(name, names)
		(void)one(&s, *name);
	return 0;
}

/* 1 when nobody takes an image in, which then stays so as long as the descriptor is open. */
static int exclude_ingest(Store *store, int *ret_fd, Error **err)
{
	int fd = fs_lock(store_fd(store), STORE_INGEST_LOCK, LOCK_EX | LOCK_NB);

	if (fd == -EWOULDBLOCK)
		return 0;
	if (fd < 0)
		return error_errno(err, -fd, "lock %s", store_path(store));
	*ret_fd = fd;
	return 1;
}

static int collect_layers(Store *store, const ImageIndex *index, char ***ret_deleted, Error **err)
{
	cleanup_json json_t *needed = json_object();
	int r;

	add_image_layers(index, needed);
	r = add_containers(store, needed, err);
	return r < 0 ? r : sweep(store, "layers", needed, ret_deleted, sweep_layer, err);
}

int store_collect_layers(Store *store, const ImageIndex *index, Error **err)
{
	cleanup_fd int ingest = -1;
	int r = exclude_ingest(store, &ingest, err);

	return r <= 0 ? r : collect_layers(store, index, NULL, err);
}

int store_collect_garbage(Store *store, const ImageIndex *index, char ***ret_deleted, Error **err)
{
	cleanup_json json_t *needed = json_object();
	cleanup_fd int ingest = -1;
	int r = exclude_ingest(store, &ingest, err);

	if (r > 0)
		r = collect_layers(store, index, ret_deleted, err);
	if (r < 0 || ingest < 0)
		return r;
	for (size_t i = 0; i < index->n; i++)
		add_image_blobs(store, &index->images[i], needed);
	return sweep(store, "oci/blobs/sha256", needed, NULL, sweep_blob, err);
}
