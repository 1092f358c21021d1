/*
 * overlay: how overlayfs writes down in an upper directory what is gone.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

/* A file that says that the layers' one of that name is gone. */
bool overlay_is_whiteout(const struct stat *st);
/* Whether an open directory hides what the layers have in it. */
bool overlay_is_opaque(int fd);
