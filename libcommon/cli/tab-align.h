/*
 * tab-align: aligns cells that tabs end, as Go's text/tabwriter does with Docker's settings:
 * columns at least 10 wide, 3 blanks between them, the last cell of a line as it is.
 */
#pragma once

#include "libcommon/str.h"

/* Each run of lines that have a cell in a column makes the column's width anew. */
void tab_align(const char *text, Strbuf *out);
