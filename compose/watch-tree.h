/*
 * watch-tree: a directory (or a file) of the host and everything below it, watched for changes by
 * inotify(7). Changes are collected until there is a moment of peace.
 */
#pragma once

#include <stdbool.h>

#include "libcommon/error.h"

typedef struct WatchTree WatchTree;

/* `ignore` are patterns of paths below `path` (`*.tmp`, `node_modules`, `**` followed by a name);
 * they stay the caller's. */
int watch_tree_open(const char *path, char *const *ignore, WatchTree **ret, Error **err);
WatchTree *watch_tree_free(WatchTree *t);

/* Readable when something has changed. */
int watch_tree_fd(const WatchTree *t);
/* Takes what has changed so far: *ret gets paths of files below the tree ("" for the file that is
 * watched itself), each once, also those in new directories. */
int watch_tree_read(WatchTree *t, char ***ret, Error **err);

/* Whether a path is one of those that patterns name, or below one. */
bool watch_ignored(char *const *patterns, const char *path);
