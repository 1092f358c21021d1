/*
 * inotify-limit: each booted guest takes about eight inotify instances of the host's root, which
 * the kernel limits to 128 unless told otherwise. A guest that gets none does not boot, and says no
 * more than "Too many open files".
 */
#pragma once

#include "libcommon/error.h"

/* -EMFILE, with the limit's name and value, when a guest would not get its instances. */
int inotify_limit_check(Error **err);
/* What to add to the last words of a guest that did not boot: "" when they say nothing of this. The
 * caller frees it. */
char *inotify_limit_hint(const char *words);
