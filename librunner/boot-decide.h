/*
 * boot-decide: the parts of boot_decide() (provision.h), and looking into images.
 */
#pragma once

#include "librunner/family.h"
#include "librunner/layers-lookup.h"
#include "librunner/provision.h"

#define BOOT_LABEL "racker.boot"

/* Whether the configuration is that of an operating system and not of a program: the command is a
 * shell or an init, and nothing else is set. */
bool boot_config_is_system(const ImageConfig *c);

/* Opens layers (lowest first) for lookups. */
int image_lookup(Runtime *rt, char *const *layers, LayersLookup **ret, Error **err);
/* NULL when there is none. */
OsRelease *image_os_release(const LayersLookup *l);
