/*
 * container-filter: `--filter key=value` of `ps` and of everything that chooses containers. Values
 * of one key are alternatives, keys (and labels) must all match.
 */
#pragma once

#include <stdbool.h>

#include "librunner/container.h"

typedef struct ContainerFilter ContainerFilter;

/* From `key=value` texts (NULL: matches everything), by Docker's keys and in its words: `invalid
 * filter 'x'`. The containers may be brief ones (container-brief.h). */
int container_filter_new(Runtime *rt, char *const *texts, ContainerFilter **ret, Error **err);
bool container_filter_match(const ContainerFilter *f, const Container *c);
/* Whether it names a status, which makes containers that do not run eligible. */
bool container_filter_wants_all(const ContainerFilter *f);
ContainerFilter *container_filter_free(ContainerFilter *f);
DEFINE_CLEANUP(ContainerFilter, container_filter_free)
#define cleanup_container_filter cleanup(container_filter_freep)

/* Whether a vector of NAME=value has the label `want`, NAME or NAME=value. */
bool labels_match(char *const *labels, const char *want);
