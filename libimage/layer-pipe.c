#include "libimage/layer-pipe.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "libcommon/alloc.h"
#include "libimage/layer-writer.h"
#include "libimage/layer.h"
#include "libimage/ring.h"

enum { CONSUMER_DIGEST, CONSUMER_WRITER, N_CONSUMERS };

struct LayerPipe {
	DecompressSource *source;
	void *userdata;
	Ring *ring;
	Digest *blob_digest;
	LayerResult result;
	pthread_t threads[3];
	unsigned n_threads;
	pthread_mutex_t lock;
	Error *error; /* the first one, under the lock */
	/* What the writing thread has taken from the ring and not given back. */
	bool holds_buffer;
	atomic_bool failed;
	atomic_uint running;
	_Atomic int64_t taken;
};

void layer_result_clear(LayerResult *r)
{
	free(r->blob_digest);
	free(r->diff_id);
	layer_tree_free(r->tree);
	*r = (LayerResult){ 0 };
}

static void fail(LayerPipe *p, Error *e /* takes ownership */)
{
	pthread_mutex_lock(&p->lock);
	if (!p->error && e)
		p->error = steal(&e);
	atomic_store(&p->failed, true);
	pthread_mutex_unlock(&p->lock);
	error_free(e);
	ring_abort(p->ring);
}

/* ---- reading and inflating ---- */

static ssize_t read_and_hash(void *userdata, void *buf, size_t n, Error **err)
{
	LayerPipe *p = userdata;
	ssize_t k;

	if (atomic_load(&p->failed))
		return error_errno(err, ECANCELED, "unpack");
	k = p->source(p->userdata, buf, n, err);
	if (k > 0) {
		digest_update(p->blob_digest, buf, (size_t)k);
		p->result.blob_size += k;
		atomic_fetch_add(&p->taken, k);
	}
	return k;
}

/* What follows the compressed data is part of the blob. */
static int drain(LayerPipe *p, Error **err)
{
	cleanup_free char *buf = xmalloc(PIPE_BUFFER_SIZE);
	ssize_t k;

	do
		k = read_and_hash(p, buf, PIPE_BUFFER_SIZE, err);
	while (k > 0);
	return (int)k;
}

static int inflate(LayerPipe *p, Error **err)
{
	cleanup(decompress_freep) Decompressor *d = decompress_new(read_and_hash, p);
	ssize_t k;

	for (;;) {
		size_t size;
		void *buf = ring_produce(p->ring, &size);

		if (!buf)
			return error_errno(err, ECANCELED, "unpack");
		k = decompress_read(d, buf, size, err);
		if (k < 0)
			return (int)k;
		if (k == 0)
			break;
		p->result.tar_size += k;
		ring_push(p->ring, (size_t)k);
	}
	p->result.compression = decompress_name(d);
	return drain(p, err);
}

static void run_inflate(LayerPipe *p)
{
	Error *e = NULL;

	if (inflate(p, &e) < 0) {
		fail(p, e);
		return;
	}
	p->result.blob_digest = digest_final(p->blob_digest);
	ring_close(p->ring);
}

/* ---- hashing what came out ---- */

static void run_digest(LayerPipe *p)
{
	cleanup(digest_freep) Digest *d = digest_new();
	const void *data;
	size_t n;
	int r;

	while ((r = ring_consume(p->ring, CONSUMER_DIGEST, &data, &n)) > 0) {
		digest_update(d, data, n);
		ring_release(p->ring, CONSUMER_DIGEST);
	}
	if (r == 0)
		p->result.diff_id = digest_final(d);
}

/* ---- unpacking ---- */

static int next_piece(void *userdata, const void **ret_data, size_t *ret_n)
{
	LayerPipe *p = userdata;
	int r;

	if (p->holds_buffer)
		ring_release(p->ring, CONSUMER_WRITER);
	r = ring_consume(p->ring, CONSUMER_WRITER, ret_data, ret_n);
	p->holds_buffer = r > 0;
	return r;
}

static void run_writer(LayerPipe *p)
{
	Error *e = NULL;

	if (layer_writer_run(p->result.tree, next_piece, p, &p->result.size, &e) < 0)
		fail(p, e);
	/* Zeros behind the end of the tar belong to the diffID alone. */
	ring_leave(p->ring, CONSUMER_WRITER);
}

/* ---- the whole ---- */

typedef struct ThreadStart {
	LayerPipe *pipe;
	void (*run)(LayerPipe *p);
} ThreadStart;

static void *thread_main(void *userdata)
{
	cleanup_free ThreadStart *start = userdata;

	start->run(start->pipe);
	atomic_fetch_sub(&start->pipe->running, 1);
	return NULL;
}

static void start_thread(LayerPipe *p, void (*run)(LayerPipe *p))
{
	ThreadStart *start = xnew0(ThreadStart, 1);
	Error *e = NULL;
	int r;

	*start = (ThreadStart){ .pipe = p, .run = run };
	atomic_fetch_add(&p->running, 1);
	r = pthread_create(&p->threads[p->n_threads], NULL, thread_main, start);
	if (r == 0) {
		p->n_threads++;
		return;
	}
	free(start);
	atomic_fetch_sub(&p->running, 1);
	(void)error_errno(&e, r, "start a thread");
	fail(p, e);
}

LayerPipe *layer_pipe_new(DecompressSource *source, void *userdata, int rootfd,
			  const char *xattr_prefix)
{
	LayerPipe *p = xnew0(LayerPipe, 1);
	sigset_t all, before;

	p->source = source;
	p->userdata = userdata;
	p->ring = ring_new(PIPE_BUFFERS, PIPE_BUFFER_SIZE, N_CONSUMERS);
	p->blob_digest = digest_new();
	p->result.tree = layer_tree_new(rootfd, xattr_prefix);
	pthread_mutex_init(&p->lock, NULL);
	/* Signals are for the program's first thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	start_thread(p, run_inflate);
	start_thread(p, run_digest);
	start_thread(p, run_writer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return p;
}

static void join_threads(LayerPipe *p)
{
	while (p->n_threads > 0)
		pthread_join(p->threads[--p->n_threads], NULL);
}

int layer_pipe_wait(LayerPipe *p, LayerResult *ret, Error **err)
{
	join_threads(p);
	if (p->error)
		return error_propagate(err, steal(&p->error));
	if (atomic_load(&p->failed))
		return error_errno(err, ECANCELED, "unpack");
	*ret = p->result;
	p->result = (LayerResult){ 0 };
	return 0;
}

bool layer_pipe_done(const LayerPipe *p)
{
	return atomic_load(&p->running) == 0;
}

bool layer_pipe_failed(const LayerPipe *p)
{
	return atomic_load(&p->failed);
}

int64_t layer_pipe_progress(const LayerPipe *p)
{
	return atomic_load(&p->taken);
}

void layer_pipe_abort(LayerPipe *p)
{
	fail(p, NULL);
}

LayerPipe *layer_pipe_free(LayerPipe *p)
{
	if (!p)
		return NULL;
	if (p->n_threads > 0)
		layer_pipe_abort(p);
	join_threads(p);
	error_free(p->error);
	layer_result_clear(&p->result);
	digest_free(p->blob_digest);
	ring_free(p->ring);
	pthread_mutex_destroy(&p->lock);
	free(p);
	return NULL;
}
