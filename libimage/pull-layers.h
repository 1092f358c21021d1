/* pull-layers: fetches and unpacks what an image lacks, several layers at once. */
#pragma once

#include <stdatomic.h>

#include "libimage/layer.h"
#include "libimage/manifest.h"
#include "libimage/pull-progress.h"
#include "libimage/registry.h"

/* `stop` is what the registry's `cancelled` looks at: set here when one layer fails, so that the
 * others end too. The first failure is the error. */
int pull_layers(Ingest *in, Registry *registry, const Manifest *m, PullProgress *progress,
		atomic_bool *stop, Error **err);
/* How a blob is named in progress: its first 12 digits. Caller frees. */
char *layer_shown_id(const char *digest);
