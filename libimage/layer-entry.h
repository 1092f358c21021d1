/*
 * layer-entry: makes one entry of a layer's tar in a LayerTree.
 */
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <stdint.h>

#include "libimage/layer-name.h"
#include "libimage/layer-tree.h"

typedef struct LayerEntry {
	LayerTree *tree;
	struct archive *archive; /* gives the entry's data */
	struct archive_entry *entry;
	const char *path; /* clean, without a whiteout's prefix */
	Metadata meta; /* of the entry, read here */
	int64_t size; /* of the regular files so far */
	bool input_ended; /* the archive has read the whole stream */
	bool last; /* set when the stream ended within the padding behind this entry */
} LayerEntry;

int layer_entry_write(LayerEntry *e, LayerNameKind kind, Error **err);
