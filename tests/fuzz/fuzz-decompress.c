#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libimage/decompress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Some formats make a lot of a little; more of it finds nothing new. */
#define ENOUGH (4 << 20)

typedef struct Input {
	const uint8_t *data;
	size_t n;
} Input;

static ssize_t feed(void *userdata, void *buf, size_t n, Error **err)
{
	Input *in = userdata;

	(void)err;
	if (n > in->n)
		n = in->n;
	if (n > 0)
		memcpy(buf, in->data, n);
	in->data += n;
	in->n -= n;
	return (ssize_t)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input in = { .data = data, .n = size };
	cleanup(decompress_freep) Decompressor *d = decompress_new(feed, &in);
	cleanup_error Error *err = NULL;
	static char buf[10000];
	size_t total = 0;
	ssize_t k;

	while ((k = decompress_read(d, buf, sizeof(buf), &err)) > 0 && total < ENOUGH)
		total += (size_t)k;
	if (k < 0 && !err)
		abort();
	return 0;
}
