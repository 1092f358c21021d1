/*
 * registry: one repository at one endpoint, by the OCI distribution spec 1.1 (and the Docker
 * registry API v2 it came from). A Registry may be used by several threads, each with an Http of
 * its own.
 *
 * What may pass is tried again with growing pauses (cut connections, 429, 5xx); a server's
 * Retry-After is obeyed up to RETRY_AFTER_MAX seconds, beyond that the refusal stands at once.
 */
#pragma once

#include "libimage/credentials.h"
#include "libimage/http.h"
#include "libimage/layer.h"
#include "libimage/registries.h"

#define RETRY_AFTER_MAX 30
#define REGISTRY_MAX_MANIFEST ((size_t)4 * 1024 * 1024)

typedef struct Registry Registry;

/* Takes the credentials out of `c` (may be NULL). `e` and what it points at is borrowed. */
int registry_new(const Endpoint *e, const char *repository, Credentials *c,
		 bool (*cancelled)(void *userdata), void *userdata, Registry **ret, Error **err);
Registry *registry_free(Registry *r);
DEFINE_CLEANUP(Registry, registry_free)
const Endpoint *registry_endpoint(const Registry *r);

typedef struct RegistryManifest {
	Strbuf text;
	char *media_type; /* what the server called it */
	char *digest; /* of the text, computed here */
} RegistryManifest;
void registry_manifest_clear(RegistryManifest *m);
#define cleanup_registry_manifest cleanup(registry_manifest_clear)

/* By tag or digest; with a digest the text is verified. ENOENT when there is none. */
int registry_manifest(Registry *r, Http *http, const char *reference, RegistryManifest *ret,
		      Error **err);
/* Asks for the digest only: 1 and *ret, 0 where the server does not say. */
int registry_manifest_digest(Registry *r, Http *http, const char *tag, char **ret, Error **err);
/* A small blob into memory, verified: size and digest. */
int registry_blob_read(Registry *r, Http *http, const LayerDescriptor *d, Strbuf *ret, Error **err);

/* Where a large one goes. `offset` says what is there already, after each failure too. */
typedef struct BlobSink {
	int64_t (*offset)(void *userdata);
	void (*restart)(void *userdata); /* the server sends from the start all the same */
	int (*write)(const void *data, size_t n, void *userdata, Error **err);
	void *userdata;
} BlobSink;
/* Fetches what is missing. Verifying is the sink's work. -EREMOTEIO when the server has fewer bytes
 * than the descriptor says. */
int registry_blob(Registry *r, Http *http, const LayerDescriptor *d, const BlobSink *sink,
		  Error **err);
