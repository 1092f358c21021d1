/*
 * prune-filter: the filters of `container prune`, `network prune` and `volume prune`.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/cleanup.h"
#include "libcommon/error.h"

typedef enum {
	PRUNE_UNTIL = 1 << 0, /* until= is allowed */
	PRUNE_ALL = 1 << 1, /* all= is allowed */
} PruneKeys;

typedef struct PruneFilter {
	char **labels, **without; /* label=, label!= */
	int64_t until; /* as timestamps are; INT64_MAX: any time */
	bool all;
} PruneFilter;

/* -EINVAL in Docker's words. `ret` is to be cleared in any case. */
int prune_filter_parse(char *const *texts, unsigned keys, PruneFilter *ret, Error **err);
/* `created` is RFC 3339, and counts only with until=. */
bool prune_filter_match(const PruneFilter *f, char *const *labels, const char *created);
void prune_filter_clear(PruneFilter *f);
#define cleanup_prune_filter cleanup(prune_filter_clear)
