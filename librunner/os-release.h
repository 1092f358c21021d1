/*
 * os-release: which distribution a tree holds, by os-release(5).
 *
 * The text comes from images and is parsed as hostile input: lines that are not assignments are
 * passed over, as every reader of the file does; sizes are bounded. It is data, never sourced.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/cleanup.h"

/* What a larger file is cut to: the longest in use has about a thousand bytes. */
#define OS_RELEASE_MAX_SIZE (64 * 1024)

typedef struct OsRelease {
	char *id; /* "debian"; "linux" when the file does not say, as os-release(5) defines */
	char **id_like; /* closest first */
	char *version_id; /* "12"; NULL for rolling releases */
	char *version_codename; /* "bookworm" */
	char *pretty_name; /* "Debian GNU/Linux 12 (bookworm)" */
} OsRelease;

/* Never fails: what cannot be read is missing. */
OsRelease *os_release_parse(const char *text, size_t n);
OsRelease *os_release_free(OsRelease *os);
DEFINE_CLEANUP(OsRelease, os_release_free)
#define cleanup_os_release cleanup(os_release_freep)

/* Whether ID or one of ID_LIKE is `id`. */
bool os_release_is(const OsRelease *os, const char *id);
