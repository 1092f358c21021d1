/*
 * neutral: undoes what images of containers carry and booted systems must not have.
 *
 * A machine-id that every container would share; services that never start when they are installed
 * (policy-rc.d); an apt that throws away what it downloads (docker-clean); a masked login manager.
 * The result behaves as an installed system does.
 */
#pragma once

#include <stdbool.h>

#include "libcommon/error.h"
#include "librunner/layers-lookup.h"

bool neutral_needed(const LayersLookup *l);
/* Changes the tree at `dir`/`name`, a mounted root; nothing outside of it is touched. */
int neutral_apply(int dirfd, const char *name, Error **err);
