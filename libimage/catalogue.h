/*
 * catalogue: what libimage's own files know of the catalogue beyond image.h.
 *
 * Decoding is strict: a key that is not known, a label or a source that nothing could use is an
 * error, which names the file and the entry.
 */
#pragma once

#include "libimage/image.h"

/* Sources are URIs of one of these kinds. */
#define CATALOGUE_DOCKER "docker://"
#define CATALOGUE_BOOTSTRAP "bootstrap:"

/* Adds the entries of one document to `c`; a label that is there already is replaced. `what` names
 * the document in errors. */
int catalogue_add(Catalogue *c, const json_t *document, const char *what, Error **err);
