/*
 * layer-pipe: the threads that turn one compressed layer into a directory: one reads, hashes and
 * inflates, one hashes what came out (the diffID), one unpacks. Big buffers between them, no
 * temporary copy of the tar.
 */
#pragma once

#include <stdint.h>

#include "libimage/decompress.h"
#include "libimage/layer-tree.h"

/* Memory of one pipe: the buffers between inflating and unpacking. */
#define PIPE_BUFFERS 12
#define PIPE_BUFFER_SIZE ((size_t)256 * 1024)

typedef struct LayerPipe LayerPipe;

/* What came out. */
typedef struct LayerResult {
	char *blob_digest; /* of the bytes that went in */
	char *diff_id; /* of the tar */
	int64_t blob_size, tar_size;
	int64_t size; /* of the regular files */
	const char *compression; /* "gzip", …, NULL for plain tar */
	LayerTree *tree;
} LayerResult;
void layer_result_clear(LayerResult *r);

/* Starts. The source is called from a thread of the pipe and read to its end; `rootfd` is an empty
 * directory and stays open until the pipe is freed. */
LayerPipe *layer_pipe_new(DecompressSource *source, void *userdata, int rootfd,
			  const char *xattr_prefix);
/* Waits for the end. The result is moved to the caller. */
int layer_pipe_wait(LayerPipe *pipe, LayerResult *ret, Error **err);
bool layer_pipe_done(const LayerPipe *pipe);
/* Whether it has failed: there is no sense in feeding it more. */
bool layer_pipe_failed(const LayerPipe *pipe);
/* Compressed bytes taken so far. */
int64_t layer_pipe_progress(const LayerPipe *pipe);
/* Stops it; the source must return soon after. */
void layer_pipe_abort(LayerPipe *pipe);
/* Aborts it where it still runs, and waits. */
LayerPipe *layer_pipe_free(LayerPipe *pipe);
DEFINE_CLEANUP(LayerPipe, layer_pipe_free)
