/*
 * columns: lists (`ps`, `images`, …) as tables. A column table gives header, cell text, the
 * `--format` key and JSON; rows are opaque to this module.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/error.h"
#include "libcommon/str.h"

typedef struct Column {
	const char *header; /* "CONTAINER ID" */
	const char *key; /* template field: "ID" */
	bool standard; /* part of the default table */
	/* The cell's text; the caller frees it. */
	char *(*text)(const void *row, bool truncate);
} Column;

typedef struct ColumnsOptions {
	const char *format; /* NULL or "table": default table; "json"; "table {{.A}}\t{{.B}}";
			       "{{.A}}" */
	bool no_trunc;
	const char *const
		*keys; /* default keys instead of `standard`, NULL-terminated; may be NULL */
} ColumnsOptions;

/* Prints to stdout. `columns` ends with a row without key. -EINVAL for a wrong template. */
int columns_print(const Column *columns, const ColumnsOptions *o, const void *const *rows,
		  size_t n_rows, Error **err);
/* The same, appended to a buffer. */
int columns_text(const Column *columns, const ColumnsOptions *o, const void *const *rows,
		 size_t n_rows, Strbuf *out, Error **err);
