/*
 * fragment: configuration fragments (`--config-file FILE.yaml`): run flags by their long names.
 *
 *   memory: 512m
 *   env: {A: b}                 # or [A=b]
 *   cap-add: [NET_ADMIN]
 *   includes: [common.yaml]     # relative to this file; what is here counts for more
 *
 * Lists accumulate. Paths are relative to the file that they stand in. What is settled when a
 * container is created cannot be in a fragment, because fragments are read again at every start.
 */
#pragma once

#include "librunner/options/run-flags.h"

/* Applies a file and what it includes; what is parsed into `f` afterwards counts for more. Errors
 * begin with `FILE:LINE: `. */
int fragment_apply(RunFlags *f, const char *path, Error **err);
/* One text, without includes: for tests. `path` is its name and tells the folder. */
int fragment_apply_text(RunFlags *f, const char *path, const char *text, size_t n, Error **err);
