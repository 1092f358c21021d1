/* layer-job: one layer's download and unpacking. The partial file is the buffer between them. */
#include "libimage/layer.h"

#include <fcntl.h>
#include <pthread.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/ingest.h"

struct LayerJob {
	Ingest *in;
	size_t index;
	bool cached; /* reads a complete blob, nothing is written */
	char *path; /* of the partial file or blob, below the store's root */
	int fd;
	LayerPipe *pipe;
	/* Bytes the server sends again that are here already. */
	int64_t skip;
	bool finished, waited;
	Error *error; /* of the wait, for later calls */
	pthread_mutex_t lock;
	pthread_cond_t more;
	/* Under the lock: bytes of the file that may be read, and whether more will come. */
	int64_t available;
	bool ended, stopped;
	/* The pipe's own. */
	int64_t position;
};

static IngestLayer *layer_of(const LayerJob *job)
{
	return &job->in->layers[job->index];
}

/* ---- feeding the pipe ---- */

/* Waits for bytes behind the pipe's position; their count, 0 at the end. */
static int64_t wait_for_bytes(LayerJob *job)
{
	int64_t n;

	pthread_mutex_lock(&job->lock);
	while (!job->stopped && !job->ended && job->available <= job->position)
		pthread_cond_wait(&job->more, &job->lock);
	n = job->stopped ? -ECANCELED : job->available - job->position;
	pthread_mutex_unlock(&job->lock);
	return n;
}

static ssize_t read_blob(void *userdata, void *buf, size_t n, Error **err)
{
	LayerJob *job = userdata;
	int64_t there = wait_for_bytes(job);
	ssize_t k;

	if (there < 0)
		return error_errno(err, ECANCELED, "unpack");
	if ((int64_t)n > there)
		n = (size_t)there;
	do
		k = pread(job->fd, buf, n, job->position);
	while (k < 0 && errno == EINTR);
	if (k < 0)
		return error_errno(err, errno, "read %s", job->path);
	if (k == 0 && n > 0)
		return error_set(err, EIO, "read %s: it became shorter", job->path);
	job->position += k;
	return k;
}

static void add_available(LayerJob *job, int64_t n)
{
	pthread_mutex_lock(&job->lock);
	job->available += n;
	pthread_cond_signal(&job->more);
	pthread_mutex_unlock(&job->lock);
}

static void end_input(LayerJob *job, bool stop)
{
	pthread_mutex_lock(&job->lock);
	job->ended = true;
	job->stopped = stop;
	pthread_cond_signal(&job->more);
	pthread_mutex_unlock(&job->lock);
}

/* ---- starting ---- */

static int open_blob(LayerJob *job, Error **err)
{
	const LayerDescriptor *d = &layer_of(job)->descriptor;
	Store *store = job->in->store;
	struct stat st;

	job->cached = blob_size(store, d->digest) == d->size;
	job->path = job->cached ? blob_path(d->digest) : store_partial_path(d->digest);
	job->fd =
		openat(store_fd(store), job->path,
		       (job->cached ? O_RDONLY : O_RDWR | O_CREAT) | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (job->fd < 0 || fstat(job->fd, &st) < 0)
		return error_errno(err, errno, "open %s/%s", store_path(store), job->path);
	/* A partial file that is too long is not one of ours. */
	if (st.st_size > d->size) {
		if (ftruncate(job->fd, 0) < 0)
			return error_errno(err, errno, "truncate %s", job->path);
		st.st_size = 0;
	}
	job->available = st.st_size;
	job->ended = job->finished = job->cached;
	return 0;
}

static int open_staging(LayerJob *job, Error **err)
{
	cleanup_free char *dir = ingest_layer_dir(job->index);
	IngestLayer *layer = layer_of(job);
	int r = fs_remove_tree(job->in->stage_fd, dir);

	if (r >= 0)
		r = fs_mkdir_p(job->in->stage_fd, dir, 0755);
	if (r >= 0)
		r = fs_open_dir(job->in->stage_fd, dir);
	if (r < 0)
		return error_errno(err, -r, "make %s/%s", job->in->stage, dir);
	(void)fd_close(layer->rootfd);
	layer->rootfd = r;
	return 0;
}

int layer_job_new(Ingest *in, size_t i, LayerJob **ret, Error **err)
{
	LayerJob *job = xnew0(LayerJob, 1);
	int r;

	job->in = in;
	job->index = i;
	job->fd = -1;
	pthread_mutex_init(&job->lock, NULL);
	pthread_cond_init(&job->more, NULL);
	layer_job_free(in->layers[i].job);
	in->layers[i].job = job;
	r = open_blob(job, err);
	if (r >= 0)
		r = open_staging(job, err);
	if (r < 0) {
		layer_job_free(job);
		return r;
	}
	job->pipe =
		layer_pipe_new(read_blob, job, in->layers[i].rootfd, store_xattr_prefix(in->store));
	*ret = job;
	return 0;
}

/* ---- writing ---- */

int64_t layer_job_offset(const LayerJob *job)
{
	/* Only writing, which the caller does, changes it. */
	return job->available;
}

void layer_job_restart(LayerJob *job)
{
	job->skip = job->available;
}

static int write_at(LayerJob *job, const char *data, size_t n, int64_t offset, Error **err)
{
	while (n > 0) {
		ssize_t k = pwrite(job->fd, data, n, offset);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return error_errno(err, errno, "write %s/%s", store_path(job->in->store),
					   job->path);
		data += k;
		offset += k;
		n -= (size_t)k;
	}
	return 0;
}

int layer_job_write(LayerJob *job, const void *data, size_t n, Error **err)
{
	const IngestLayer *layer = layer_of(job);
	int64_t skipped = job->skip < (int64_t)n ? job->skip : (int64_t)n;
	int r;

	if (layer_pipe_failed(job->pipe))
		return layer_job_wait(job, err);
	job->skip -= skipped;
	n -= (size_t)skipped;
	if (job->cached || job->available + (int64_t)n > layer->descriptor.size)
		return error_set(err, EFBIG, "layer %s: more than the expected %lld bytes",
				 layer->descriptor.digest, (long long)layer->descriptor.size);
	r = write_at(job, (const char *)data + skipped, n, job->available, err);
	if (r >= 0)
		add_available(job, (int64_t)n);
	else if (r == -ENOSPC)
		atomic_store(&job->in->disk_full, true);
	return r;
}

int layer_job_finish(LayerJob *job, Error **err)
{
	const LayerDescriptor *d = &layer_of(job)->descriptor;

	if (job->available < d->size)
		return error_set(err, EPIPE, "layer %s: %lld of %lld bytes", d->digest,
				 (long long)job->available, (long long)d->size);
	job->finished = true;
	end_input(job, false);
	return 0;
}

/* ---- the end ---- */

static int compare_digest(const char *what, const char *want, const char *got, Error **err)
{
	if (streq(want, got))
		return 0;
	return error_set(err, EBADMSG, "%s does not match: expected %s, got %s", what, want, got);
}

/* The blob is complete and true: it becomes part of the cache. */
static int keep_blob(LayerJob *job, Error **err)
{
	const LayerDescriptor *d = &layer_of(job)->descriptor;
	cleanup_free char *path = blob_path(d->digest);
	int fd = store_fd(job->in->store);

	if (job->cached)
		return 0;
	if (fchmod(job->fd, 0644) < 0 || renameat(fd, job->path, fd, path) < 0)
		return error_errno(err, errno, "keep blob %s", d->digest);
	return 0;
}

static int wait_for_pipe(LayerJob *job, Error **err)
{
	IngestLayer *layer = layer_of(job);
	LayerResult result = { 0 };
	/* What came from the server is of no use to a second try, unless it is only too little. */
	bool useless = job->finished || layer_pipe_failed(job->pipe);
	int r;

	end_input(job, false);
	r = layer_pipe_wait(job->pipe, &result, err);
	if (r >= 0)
		r = compare_digest("digest", layer->descriptor.digest, result.blob_digest, err);
	if (r >= 0)
		r = keep_blob(job, err);
	if (r >= 0)
		r = compare_digest("diff ID", layer->diff_id, result.diff_id, err);
	if (r == -ENOSPC)
		atomic_store(&job->in->disk_full, true);
	if (r < 0) {
		layer_result_clear(&result);
		if (useless)
			(void)unlinkat(store_fd(job->in->store), job->path, 0);
		return error_prefix(err, r, "layer %s", layer->descriptor.digest);
	}
	layer->result = result;
	layer->staged = true;
	return 0;
}

int layer_job_wait(LayerJob *job, Error **err)
{
	if (!job->waited) {
		job->waited = true;
		(void)wait_for_pipe(job, &job->error);
	}
	if (!job->error)
		return 0;
	return error_set(err, job->error->errnum, "%s", job->error->msg);
}

int64_t layer_job_unpacked(const LayerJob *job)
{
	return layer_pipe_progress(job->pipe);
}

bool layer_job_done(const LayerJob *job)
{
	return layer_pipe_done(job->pipe);
}

LayerJob *layer_job_free(LayerJob *job)
{
	if (!job)
		return NULL;
	if (job->pipe) {
		end_input(job, true);
		layer_pipe_free(job->pipe);
	}
	if (layer_of(job)->job == job)
		layer_of(job)->job = NULL;
	(void)fd_close(job->fd);
	error_free(job->error);
	pthread_cond_destroy(&job->more);
	pthread_mutex_destroy(&job->lock);
	free(job->path);
	free(job);
	return NULL;
}
