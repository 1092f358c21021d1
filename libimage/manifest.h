/*
 * manifest: reads image manifests and indexes, of OCI image-spec 1.1 and of Docker's "schema 2".
 *
 * The document comes from a registry and is hostile: counts and sizes are bounded, digests are
 * checked for form, and a document that could be read both ways is refused. Comparing the bytes
 * with their digest is the caller's work.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "libcommon/error.h"
#include "libimage/layer.h"
#include "libimage/platform.h"

#define MANIFEST_MAX_LAYERS 512
#define MANIFEST_MAX_ENTRIES 1024
#define MANIFEST_MAX_LAYER_SIZE (INT64_C(1) << 40)

/* What to say in `Accept`, best first; ended by NULL. */
extern const char *const manifest_accept[];

typedef enum { MANIFEST_IMAGE, MANIFEST_INDEX } ManifestKind;

typedef struct ManifestEntry {
	LayerDescriptor manifest;
	Platform platform; /* without os and architecture where the index does not say */
} ManifestEntry;

typedef struct Manifest {
	ManifestKind kind;
	char *media_type;
	LayerDescriptor config; /* of an image */
	LayerDescriptor *layers; /* lowest first */
	size_t n_layers;
	ManifestEntry *entries; /* of an index */
	size_t n_entries;
} Manifest;

/* `content_type` is what the server called it, or NULL; the document's own word counts more.
 * -EINVAL: not a manifest. -ENOTSUP: one of a kind we do not run. */
int manifest_parse(const char *text, size_t n, const char *content_type, Manifest **ret,
		   Error **err);
/* The entry of an index that fits best, the first of equals. -ENOENT with Docker's words:
 * `no matching manifest for linux/amd64 in the manifest list entries`. */
int manifest_choose(const Manifest *index, const Platform *want, const ManifestEntry **ret,
		    Error **err);
Manifest *manifest_free(Manifest *m);
DEFINE_CLEANUP(Manifest, manifest_free)
#define cleanup_manifest cleanup(manifest_freep)
