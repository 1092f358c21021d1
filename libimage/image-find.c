/* image-find: images by name, digest or ID, and all of them. */
#include "libimage/image.h"

#include "libcommon/alloc.h"
#include "libcommon/timestamp.h"
#include "libimage/reference.h"
#include "libimage/store-internal.h"

/* ---- looking up ---- */

static ImageRecord *find_name(const ImageIndex *index, const char *canonical)
{
	for (size_t i = 0; i < index->n; i++)
		if (strv_contains(index->images[i].names, canonical))
			return &index->images[i];
	return NULL;
}

static ImageRecord *find_repo_digest(const ImageIndex *index, const Reference *ref)
{
	cleanup_free char *wanted =
		xasprintf("%s/%s@%s", ref->registry, ref->repository, ref->digest);

	for (size_t i = 0; i < index->n; i++)
		if (strv_contains(index->images[i].repo_digests, wanted))
			return &index->images[i];
	return NULL;
}

/* A unique head of an ID, with or without "sha256:". */
static ImageRecord *find_id(const ImageIndex *index, const char *text)
{
	const char *hex = startswith(text, DIGEST_PREFIX);
	ImageRecord *found = NULL;
	size_t n;

	hex = hex ? hex : text;
	n = strlen(hex);
	if (n == 0 || strspn(hex, "0123456789abcdef") != n)
		return NULL;
	for (size_t i = 0; i < index->n; i++) {
		if (strncmp(digest_hex(index->images[i].id), hex, n) != 0)
			continue;
		if (found)
			return NULL;
		found = &index->images[i];
	}
	return found;
}

static ImageRecord *find_source(const ImageIndex *index, const char *source)
{
	cleanup_reference Reference *ref = NULL;
	cleanup_free char *canonical = NULL;

	if (!startswith(source, "docker://") || reference_parse(source, &ref, NULL) < 0)
		return NULL;
	canonical = reference_canonical(ref);
	return find_name(index, canonical);
}

/* A catalogue label, or another name of it, stands for the image that was pulled by the label, and
 * for what its first source is. */
static ImageRecord *find_label(const ImageIndex *index, const char *label)
{
	cleanup_catalogue Catalogue *catalogue = NULL;
	cleanup_free char *name = NULL;
	const CatalogueEntry *entry;
	ImageRecord *found;

	/* A broken catalogue is an error where it is used, not in each look-up. */
	if (catalogue_load(&catalogue, NULL) < 0)
		return NULL;
	entry = catalogue_find(catalogue, label);
	if (!entry)
		return NULL;
	name = xasprintf("docker.io/library/%s:latest", entry->label);
	found = find_name(index, name);
	return found ? found : find_source(index, entry->sources[0]);
}

static int no_such_image(const char *name, Error **err)
{
	return error_set(err, ENOENT, "No such image: %s", name);
}

/* By a name as Docker reads it; *ret_ref is set when a name (not an ID) matched. */
static int lookup_reference(const ImageIndex *index, const char *name, ImageRecord **ret,
			    char **ret_ref, Error **err)
{
	cleanup_reference Reference *ref = NULL;
	cleanup_free char *canonical = NULL, *familiar = NULL;
	int r = reference_parse(name, &ref, err);

	if (r < 0)
		return r;
	canonical = reference_canonical(ref);
	*ret = ref->digest ? find_repo_digest(index, ref) : find_name(index, canonical);
	if (*ret) {
		*ret_ref = steal(&canonical);
		return 0;
	}
	*ret = find_id(index, name);
	if (!*ret)
		*ret = find_label(index, name);
	if (*ret)
		return 0;
	familiar = reference_familiar(ref);
	return no_such_image(familiar, err);
}

int image_index_lookup(const ImageIndex *index, const char *name, ImageRecord **ret, char **ret_ref,
		       Error **err)
{
	cleanup_free char *ref = NULL;
	int r = 0;

	/* 64 digits, or a digest alone: never a name. */
	if (reference_is_id(name) || digest_valid(name)) {
		*ret = find_id(index, name);
		if (!*ret)
			return no_such_image(name, err);
	} else {
		r = lookup_reference(index, name, ret, &ref, err);
	}
	if (r >= 0 && ret_ref)
		*ret_ref = steal(&ref);
	return r;
}

/* ---- from a record to an image ---- */

static void add_familiar(char ***v, const char *canonical)
{
	cleanup_reference Reference *ref = NULL;

	if (reference_parse(canonical, &ref, NULL) >= 0)
		strv_push(v, reference_familiar(ref));
}

static int load(Store *store, const ImageRecord *record, Image **ret, Error **err)
{
	cleanup_image Image *image = xnew0(Image, 1);
	cleanup_strbuf Strbuf config = STRBUF_INIT;
	int r = blob_read(store, record->id, IMAGE_MAX_CONFIG, &config);

	if (r < 0)
		return error_errno(err, -r, "read the config of image %s", record->id);
	r = image_config_decode(config.data, config.len, image, err);
	if (r < 0)
		return error_prefix(err, r, "image %s", record->id);
	image->id = xstrdup(record->id);
	STRV_FOREACH(name, record->names)
		add_familiar(&image->repo_tags, *name);
	STRV_FOREACH(digest, record->repo_digests)
		add_familiar(&image->repo_digests, *digest);
	image->layers = strv_copy(record->layers);
	image->size = record->size;
	image->tagged = xstrdup(record->pulled);
	image->parent = xstrdup(record->parent);
	*ret = steal(&image);
	return 0;
}

int image_find(Store *store, const char *name, Image **ret, Error **err)
{
	cleanup_image_index ImageIndex index = { 0 };
	ImageRecord *record;
	int r = image_index_read(store, &index, err);

	if (r >= 0)
		r = image_index_lookup(&index, name, &record, NULL, err);
	return r < 0 ? r : load(store, record, ret, err);
}

int image_find_id(Store *store, const char *name, char **ret, Error **err)
{
	cleanup_image_index ImageIndex index = { 0 };
	ImageRecord *record;
	int r = image_index_read(store, &index, err);

	if (r >= 0)
		r = image_index_lookup(&index, name, &record, NULL, err);
	if (r >= 0)
		*ret = xstrdup(record->id);
	return r;
}

static int64_t created(const Image *image)
{
	int64_t t;

	return image->created && timestamp_parse(image->created, &t) >= 0 ? t : INT64_MIN;
}

static int newest_first(const void *a, const void *b)
{
	int64_t x = created(*(Image *const *)a), y = created(*(Image *const *)b);

	return (x < y) - (x > y);
}

int image_list(Store *store, Image ***ret, size_t *ret_n, Error **err)
{
	cleanup_image_index ImageIndex index = { 0 };
	Image **images;
	size_t n = 0;
	int r = image_index_read(store, &index, err);

	if (r < 0)
		return r;
	images = xnew0(Image *, index.n + 1);
	while (r >= 0 && n < index.n) {
		r = load(store, &index.images[n], &images[n], err);
		n += r >= 0;
	}
	if (r < 0) {
		while (n > 0)
			image_free(images[--n]);
		free(images);
		return r;
	}
	qsort(images, n, sizeof(*images), newest_first);
	*ret = images;
	*ret_n = n;
	return 0;
}

int image_descendants(Store *store, const char *id, char ***ret, Error **err)
{
	cleanup_image_index ImageIndex index = { 0 };
	cleanup_strv char **ids = NULL;
	int r = image_index_read(store, &index, err);
	bool more = r >= 0;

	while (more) {
		more = false;
		for (size_t i = 0; i < index.n; i++) {
			const ImageRecord *image = &index.images[i];

			if (!image->parent || strv_contains(ids, image->id) ||
			    (!streq(image->parent, id) && !strv_contains(ids, image->parent)))
				continue;
			strv_add(&ids, image->id);
			more = true;
		}
	}
	if (r >= 0)
		*ret = steal(&ids);
	return r;
}
