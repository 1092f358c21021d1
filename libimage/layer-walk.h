/*
 * layer-walk: goes along a path in a LayerTree, through links, never out of it; part of layer-tree.
 */
#pragma once

#include "libimage/layer-tree.h"

/* A walk from the root along a path, through links, in the tree only. */
typedef struct Walk {
	LayerTree *tree;
	const struct timespec *mtime; /* of what is made; NULL: nothing is made */
	char *rest; /* what is still to be walked */
	char *at; /* the directory reached, without links */
	int fd; /* it */
	unsigned links, depth;
} Walk;

/* Starts anew at a directory, given without links. */
int walk_to(Walk *w, char *at /* takes ownership */, Error **err);
/* Walks all of w->rest: 1, or 0 when something is not there. */
int walk(Walk *w, Error **err);
void walk_clear(Walk *w);
