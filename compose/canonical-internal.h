/* canonical-internal: what the files of canonical.h share. */
#pragma once

#include "compose/canonical.h"

typedef struct Canonical {
	ComposeWalk walk;
	ComposePositions *positions;
	bool lenient; /* what cannot be parsed stays */
} Canonical;

/* Each brings one value into its long form. `value` is borrowed; *ret, a reference of its own, is
 * what takes its place and may be `value` itself. */
int canonical_ports(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret);
int canonical_volume(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret);
int canonical_device(const Canonical *c, const ComposePlace *p, json_t *value, json_t **ret);

/* `{"key": value}` without what is empty. */
void canonical_set(json_t *object, const char *key, const char *value);
/* `must be …` */
int canonical_type(const Canonical *c, const ComposePlace *p, const char *what);
