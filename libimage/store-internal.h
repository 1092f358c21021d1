/*
 * store-internal: what the store's own files share.
 */
#pragma once

#include "libimage/store.h"

/* Removes what dead processes left in tmp/ (lock not needed, taken where something is to be done).
 */
void store_collect_tmp(Store *store);

/* Layers of a big image are not waited for until they are on disk. The store remembers that (lock
 * held, before layers are moved in), a process of its own writes them through later, and when the
 * host has gone down in between, images with such layers are forgotten rather than believed. */
int store_mark_unsynced(Store *store, char *const *layers, Error **err);
/* Starts that process. */
void store_sync_later(Store *store);
/* At open: forgets what a crash of the host may have cut. */
void store_check_synced(Store *store);

/* All of images.json. */
typedef struct ImageIndex {
	int64_t version;
	ImageRecord *images;
	size_t n;
} ImageIndex;

#define cleanup_image_index cleanup(image_index_clear)
int image_index_read(Store *store, ImageIndex *ret, Error **err);
/* Writes images.json and the index.json of oci/ that follows from it (lock held). */
int image_index_write(Store *store, const ImageIndex *index, Error **err);
void image_index_clear(ImageIndex *index);
/* From a document; -EINVAL for what we would not have written. */
int image_index_decode(const json_t *value, ImageIndex *ret, Error **err);
/* NULL when there is none. */
ImageRecord *image_index_find(const ImageIndex *index, const char *id);
/* Takes a record out. */
void image_index_remove(ImageIndex *index, ImageRecord *record);
ImageRecord *image_index_add(ImageIndex *index, const char *id);
/* Whether it had the (canonical) name. */
bool image_record_untag(ImageRecord *record, const char *name);
/* By name, digest or ID, -ENOENT with Docker's words. *ret_ref, which may be NULL, is the canonical
 * name when that was what matched, else NULL. */
int image_index_lookup(const ImageIndex *index, const char *name, ImageRecord **ret, char **ret_ref,
		       Error **err);

/* oci/index.json: one descriptor per manifest and name, so that skopeo reads `oci:DIR:NAME`. */
int store_write_index(Store *store, const ImageRecord *images, size_t n, Error **err);

/* Removes layers and blobs that no image and no container needs (lock held). Does nothing while
 * another program takes an image in: what it builds on must not go. Chain IDs of removed layers are
 * added to *ret_deleted, which may be NULL. */
int store_collect_garbage(Store *store, const ImageIndex *index, char ***ret_deleted, Error **err);

/* The layers alone: after a crash, complete blobs are worth keeping for the next try. */
int store_collect_layers(Store *store, const ImageIndex *index, Error **err);

/* The config blob of an image, decoded into `image` (its config, architecture, diff IDs, created).
 */
int image_config_decode(const char *text, size_t n, Image *image, Error **err);

/* Held (shared) by programs that take images in; see store_collect_garbage(). */
#define STORE_INGEST_LOCK "ingest.lock"
