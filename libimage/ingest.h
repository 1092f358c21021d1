/*
 * ingest: what layer jobs and the committing of an image share (see layer.h).
 */
#pragma once

#include <stdatomic.h>

#include "libimage/layer-pipe.h"
#include "libimage/layer.h"

typedef struct IngestLayer {
	LayerDescriptor descriptor;
	char *diff_id, *chain_id;
	LayerState state;
	/* Unpacked in the store: its short ID. */
	char *id;
	/* The same blob as an earlier layer: unpacked from the cache when that one is there. */
	bool duplicate;
	/* The job that works on it, and what came out of it: a directory in staging. */
	LayerJob *job;
	bool staged;
	LayerResult result;
	int rootfd;
} IngestLayer;

struct Ingest {
	Store *store;
	Strbuf manifest, config;
	char *manifest_digest, *manifest_type, *id, *parent;
	IngestLayer *layers;
	size_t n_layers;
	int lock; /* shared with other programs that take images in */
	char **work_keys; /* digests whose work we hold the lock of */
	int *work_locks;
	/* Partial downloads on a full disk are in the way: they go. */
	atomic_bool disk_full;
	char *stage;
	int stage_fd;
};

/* The directory of a layer in staging, relative to it. Caller frees. */
char *ingest_layer_dir(size_t i);
/* Unpacks the layer from the blob cache in this thread. */
int ingest_unpack_cached(Ingest *in, size_t i, Error **err);
