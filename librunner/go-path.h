/*
 * go-path: paths as text, by the rules of Go's path/filepath and of Docker's archive package, which
 * give trailing slashes and dots a meaning. Callers free the strings.
 */
#pragma once

#include <stdbool.h>

/* filepath.Clean: without `.`, empty and inner `..` components. */
char *go_path_clean(const char *path);
/* filepath.Join("/", path). */
char *go_path_rooted(const char *path);
/* filepath.Base: the last component, "/" for the root, "." for nothing. */
char *go_path_base(const char *path);
/* filepath.Dir of a path. */
char *go_path_dir(const char *path);

/* PreserveTrailingDotOrSeparator: gives a clean path the `/` or `/.` that the original ends with.
 */
char *go_path_keep_end(const char *clean, const char *original);
/* Whether the path ends with a slash; whether its last component is a dot; either of them, which
 * says that it means a directory. */
bool go_path_ends_with_slash(const char *path);
bool go_path_ends_with_dot(const char *path);
bool go_path_asserts_directory(const char *path);
/* SplitPathDirEntry: the directory and the entry in it, which is "." for a path that ends with a
 * dot. */
void go_path_split(const char *path, char **ret_dir, char **ret_base);
