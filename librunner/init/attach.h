/*
 * attach: puts the mounts that came from the monitor where they belong. We are in the container's
 * root already: a link of the image can lead to another place in it, and nowhere else.
 * The host's control group namespace comes the same way.
 */
#pragma once

#include "librunner/init/spec.h"

void attach_mounts(const Spec *spec);
