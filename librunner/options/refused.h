/*
 * refused: what of Docker's command line cannot be had here, and why: the project's one table.
 */
#pragma once

#include "libcommon/cli/refused.h"

extern const RefusedFlag refused_flags[];
