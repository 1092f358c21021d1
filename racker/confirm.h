/* confirm: the question before something is removed for good. */
#pragma once

#include <stdbool.h>

/* Shows Docker's `WARNING! …` and asks; whatever is not `y` is no. */
bool confirm(const char *warning);
