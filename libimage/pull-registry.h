/* pull-registry: pulls one reference, from the mirrors of its registry or from itself. */
#pragma once

#include "libimage/platform.h"
#include "libimage/pull-progress.h"
#include "libimage/reference.h"
#include "libimage/store.h"

typedef struct PullSource {
	const Reference *ref;
	const Platform *platform;
	const char *config_dir;
	const char *shown; /* how the user called it, for the status line */
	char *const *names; /* further canonical names for the image */
} PullSource;

int pull_registry(Store *store, const PullSource *s, PullProgress *progress, char **ret_id,
		  Error **err);
