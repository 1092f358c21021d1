/*
 * container-diff: what a container has changed in the files of its image.
 */
#pragma once

#include "librunner/container.h"

typedef enum { CHANGE_ADDED = 'A', CHANGE_CHANGED = 'C', CHANGE_DELETED = 'D' } ChangeKind;

typedef struct Change {
	ChangeKind kind;
	char *path; /* absolute, in the container */
} Change;

typedef struct Changes {
	Change *list;
	size_t n, cap;
} Changes;
void changes_clear(Changes *changes);
#define cleanup_changes cleanup(changes_clear)

/* Docker's rules: a file counts as changed by mode, owner, size, time or capabilities; a directory
 * by mode and owner, or because something in it did; of a directory that is gone, its content is
 * not named. Directories come before what is in them, names in the order of their bytes. */
int container_diff(Runtime *rt, const char *name, Changes *ret, Error **err);

/* The same for an upper directory and the tree below it (-1: none). */
int changes_find(const Container *c, int upper, int lower, Changes *ret, Error **err);
