/*
 * pattern: dotted paths of keys with `*` for any key, as compose's tables of rules are written:
 * `services.*.build.args`. A KeyPath is the place a walk through a tree is at.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define KEY_PATH_MAX 128

/* The keys from the root to here, borrowed; an item of a list is "[]". */
typedef struct KeyPath {
	const char *keys[KEY_PATH_MAX];
	size_t n;
} KeyPath;

/* Trees are no deeper than yaml.h lets them be; a deeper path is cut. */
void key_path_push(KeyPath *p, const char *key);
void key_path_pop(KeyPath *p);
bool key_path_matches(const KeyPath *p, const char *pattern);
/* As compose's messages show it: dotted. The caller frees it. */
char *key_path_text(const KeyPath *p);
