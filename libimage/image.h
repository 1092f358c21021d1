/*
 * image: the public face of libimage, all that librunner and the front-ends know of it.
 *
 * A Store is an open RACKER_ROOT. Images are named by the sha256 of their config; their layers are
 * directories below `layers/`, in overlayfs form, named by short IDs. Nothing here needs the
 * network or an archive library: pulling is done by the helper program racker-image, which
 * image_pull() runs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/error.h"
#include "libcommon/json.h"

/* ---- store ---- */

typedef struct Store Store;

/* Opens RACKER_ROOT, making what is missing (0711). -EPROTONOSUPPORT when a newer program wrote it,
 * -EPERM/-EACCES when we are not root. */
int store_open(const char *root, Store **ret, Error **err);
Store *store_free(Store *store);
DEFINE_CLEANUP(Store, store_free)
#define cleanup_store cleanup(store_freep)
/* The root directory's descriptor and path; they live as long as the store. */
int store_fd(const Store *store);
const char *store_path(const Store *store);
/* Takes the store's lock (LOCK_SH to use images, LOCK_EX to change them); the descriptor holds it.
 */
int store_lock(Store *store, int operation, Error **err);
/* Makes a directory of our own below RACKER_ROOT/tmp (mode 0700). *ret_name is "tmp/…", below the
 * root's descriptor. The returned descriptor is the directory and holds a lock on it: as long as it
 * is open, nobody takes the directory for garbage; what is left when we die is collected by the
 * next store_open(). Rename what is inside to keep it, and remove the rest with
 * store_stage_remove(). */
int store_stage_new(Store *store, const char *prefix, char **ret_name, Error **err);
/* Removes it with all that is in it and closes the descriptor. */
void store_stage_remove(Store *store, const char *name, int fd);

/* ---- images ---- */

/* The image config's `config` object (OCI image-spec 1.1, config.md, plus Docker's Healthcheck). */
typedef struct ImageConfig {
	char *user;
	char **exposed_ports;
	char **env;
	char **entrypoint; /* NULL: none */
	char **cmd;
	char **volumes;
	char *working_dir;
	char **labels; /* NAME=value */
	char *stop_signal;
	char **shell;
	json_t *healthcheck;
} ImageConfig;
extern const JsonType image_config_type;

typedef struct Image {
	char *id; /* "sha256:" and 64 hex digits */
	char **repo_tags; /* familiar: "debian:bookworm-slim" */
	char **repo_digests; /* "debian@sha256:…" */
	char *architecture, *os, *variant;
	char *created; /* RFC 3339, as the config says */
	int64_t size; /* bytes of all layers unpacked */
	ImageConfig config;
	char **layers; /* short IDs, lowest first */
	char **diff_ids;
	char *tagged; /* RFC 3339: when it was recorded here */
	char *parent; /* ID of the image that it was committed from; NULL: none */
	json_t *document; /* the whole config blob: author, history … */
} Image;
Image *image_free(Image *image);
DEFINE_CLEANUP(Image, image_free)
#define cleanup_image cleanup(image_freep)

/* By reference, full or abbreviated ID (with or without `sha256:`), NAME@DIGEST, or catalogue
 * label. -ENOENT: `No such image: X`. */
int image_find(Store *store, const char *name, Image **ret, Error **err);
/* The ID alone, by the same names. */
int image_find_id(Store *store, const char *name, char **ret, Error **err);
/* The IDs of images that were committed from it, directly or not. */
int image_descendants(Store *store, const char *id, char ***ret, Error **err);
/* Whether the image runs on a platform ("linux/arm64/v8"; NULL is any): 1 or 0. -EINVAL with
 * Docker's words when it is none. */
int image_runs_on(const Image *image, const char *platform, Error **err);
/* The bytes of the files of layers named by their short IDs, each by itself. */
int64_t image_layers_size(Store *store, char *const *layers);
/* Every image that has a name or is dangling, newest first. */
int image_list(Store *store, Image ***ret, size_t *ret_n, Error **err);

/* *ret_messages is what was done, in the order and form `docker rmi` prints: "Untagged: x:y",
 * "Deleted: sha256:…". */
/* Removes a name, or the image by ID with all its names (`force` when there are several), and
 * whatever layers and blobs nobody needs any more. `in_use` answers whether a container uses image
 * `id` (returns the short container ID to name, with "running " before it when it runs, or NULL);
 * may be NULL. -EBUSY: a conflict, in Docker's words. */
int image_remove(Store *store, const char *name, bool force,
		 char *(*in_use)(const char *id, void *userdata), void *userdata,
		 char ***ret_messages, Error **err);

/* ---- prepared layers: what provisioning adds on top of an image, once per image and recipe ----
 */

/* *ret is the short ID of the layer; 0 when there is none yet, 1 when found. */
int image_prepared_find(Store *store, const char *image_id, const char *recipe, char **ret,
			Error **err);
/* Moves a finished directory (an overlay upper directory below RACKER_ROOT/tmp) into the store as
 * the layer on top of `image`, and records it. *ret is its short ID. */
int image_prepared_commit(Store *store, const Image *image, const char *recipe, const char *dir,
			  char **ret, Error **err);

/* ---- pulling ---- */

typedef enum { PULL_MISSING, PULL_ALWAYS, PULL_NEVER } PullPolicy;
/* "missing", "always", "never"; -EINVAL. */
int pull_policy_parse(const char *text, PullPolicy *ret);

typedef struct PullOptions {
	const char *name; /* reference or catalogue label */
	const char *platform; /* "linux/arm64/v8" or NULL (then DOCKER_DEFAULT_PLATFORM, then the
				 host's) */
	const char *config_dir; /* docker's config.json is there; NULL: default */
	bool debug;
	/* Docker's JSON progress lines, plus {"warning": "…"} for lines that must reach stderr. */
	void (*progress)(const json_t *message, void *userdata);
	void *userdata;
} PullOptions;

/* Runs racker-image and waits. Interrupting the caller interrupts the pull; the store stays whole.
 */
int image_pull(Store *store, const PullOptions *o, Image **ret, Error **err);

/* ---- catalogue ---- */

typedef struct CatalogueEntry {
	char *label; /* "debian-bookworm" */
	char **aliases; /* "debian-12" */
	char *family; /* "debian" */
	char *distribution, *version, *codename; /* for people */
	char **sources; /* tried in order: "docker://docker.io/library/debian:bookworm-slim",
			   "bootstrap:…" */
} CatalogueEntry;
typedef struct Catalogue {
	CatalogueEntry *entries;
	size_t n;
} Catalogue;
/* The installed images.yaml, extended and overridden by images.d/\*.yaml beside config.yaml
 * (/etc/racker, or the folder of RACKER_CONFIG). */
int catalogue_load(Catalogue **ret, Error **err);
Catalogue *catalogue_free(Catalogue *c);
DEFINE_CLEANUP(Catalogue, catalogue_free)
#define cleanup_catalogue cleanup(catalogue_freep)
/* By label or alias; NULL when it is none. */
const CatalogueEntry *catalogue_find(const Catalogue *c, const char *name);
