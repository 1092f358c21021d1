/* blob: the OCI image layout in oci/, whose blobs are the cache of compressed layers. */
#include "libimage/store.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/store-internal.h"

bool digest_valid(const char *digest)
{
	const char *hex = startswith(digest, DIGEST_PREFIX);

	return hex && strlen(hex) == DIGEST_HEX && strspn(hex, "0123456789abcdef") == DIGEST_HEX;
}

const char *digest_hex(const char *digest)
{
	return digest + strlen(DIGEST_PREFIX);
}

char *blob_path(const char *digest)
{
	return xasprintf("oci/blobs/sha256/%s", digest_hex(digest));
}

int64_t blob_size(Store *store, const char *digest)
{
	cleanup_free char *path = blob_path(digest);
	struct stat st;

	if (fstatat(store_fd(store), path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? st.st_size : -EINVAL;
}

int blob_open(Store *store, const char *digest)
{
	cleanup_free char *path = blob_path(digest);
	int fd = openat(store_fd(store), path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int blob_read(Store *store, const char *digest, size_t limit, Strbuf *ret)
{
	cleanup_free char *path = blob_path(digest);

	return fs_read_file(store_fd(store), path, limit, ret);
}

int blob_write(Store *store, const char *digest, const void *data, size_t n, Error **err)
{
	cleanup_free char *path = blob_path(digest);
	int r;

	/* The same bytes may be there from an earlier try, but cut short by a lost power supply. */
	r = fs_write_atomic(store_fd(store), path, data, n, 0644, FS_SYNC);
	return r < 0 ? error_errno(err, -r, "write %s/%s", store_path(store), path) : 0;
}

int blob_remove(Store *store, const char *digest)
{
	cleanup_free char *path = blob_path(digest);

	return unlinkat(store_fd(store), path, 0) < 0 && errno != ENOENT ? -errno : 0;
}

/* ---- index.json ---- */

static json_t *descriptor(const ImageRecord *image, const char *name)
{
	json_t *d = json_pack("{s:s, s:s, s:I}", "mediaType", image->manifest_type, "digest",
			      image->manifest, "size", (json_int_t)image->manifest_size);

	if (name)
		json_object_set_new(d, "annotations",
				    json_pack("{s:s}", "org.opencontainers.image.ref.name", name));
	return d;
}

int store_write_index(Store *store, const ImageRecord *images, size_t n, Error **err)
{
	json_t *list = json_array();
	cleanup_json json_t *root =
		json_pack("{s:i, s:s, s:o}", "schemaVersion", 2, "mediaType",
			  "application/vnd.oci.image.index.v1+json", "manifests", list);
	cleanup_free char *text = NULL;
	int r;

	for (size_t i = 0; i < n; i++) {
		if (!images[i].manifest)
			continue;
		STRV_FOREACH(name, images[i].names)
			json_array_append_new(list, descriptor(&images[i], *name));
		if (strv_length(images[i].names) == 0)
			json_array_append_new(list, descriptor(&images[i], NULL));
	}
	text = json_text(root);
	r = fs_write_atomic(store_fd(store), "oci/index.json", text, strlen(text), 0644, 0);
	return r < 0 ? error_errno(err, -r, "write %s/oci/index.json", store_path(store)) : 0;
}
