/*
 * reference: names of images as Docker parses them (distribution/reference).
 *
 * A Reference is always normalised: registry and repository are complete (`docker.io`,
 * `library/debian`), the tag is `latest` when neither tag nor digest was given.
 */
#pragma once

#include <stdbool.h>

#include "libcommon/error.h"

typedef struct Reference {
	char *registry; /* "docker.io", "localhost:5000", "[::1]:5000" */
	char *repository; /* "library/debian" */
	char *tag; /* NULL when only a digest was given */
	char *digest; /* "sha256:…" or NULL */
} Reference;

/* Accepts what docker accepts, and a leading `docker://`. -EINVAL with Docker's words:
 * `invalid reference format`, `invalid reference format: repository name (library/X) must be
 * lowercase`… */
int reference_parse(const char *text, Reference **ret, Error **err);
/* As people write it: `debian:12`, `ghcr.io/a/b@sha256:…`. Caller frees. */
char *reference_familiar(const Reference *ref);
/* The familiar name without tag and digest: `debian`, `localhost:5000/x`. Caller frees. */
char *reference_familiar_name(const Reference *ref);
/* Complete: `docker.io/library/debian:12`. Caller frees. */
char *reference_canonical(const Reference *ref);
/* 64 hexadecimal digits, which docker refuses as a repository name. */
bool reference_is_id(const char *text);
Reference *reference_free(Reference *ref);
DEFINE_CLEANUP(Reference, reference_free)
#define cleanup_reference cleanup(reference_freep)
