/* mountinfo: the mount points of this mount namespace, in the order they were made. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef struct Mounts {
	char **points; /* NULL-terminated, unescaped */
	size_t n;
	char *text;
} Mounts;

/* Reads /proc/self/mountinfo. */
bool mounts_read(Mounts *ret);
void mounts_clear(Mounts *m);
/* Takes the text of such a file (ownership too, also on failure). */
bool mounts_parse(char *text, Mounts *ret);
/* Whether `path` is `dir` or below it. */
bool path_within(const char *path, const char *dir);
