#include "libimage/gzip-write.h"

#include <errno.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>

#include "libcommon/alloc.h"

#define OUT_SIZE ((size_t)256 * 1024)
/* Between the fastest and the best that the library has: a third of what zlib takes. */
#define LEVEL 1

struct GzipWriter {
	struct isal_zstream stream;
	int (*sink)(void *userdata, const void *data, size_t n);
	void *userdata;
	uint8_t *level_buf, *out;
};

GzipWriter *gzip_writer_new(int (*sink)(void *userdata, const void *data, size_t n), void *userdata)
{
	GzipWriter *g = xnew0(GzipWriter, 1);

	g->sink = sink;
	g->userdata = userdata;
	g->out = xmalloc(OUT_SIZE);
	g->level_buf = xmalloc(ISAL_DEF_LVL1_DEFAULT);
	isal_deflate_init(&g->stream);
	g->stream.gzip_flag = IGZIP_GZIP;
	g->stream.level = LEVEL;
	g->stream.level_buf = g->level_buf;
	g->stream.level_buf_size = ISAL_DEF_LVL1_DEFAULT;
	return g;
}

/* Runs until the input is taken, and at the end of the stream until all is out. */
static int deflate(GzipWriter *g)
{
	do {
		size_t n;
		int r;

		g->stream.next_out = g->out;
		g->stream.avail_out = OUT_SIZE;
		if (isal_deflate(&g->stream) != COMP_OK)
			return -EIO;
		n = OUT_SIZE - g->stream.avail_out;
		r = n ? g->sink(g->userdata, g->out, n) : 0;
		if (r < 0)
			return r;
	} while (g->stream.avail_in > 0 || g->stream.avail_out == 0);
	return 0;
}

int gzip_writer_add(GzipWriter *g, const void *data, size_t n)
{
	const uint8_t *p = data;

	while (n > 0) {
		size_t piece = n < OUT_SIZE ? n : OUT_SIZE;
		int r;

		g->stream.next_in = (uint8_t *)p;
		g->stream.avail_in = (uint32_t)piece;
		r = deflate(g);
		if (r < 0)
			return r;
		p += piece;
		n -= piece;
	}
	return 0;
}

int gzip_writer_finish(GzipWriter *g)
{
	int r;

	g->stream.end_of_stream = 1;
	g->stream.avail_in = 0;
	do
		r = deflate(g);
	while (r >= 0 && g->stream.internal_state.state != ZSTATE_END);
	return r;
}

GzipWriter *gzip_writer_free(GzipWriter *g)
{
	if (!g)
		return NULL;
	free(g->out);
	free(g->level_buf);
	free(g);
	return NULL;
}
