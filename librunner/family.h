/*
 * family: distributions that handle packages alike, and the recipe that makes an image of a family
 * bootable.
 *
 * A family is found by os-release's ID and ID_LIKE, or by the name the catalogue uses. One without
 * recipe boots only images that bring systemd themselves.
 */
#pragma once

#include "librunner/os-release.h"

typedef struct Recipe {
	/* Name and version; to be changed with whatever changes the result: images that were
	 * prepared by another version are prepared again. */
	const char *name;
	const char *const *packages; /* what is installed */
	/* For `sh -c`, run as root inside the image, the packages as its arguments. */
	const char *script;
} Recipe;

typedef struct Family {
	const char *name; /* "debian" */
	const char *const *ids; /* of os-release */
	const Recipe *recipe; /* NULL: none */
} Family;

/* NULL when it is not known. */
const Family *family_by_name(const char *name);
/* By ID, then by ID_LIKE from the closest on. */
const Family *family_of(const OsRelease *os);
