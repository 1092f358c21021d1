/*
 * ring: a bounded queue of big buffers from one producing thread to a few consuming threads. Every
 * consumer sees every buffer; a buffer is used again when the slowest one has released it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define RING_MAX_CONSUMERS 2

typedef struct Ring Ring;

Ring *ring_new(size_t n_buffers, size_t buffer_size, unsigned n_consumers);
/* No thread may use it any more. */
Ring *ring_free(Ring *ring);

/* Waits for a free buffer; NULL when the ring was aborted or nobody consumes any more. */
void *ring_produce(Ring *ring, size_t *ret_size);
/* Hands the buffer that ring_produce() gave, with `n` bytes in it, to the consumers. */
void ring_push(Ring *ring, size_t n);
/* The producer has no more. */
void ring_close(Ring *ring);

/* Waits for the next buffer of this consumer: 1, 0 at the end, -ECANCELED after ring_abort(). */
int ring_consume(Ring *ring, unsigned consumer, const void **ret_data, size_t *ret_n);
/* Gives the buffer of the last ring_consume() back. */
void ring_release(Ring *ring, unsigned consumer);
/* This consumer takes no more; the others go on. */
void ring_leave(Ring *ring, unsigned consumer);

/* Wakes everybody up for good. */
void ring_abort(Ring *ring);
