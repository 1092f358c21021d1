/*
 * decompress: turns a stream of compressed bytes into plain ones. gzip (ISA-L, several members),
 * zstd (several frames), xz and bzip2 (libarchive) and plain data are told apart by their first
 * bytes, as Docker does: media types of real images lie.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "libcommon/error.h"

/* A layer that inflates beyond this is refused. */
#define DECOMPRESS_MAX_OUTPUT ((int64_t)256 << 30)
/* A bomb: more than DECOMPRESS_FREE_OUTPUT bytes out, and more than DECOMPRESS_MAX_RATIO times the
 * bytes in. */
#define DECOMPRESS_FREE_OUTPUT ((int64_t)1 << 30)
#define DECOMPRESS_MAX_RATIO 400

typedef struct Decompressor Decompressor;

/* Gives the next compressed bytes, at most `n`: their count, 0 at the end, -errno with *err. */
typedef ssize_t DecompressSource(void *userdata, void *buf, size_t n, Error **err);

Decompressor *decompress_new(DecompressSource *source, void *userdata);
/* Fills `buf`: `n` bytes but at the end, 0 when there is no more. -EBADMSG for damaged or cut data,
 * -EFBIG for bombs. The source need not have been read to its end then. */
ssize_t decompress_read(Decompressor *d, void *buf, size_t n, Error **err);
/* "gzip", "zstd", "xz", "bzip2" or NULL for plain data; known after the first read. */
const char *decompress_name(const Decompressor *d);
Decompressor *decompress_free(Decompressor *d);
DEFINE_CLEANUP(Decompressor, decompress_free)
