/*
 * store: what libimage's own files know of an open RACKER_ROOT beyond image.h.
 *
 * The files behind this header are linked into `racker` itself: they use neither threads nor the
 * archive, curl or crypto libraries. The one rule: whatever changes layers/, images.json or oci/
 * holds store_lock(LOCK_EX) while it does, and writes under a temporary name first.
 *
 *   version              {"version":1,"xattrPrefix":"trusted.overlay."}
 *   lock                 flock(2): shared to use images, exclusive to change them
 *   ingest.lock          flock(2): shared while an image is taken in, so that nothing it needs is
 * collected unsynced             layers that may not be on disk yet, and the boot of the host that
 * wrote them oci/                 a valid OCI image layout; blobs are the download cache
 *   layers/<id>/ + .json one unpacked layer each; a directory without its .json is garbage
 *   images.json          what image_record_type describes
 *   tmp/                 staging, partial downloads, lock files; collected by store_open()
 */
#pragma once

#include "libcommon/str.h"
#include "libimage/image.h"

#define STORE_VERSION 1
/* Characters of a layer's short ID: the head of its chain ID, longer when that is taken. */
#define LAYER_ID_LENGTH 12
/* Docker's limit, set by the kernel's page of mount options. */
#define IMAGE_MAX_LAYERS 127
#define IMAGE_MAX_CONFIG (4 * 1024 * 1024)
#define IMAGE_MAX_MANIFEST (4 * 1024 * 1024)
#define DIGEST_PREFIX "sha256:"
#define DIGEST_HEX 64

/* "sha256:" and 64 lower-case hexadecimal digits, the only digests we handle. */
bool digest_valid(const char *digest);
/* The part behind "sha256:". */
const char *digest_hex(const char *digest);

/* "trusted.overlay." or "user.overlay.": what opaque directories of this store are marked with. */
const char *store_xattr_prefix(const Store *store);

/* Takes the lock named `key`, so that one program at a time does a piece of work; waits for it.
 * Returns a descriptor for store_work_unlock(). Other than the store's lock it may be held for
 * minutes. */
int store_work_lock(Store *store, const char *key, Error **err);
void store_work_unlock(Store *store, const char *key, int fd);
/* The path below the root of a blob that is not complete yet. Caller frees. */
char *store_partial_path(const char *digest);

/* ---- layers ---- */

typedef struct LayerRecord {
	char *chain_id;
	char *diff_id; /* NULL for prepared layers */
	char *parent; /* short ID of the layer below, or NULL */
	char *recipe; /* of prepared layers: image ID and recipe, or NULL */
	int64_t size; /* bytes of the regular files */
} LayerRecord;
extern const JsonType layer_record_type;

/* Between LAYER_ID_LENGTH and 64 hexadecimal digits. */
bool layer_id_valid(const char *id);
/* The short ID of the layer with this chain ID: 1 found, 0 not there. */
int layer_find(Store *store, const char *chain_id, char **ret_id, Error **err);
/* Chooses the short ID for a chain ID that is not there (lock held). */
char *layer_choose_id(Store *store, const char *chain_id);
int layer_read(Store *store, const char *id, LayerRecord *ret, Error **err);
/* `flags` are FsFlags. */
int layer_write(Store *store, const char *id, const LayerRecord *record, int flags, Error **err);

/* ---- blobs ---- */

/* The path below the root. Caller frees. */
char *blob_path(const char *digest);
/* Whether oci/blobs has it complete: its size, or -ENOENT. */
int64_t blob_size(Store *store, const char *digest);
/* Opens it for reading, or -errno. */
int blob_open(Store *store, const char *digest);
/* Reads a small one (config, manifest) into memory, or -errno. */
int blob_read(Store *store, const char *digest, size_t limit, Strbuf *ret);
/* Writes a small one whose digest the caller has checked. */
int blob_write(Store *store, const char *digest, const void *data, size_t n, Error **err);
/* 0 or -errno. */
int blob_remove(Store *store, const char *digest);

/* ---- images ---- */

/* A layer that provisioning made on top of an image. */
typedef struct PreparedRecord {
	char *recipe;
	char *layer; /* short ID */
} PreparedRecord;

/* One image as images.json has it. */
typedef struct ImageRecord {
	char *id; /* digest of the config blob */
	char *manifest; /* digest of the manifest blob, which is in oci/ */
	char *manifest_type; /* its media type */
	int64_t manifest_size;
	char **names; /* canonical: "docker.io/library/debian:12" */
	char **repo_digests; /* canonical: "docker.io/library/debian@sha256:…" */
	char **layers; /* short IDs, lowest first */
	char *pulled; /* RFC 3339: when it was recorded */
	int64_t size; /* unpacked bytes of all layers */
	char *parent; /* ID of the image that it was committed from here; NULL: none */
	PreparedRecord *prepared;
	size_t n_prepared;
} ImageRecord;
extern const JsonType image_record_type;

/* Adds the record of an image or adds to the one it has (lock held): a name that another image had
 * moves here. */
int image_record_put(Store *store, const ImageRecord *record, Error **err);
