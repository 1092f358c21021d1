/* paths: what compose does with paths beyond librunner/go-path.h; nothing looks at files except
 * where it says so. Callers free what they get. */
#pragma once

#include <stdbool.h>

/* Clean; `path` alone where `dir` is empty. An absolute `path` is put below `dir` nevertheless. */
char *compose_path_join(const char *dir, const char *path);
/* The last name; "/" for the root. Points into `path`, which is clean. */
const char *compose_path_base(const char *path);
/* Absolute and clean, below the working directory of the process. */
char *compose_path_absolute(const char *path);
/* `path` as seen from `base`, both absolute. */
char *compose_path_relative(const char *base, const char *path);
/* With `~` in front replaced by HOME; a warning where there is none. */
char *compose_path_expand_user(const char *path);
/* C:\ and \\server\share, which an engine elsewhere may understand. */
bool compose_path_is_windows(const char *path);
/* The path with its first part that is a symbolic link resolved, or as it is. */
char *compose_path_resolve_link(const char *path);
