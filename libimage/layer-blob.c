#include "libimage/layer-blob.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/gzip-write.h"
#include "libimage/tar-write.h"

#define LAYER_TYPE "application/vnd.oci.image.layer.v1.tar+gzip"

void layer_blob_clear(LayerBlob *b)
{
	free(b->descriptor.media_type);
	free(b->descriptor.digest);
	free(b->diff_id);
	*b = (LayerBlob){ 0 };
}

/* The way of the bytes: tar, digest of it, gzip, digest of that, file. */
typedef struct Pipe {
	Digest *tar, *blob;
	GzipWriter *gzip;
	int fd;
	int64_t size;
} Pipe;

static void pipe_clear(Pipe *p)
{
	digest_free(p->tar);
	digest_free(p->blob);
	gzip_writer_free(p->gzip);
	(void)fd_close(p->fd);
}

static int on_compressed(void *userdata, const void *data, size_t n)
{
	Pipe *p = userdata;

	digest_update(p->blob, data, n);
	p->size += (int64_t)n;
	return fd_write_all(p->fd, data, n);
}

static int on_tar(void *userdata, const void *data, size_t n)
{
	Pipe *p = userdata;

	digest_update(p->tar, data, n);
	return gzip_writer_add(p->gzip, data, n);
}

static int fill(Pipe *p, int dirfd, char *const *exclude, LayerBlob *ret, Error **err)
{
	const TarWriteOptions o = {
		.name = ".", .as = "", .xattrs = TAR_XATTRS_ALL, .layer = true, .exclude = exclude
	};
	int r = tar_write(dirfd, &o, on_tar, p, err);

	if (r < 0)
		return r;
	r = gzip_writer_finish(p->gzip);
	if (r < 0)
		return error_errno(err, -r, "write the layer's blob");
	ret->diff_id = digest_final(p->tar);
	ret->descriptor = (LayerDescriptor){ .media_type = xstrdup(LAYER_TYPE),
					     .digest = digest_final(p->blob),
					     .size = p->size };
	return 0;
}

static int make(Store *store, int stage, int dirfd, char *const *exclude, LayerBlob *ret,
		Error **err)
{
	cleanup(pipe_clear) Pipe p = { .tar = digest_new(), .blob = digest_new() };
	cleanup_free char *path = NULL;
	int r;

	p.gzip = gzip_writer_new(on_compressed, &p);
	p.fd = openat(stage, "blob", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (p.fd < 0)
		return error_errno(err, errno, "make the layer's blob");
	r = fill(&p, dirfd, exclude, ret, err);
	if (r < 0 || streq(ret->diff_id, LAYER_EMPTY_DIFF_ID))
		return r;
	path = blob_path(ret->descriptor.digest);
	if (fchmod(p.fd, 0644) < 0 || renameat(stage, "blob", store_fd(store), path) < 0)
		return error_errno(err, errno, "make %s/%s", store_path(store), path);
	return 0;
}

int layer_blob_make(Store *store, int dirfd, char *const *exclude, LayerBlob *ret, Error **err)
{
	cleanup_free char *stage = NULL;
	int fd = store_stage_new(store, "blob", &stage, err), r;

	if (fd < 0)
		return fd;
	*ret = (LayerBlob){ 0 };
	r = make(store, fd, dirfd, exclude, ret, err);
	store_stage_remove(store, stage, fd);
	if (r < 0)
		layer_blob_clear(ret);
	return r;
}
