#include "libimage/ring.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>

#include "libcommon/alloc.h"

struct Ring {
	pthread_mutex_t lock;
	pthread_cond_t filled, freed;
	char *memory;
	size_t *lengths;
	size_t n_buffers, buffer_size;
	/* Counts of buffers since the start; a consumer that left stands at UINT64_MAX. */
	uint64_t produced, consumed[RING_MAX_CONSUMERS];
	unsigned n_consumers;
	bool closed, aborted;
};

Ring *ring_new(size_t n_buffers, size_t buffer_size, unsigned n_consumers)
{
	Ring *r = xnew0(Ring, 1);

	r->memory = xreallocarray(NULL, n_buffers, buffer_size);
	r->lengths = xnew0(size_t, n_buffers);
	r->n_buffers = n_buffers;
	r->buffer_size = buffer_size;
	r->n_consumers = n_consumers;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->filled, NULL);
	pthread_cond_init(&r->freed, NULL);
	return r;
}

Ring *ring_free(Ring *r)
{
	if (r) {
		pthread_cond_destroy(&r->freed);
		pthread_cond_destroy(&r->filled);
		pthread_mutex_destroy(&r->lock);
		free(r->lengths);
		free(r->memory);
		free(r);
	}
	return NULL;
}

static uint64_t slowest(const Ring *r)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < r->n_consumers; i++)
		if (r->consumed[i] < least)
			least = r->consumed[i];
	return least;
}

void *ring_produce(Ring *r, size_t *ret_size)
{
	char *buffer = NULL;
	uint64_t least;

	pthread_mutex_lock(&r->lock);
	while (!r->aborted && (least = slowest(r)) != UINT64_MAX &&
	       r->produced - least >= r->n_buffers)
		pthread_cond_wait(&r->freed, &r->lock);
	if (!r->aborted && slowest(r) != UINT64_MAX)
		buffer = r->memory + (r->produced % r->n_buffers) * r->buffer_size;
	pthread_mutex_unlock(&r->lock);
	*ret_size = r->buffer_size;
	return buffer;
}

void ring_push(Ring *r, size_t n)
{
	pthread_mutex_lock(&r->lock);
	r->lengths[r->produced % r->n_buffers] = n;
	r->produced++;
	pthread_cond_broadcast(&r->filled);
	pthread_mutex_unlock(&r->lock);
}

void ring_close(Ring *r)
{
	pthread_mutex_lock(&r->lock);
	r->closed = true;
	pthread_cond_broadcast(&r->filled);
	pthread_mutex_unlock(&r->lock);
}

int ring_consume(Ring *r, unsigned consumer, const void **ret_data, size_t *ret_n)
{
	int result = 0;

	pthread_mutex_lock(&r->lock);
	while (!r->aborted && !r->closed && r->consumed[consumer] >= r->produced)
		pthread_cond_wait(&r->filled, &r->lock);
	if (r->aborted) {
		result = -ECANCELED;
	} else if (r->consumed[consumer] < r->produced) {
		size_t i = r->consumed[consumer] % r->n_buffers;

		*ret_data = r->memory + i * r->buffer_size;
		*ret_n = r->lengths[i];
		result = 1;
	}
	pthread_mutex_unlock(&r->lock);
	return result;
}

static void set_consumed(Ring *r, unsigned consumer, uint64_t count)
{
	pthread_mutex_lock(&r->lock);
	r->consumed[consumer] = count;
	pthread_cond_signal(&r->freed);
	pthread_mutex_unlock(&r->lock);
}

void ring_release(Ring *r, unsigned consumer)
{
	/* Only the consumer itself writes its count. */
	set_consumed(r, consumer, r->consumed[consumer] + 1);
}

void ring_leave(Ring *r, unsigned consumer)
{
	set_consumed(r, consumer, UINT64_MAX);
}

void ring_abort(Ring *r)
{
	pthread_mutex_lock(&r->lock);
	r->aborted = true;
	pthread_cond_broadcast(&r->filled);
	pthread_cond_broadcast(&r->freed);
	pthread_mutex_unlock(&r->lock);
}
