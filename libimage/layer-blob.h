/*
 * layer-blob: makes the blob of a layer from a directory in overlayfs form: a tar with OCI's
 * whiteouts, compressed, in oci/blobs under its digest.
 */
#pragma once

#include "libimage/layer.h"

/* What came out; free with layer_blob_clear(). */
typedef struct LayerBlob {
	LayerDescriptor descriptor;
	char *diff_id;
} LayerBlob;
void layer_blob_clear(LayerBlob *b);

/* The diff ID of a layer that changes nothing. */
#define LAYER_EMPTY_DIFF_ID \
	"sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"

/* `exclude`: paths with a leading slash that are left out. Whoever calls holds the lock that keeps
 * blobs nobody needs yet (STORE_INGEST_LOCK). A layer that changes nothing leaves no blob. */
int layer_blob_make(Store *store, int dirfd, char *const *exclude, LayerBlob *ret, Error **err);
