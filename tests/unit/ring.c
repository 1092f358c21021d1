/* ring: buffers from one thread to two, at different speeds. */
#include "libimage/ring.h"

#include <pthread.h>
#include <time.h>

#include "tests/tap.h"

#define ROUNDS 1000

typedef struct Consumer {
	Ring *ring;
	unsigned number;
	unsigned sum, pause_us;
	int end;
	unsigned leave_after;
} Consumer;

static void *consume(void *userdata)
{
	Consumer *c = userdata;
	const void *data;
	size_t n;
	unsigned count = 0;

	while ((c->end = ring_consume(c->ring, c->number, &data, &n)) > 0) {
		c->sum += *(const unsigned *)data;
		if (n != sizeof(unsigned))
			c->sum = 0;
		if (c->pause_us && count % 50 == 0)
			nanosleep(&(struct timespec){ .tv_nsec = c->pause_us * 1000L }, NULL);
		ring_release(c->ring, c->number);
		if (++count == c->leave_after) {
			ring_leave(c->ring, c->number);
			break;
		}
	}
	return NULL;
}

static unsigned produce(Ring *ring)
{
	unsigned i = 0;

	for (; i < ROUNDS; i++) {
		size_t size;
		unsigned *buffer = ring_produce(ring, &size);

		if (!buffer)
			break;
		*buffer = i;
		ring_push(ring, sizeof(i));
	}
	ring_close(ring);
	return i;
}

static void run(unsigned leave_after, Consumer c[2], unsigned *produced)
{
	Ring *ring = ring_new(3, 64, 2);
	pthread_t t[2];

	for (unsigned i = 0; i < 2; i++) {
		c[i] = (Consumer){ .ring = ring, .number = i, .pause_us = i * 100 };
		c[i].leave_after = leave_after;
		pthread_create(&t[i], NULL, consume, &c[i]);
	}
	*produced = produce(ring);
	pthread_join(t[0], NULL);
	pthread_join(t[1], NULL);
	ring_free(ring);
}

static void *abort_soon(void *ring)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	ring_abort(ring);
	return NULL;
}

static void test_abort(void)
{
	Ring *ring = ring_new(2, 64, 1);
	pthread_t t;
	const void *data;
	size_t n;

	pthread_create(&t, NULL, abort_soon, ring);
	check_int(produce(ring), 2);
	check_int(ring_consume(ring, 0, &data, &n), -ECANCELED);
	pthread_join(t, NULL);
	ring_free(ring);
}

int main(void)
{
	Consumer c[2];
	unsigned produced;

	run(0, c, &produced);
	check_int(produced, ROUNDS);
	check_int(c[0].sum, ROUNDS * (ROUNDS - 1) / 2);
	check_int(c[1].sum, ROUNDS * (ROUNDS - 1) / 2);
	check_int(c[1].end, 0);
	run(10, c, &produced);
	check(produced >= 10 && produced < ROUNDS);
	check_int(c[0].sum, 45);
	test_abort();
	return tap_done();
}
