/*
 * root-path: makes what is missing below a root directory, by paths that mean what they mean to a
 * process whose root directory it is. Whatever links there are, nothing outside is touched.
 */
#pragma once

#include <sys/types.h>

/* Opens a directory (O_PATH), made with its parents where there is none. -errno. */
int root_make_dir(int rootfd, const char *path, mode_t mode);
/* Opens whatever is there (O_PATH, links followed), or makes an empty file, with its parents. */
int root_make_file(int rootfd, const char *path, mode_t mode);
