/*
 * layer-writer: unpacks a plain tar stream (ustar, pax, GNU) into a LayerTree, in overlayfs form.
 */
#pragma once

#include <stdint.h>

#include "libimage/layer-tree.h"

/* Entries of one layer. */
#define LAYER_MAX_ENTRIES 10000000

/* Gives the next piece of the tar, valid until the next call: 1, 0 at the end, or a negative errno
 * without an error (the stream broke, somebody else knows why). */
typedef int LayerInput(void *userdata, const void **ret_data, size_t *ret_n);

/* Unpacks everything. Takes the calling thread's umask and character set for itself, so it is for
 * threads of their own. *ret_size: bytes of the regular files. Errors name the entry. */
int layer_writer_run(LayerTree *tree, LayerInput *input, void *userdata, int64_t *ret_size,
		     Error **err);
