/* family-debian: the recipe of distributions with apt. */
#pragma once

#include "librunner/family.h"

extern const Recipe family_debian_recipe;
