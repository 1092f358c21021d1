/* prepared: layers that provisioning made on top of an image, found by image and recipe. */
#include "libimage/image.h"

#include <fcntl.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/store-internal.h"

static const PreparedRecord *find_recipe(const ImageRecord *image, const char *recipe)
{
	for (size_t i = 0; image && i < image->n_prepared; i++)
		if (streq(image->prepared[i].recipe, recipe))
			return &image->prepared[i];
	return NULL;
}

int image_prepared_find(Store *store, const char *image_id, const char *recipe, char **ret,
			Error **err)
{
	cleanup_image_index ImageIndex index = { 0 };
	const PreparedRecord *found;
	int r = image_index_read(store, &index, err);

	if (r < 0)
		return r;
	found = find_recipe(image_index_find(&index, image_id), recipe);
	if (!found)
		return 0;
	*ret = xstrdup(found->layer);
	return 1;
}

/* ---- committing ---- */

/* Bytes of the regular files below a directory, whose descriptor is taken. */
static int64_t tree_size(int fd)
{
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	int64_t size = 0;

	if (!d) {
		(void)fd_close(fd);
		return 0;
	}
	while ((e = readdir(d))) {
		struct stat st;

		if (streq(e->d_name, ".") || streq(e->d_name, "..") ||
		    fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISREG(st.st_mode))
			size += st.st_size;
		else if (S_ISDIR(st.st_mode))
			size += tree_size(openat(fd, e->d_name,
						 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
	}
	return size;
}

static void record_prepared(ImageRecord *image, const char *recipe, const char *layer)
{
	image->prepared =
		xreallocarray(image->prepared, image->n_prepared + 1, sizeof(*image->prepared));
	image->prepared[image->n_prepared++] =
		(PreparedRecord){ .recipe = xstrdup(recipe), .layer = xstrdup(layer) };
}

/* Moves the directory to layers/ and writes its record. */
static int settle(Store *store, const Image *image, const char *recipe, const char *dir,
		  const char *id, Error **err)
{
	cleanup_free char *path = xasprintf("layers/%s", id);
	size_t n = strv_length(image->layers);
	LayerRecord record = {
		.chain_id = xasprintf("prepared:%s", id),
		.parent = n ? xstrdup(image->layers[n - 1]) : NULL,
		.recipe = xasprintf("%s %s", image->id, recipe),
		.size = tree_size(fs_open_dir(store_fd(store), dir)),
	};
	int r = 0;

	if (renameat(store_fd(store), dir, store_fd(store), path) < 0)
		r = error_errno(err, errno, "move %s to %s/%s", dir, store_path(store), path);
	if (r >= 0)
		r = layer_write(store, id, &record, 0, err);
	json_clear(&layer_record_type, &record);
	return r;
}

int image_prepared_commit(Store *store, const Image *image, const char *recipe, const char *dir,
			  char **ret, Error **err)
{
	cleanup_fd int lock = store_lock(store, LOCK_EX, err);
	cleanup_image_index ImageIndex index = { 0 };
	cleanup_free char *id = random_hex(LAYER_ID_LENGTH);
	const PreparedRecord *found;
	ImageRecord *own;
	int r;

	if (lock < 0)
		return lock;
	r = image_index_read(store, &index, err);
	if (r < 0)
		return r;
	own = image_index_find(&index, image->id);
	if (!own)
		return error_set(err, ENOENT, "No such image: %s", image->id);
	/* Another program may have been faster: its layer is as good, ours stays the caller's. */
	found = find_recipe(own, recipe);
	if (found) {
		*ret = xstrdup(found->layer);
		return 0;
	}
	r = store_mark_unsynced(store, (char *[]){ id, NULL }, err);
	if (r >= 0)
		r = settle(store, image, recipe, dir, id, err);
	if (r < 0)
		return r;
	record_prepared(own, recipe, id);
	r = image_index_write(store, &index, err);
	if (r < 0)
		return r;
	lock = fd_close(lock);
	store_sync_later(store);
	*ret = steal(&id);
	return 0;
}
