/*
 * ps-columns: the columns of `ps`, and what its lines may be sorted by.
 */
#pragma once

#include "libcommon/cli/columns.h"
#include "librunner/container.h"

/* One line of the list. */
typedef struct PsRow {
	Runtime *rt;
	const Container *c;
	char *image; /* its name, or its ID when the name means another image now */
	int64_t now;
	bool size; /* sizes are asked for: finding them out takes time */
	int64_t size_rw, size_root; /* filled by ps_row_measure() */
} PsRow;

extern const Column ps_columns[];

/* Finds out the sizes, once. */
void ps_row_measure(PsRow *row);

/* Sorts by the name of a column ("name", "created", "size" …); -EINVAL lists what there is. */
int ps_sort(PsRow *rows, size_t n, const char *key, Error **err);
