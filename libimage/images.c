/* images: images.json, the names and layers of all images. */
#include "libimage/store.h"

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/store-internal.h"

#define IMAGES_FILE "images.json"
/* Some 50,000 images. */
#define IMAGES_MAX_SIZE (64 * 1024 * 1024)
#define IMAGES_VERSION 1

static const JsonField prepared_fields[] = {
	JSON_STRING(PreparedRecord, "recipe", recipe, JSON_REQUIRED),
	JSON_STRING(PreparedRecord, "layer", layer, JSON_REQUIRED),
	JSON_END,
};
static const JsonType prepared_type = { "prepared layer", sizeof(PreparedRecord), prepared_fields };

static const JsonField image_record_fields[] = {
	JSON_STRING(ImageRecord, "id", id, JSON_REQUIRED),
	JSON_STRING(ImageRecord, "manifest", manifest, JSON_OMIT_EMPTY),
	JSON_STRING(ImageRecord, "manifestType", manifest_type, JSON_OMIT_EMPTY),
	JSON_INT(ImageRecord, "manifestSize", manifest_size, 0),
	JSON_STRV(ImageRecord, "names", names, 0),
	JSON_STRV(ImageRecord, "repoDigests", repo_digests, JSON_OMIT_EMPTY),
	JSON_STRV(ImageRecord, "layers", layers, 0),
	JSON_STRING(ImageRecord, "pulled", pulled, 0),
	JSON_INT(ImageRecord, "size", size, 0),
	JSON_STRING(ImageRecord, "parent", parent, JSON_OMIT_EMPTY),
	JSON_ARRAY(ImageRecord, "prepared", prepared, n_prepared, &prepared_type, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType image_record_type = { "image", sizeof(ImageRecord), image_record_fields };

static const JsonField image_index_fields[] = {
	JSON_INT(ImageIndex, "version", version, JSON_REQUIRED),
	JSON_ARRAY(ImageIndex, "images", images, n, &image_record_type, 0),
	JSON_END,
};
static const JsonType image_index_type = { "images.json", sizeof(ImageIndex), image_index_fields };

void image_index_clear(ImageIndex *index)
{
	json_clear(&image_index_type, index);
}

/* What the rest of the program builds paths from must be what we write ourselves. */
static int check_record(const ImageRecord *image, Error **err)
{
	if (!digest_valid(image->id) || (image->manifest && !digest_valid(image->manifest)))
		return error_set(err, EINVAL, "%s: invalid digest", image->id);
	STRV_FOREACH(layer, image->layers)
		if (!layer_id_valid(*layer))
			return error_set(err, EINVAL, "%s: invalid layer", image->id);
	for (size_t i = 0; i < image->n_prepared; i++)
		if (!layer_id_valid(image->prepared[i].layer))
			return error_set(err, EINVAL, "%s: invalid layer", image->id);
	return 0;
}

int image_index_decode(const json_t *value, ImageIndex *ret, Error **err)
{
	ImageIndex index = { 0 };
	int r = json_decode(value, &image_index_type, &index, err);

	for (size_t i = 0; r >= 0 && i < index.n; i++)
		r = check_record(&index.images[i], err);
	if (r >= 0 && index.version > IMAGES_VERSION)
		r = error_set(err, EPROTONOSUPPORT, "written by a newer racker");
	if (r < 0) {
		image_index_clear(&index);
		return r;
	}
	*ret = index;
	return 0;
}

int image_index_read(Store *store, ImageIndex *ret, Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_free char *path = NULL;
	cleanup_json json_t *value = NULL;
	int r = fs_read_file(store_fd(store), IMAGES_FILE, IMAGES_MAX_SIZE, &text);

	if (r == -ENOENT) {
		*ret = (ImageIndex){ .version = IMAGES_VERSION };
		return 0;
	}
	if (r < 0)
		return error_errno(err, -r, "read %s/" IMAGES_FILE, store_path(store));
	path = xasprintf("%s/" IMAGES_FILE, store_path(store));
	r = json_parse(text.data, text.len, path, &value, err);
	if (r < 0)
		return r;
	r = image_index_decode(value, ret, err);
	return r < 0 ? error_prefix(err, r, "%s", path) : 0;
}

int image_index_write(Store *store, const ImageIndex *index, Error **err)
{
	int r = json_write_file(store_fd(store), IMAGES_FILE, &image_index_type, index, 0600,
				FS_SYNC, err);

	/* What skopeo sees follows from it and can be made again. */
	return r < 0 ? r : store_write_index(store, index->images, index->n, err);
}

ImageRecord *image_index_find(const ImageIndex *index, const char *id)
{
	for (size_t i = 0; i < index->n; i++)
		if (streq(index->images[i].id, id))
			return &index->images[i];
	return NULL;
}

static void string_replace(char **s, const char *with)
{
	char *copy = xstrdup(with);

	free(*s);
	*s = copy;
}

void image_index_remove(ImageIndex *index, ImageRecord *record)
{
	size_t i = (size_t)(record - index->images);

	/* What was built on it is built on what it was built on. */
	for (size_t j = 0; j < index->n; j++)
		if (streq_null(index->images[j].parent, record->id))
			string_replace(&index->images[j].parent, record->parent);
	json_clear(&image_record_type, record);
	memmove(record, record + 1, (index->n - i - 1) * sizeof(*record));
	index->n--;
}

ImageRecord *image_index_add(ImageIndex *index, const char *id)
{
	ImageRecord *record;

	index->images = xreallocarray(index->images, index->n + 1, sizeof(*index->images));
	record = &index->images[index->n++];
	*record = (ImageRecord){ .id = xstrdup(id) };
	return record;
}

static void strv_remove(char **v, const char *s)
{
	size_t n = 0;

	for (size_t i = 0; v && v[i]; i++) {
		if (streq(v[i], s))
			free(v[i]);
		else
			v[n++] = v[i];
	}
	if (v)
		v[n] = NULL;
}

static void strv_add_once(char ***v, char *const *more)
{
	STRV_FOREACH(s, more)
		if (!strv_contains(*v, *s))
			strv_add(v, *s);
}

bool image_record_untag(ImageRecord *record, const char *name)
{
	bool had = strv_contains(record->names, name);

	strv_remove(record->names, name);
	return had;
}

/* Prepared layers stay: they belong to the image's ID. Its layers are the same whoever pulled them,
 * but the short IDs may be new after a repair. */
static void record_update(ImageRecord *to, const ImageRecord *from)
{
	strv_add_once(&to->names, from->names);
	strv_add_once(&to->repo_digests, from->repo_digests);
	strv_free(to->layers);
	to->layers = strv_copy(from->layers);
	string_replace(&to->manifest, from->manifest);
	string_replace(&to->manifest_type, from->manifest_type);
	string_replace(&to->pulled, from->pulled);
	to->manifest_size = from->manifest_size;
	to->size = from->size;
	if (from->parent)
		string_replace(&to->parent, from->parent);
}

int image_record_put(Store *store, const ImageRecord *record, Error **err)
{
	cleanup_image_index ImageIndex index = { 0 };
	ImageRecord *own;
	int r = image_index_read(store, &index, err);

	if (r < 0)
		return r;
	own = image_index_find(&index, record->id);
	if (!own)
		own = image_index_add(&index, record->id);
	for (size_t i = 0; i < index.n; i++)
		STRV_FOREACH(name, record->names)
			(void)image_record_untag(&index.images[i], *name);
	record_update(own, record);
	return image_index_write(store, &index, err);
}
