/* ps-columns: what `compose ps` shows of a container. */
#pragma once

#include "compose/containers.h"
#include "libcommon/cli/columns.h"
#include "libcommon/json.h"

typedef struct PsRow {
	const Container *c;
	int64_t now; /* nanoseconds since 1970 */
} PsRow;

extern const Column compose_ps_columns[];
/* Of a table without a format. */
extern const char *const compose_ps_keys[];

/* `--format json`: the caller owns it. */
json_t *ps_row_json(const PsRow *row);
/* "8080->80/tcp, …" as `ps` has it; the caller frees it. */
char *ports_text(const Container *c);
