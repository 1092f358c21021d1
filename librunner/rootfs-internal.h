/* rootfs-internal: the pieces that rootfs.c and rootfs-container.c mount overlays with. */
#pragma once

#include "libcommon/str.h"
#include "librunner/rootfs.h"

/* Overlayfs splits its options at commas and its layers at colons; a backslash keeps them. */
void rootfs_add_escaped(Strbuf *b, const char *path);
/* The directory as seen from layers/. Caller frees. */
char *rootfs_relative_dir(Store *store, const char *dir);
/* `lowerdir=…`. */
void rootfs_add_lowers(Strbuf *b, char *const *layers, const char *dir, bool with_upper);
/* Makes `upper` with the owner and mode of `top` (below layersfd, or absolute; may be NULL). */
int rootfs_make_upper(int dirfd, int layersfd, const char *top);
/* Opens layers/ and `dir`, and checks that the layers are there. */
int rootfs_open_dirs(Store *store, char *const *layers, const char *dir, int *ret_layers,
		     int *ret_dir, Error **err);
/* Enters layers/ and mounts. `flags` are mount(2)'s. */
int rootfs_mount_overlay(Store *store, int layersfd, const char *at, unsigned long flags,
			 const char *options, Error **err);
