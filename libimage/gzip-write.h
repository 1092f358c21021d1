/* gzip-write: compresses a stream into one gzip member, the same bytes for the same input. */
#pragma once

#include <stddef.h>

typedef struct GzipWriter GzipWriter;

/* `sink` takes the compressed bytes: 0 or -errno. */
GzipWriter *gzip_writer_new(int (*sink)(void *userdata, const void *data, size_t n),
			    void *userdata);
/* 0 or -errno of the sink. */
int gzip_writer_add(GzipWriter *g, const void *data, size_t n);
/* Writes what is left, and the end. */
int gzip_writer_finish(GzipWriter *g);
GzipWriter *gzip_writer_free(GzipWriter *g);
static inline void gzip_writer_freep(GzipWriter **g)
{
	gzip_writer_free(*g);
}
