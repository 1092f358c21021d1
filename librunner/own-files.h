/*
 * own-files: what we put into a container's upper directory ourselves: mount points, and files with
 * the container's identity. `diff` does not show them and no image made of the container has them,
 * as long as they are what we made: what the container has changed is its own.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "librunner/container.h"

/* Whether the entry `name` of the directory `dirfd` is ours. `path` is absolute, in the container;
 * `st` is the entry's. */
bool own_file(const Container *c, const char *path, int dirfd, const char *name,
	      const struct stat *st);
/* Whether a directory that no layer has, and that has nothing in it but our files, is ours: there
 * because something was mounted on it, or because systemd-nspawn insists on it. */
bool own_directory(const char *path);

/* All of them in an upper directory, as absolute paths, with directories that hold nothing else;
 * never NULL, ended by NULL. `lower` is what the layers show. Free with strv_free(). */
char **own_paths(const Container *c, int upper, int lower);
