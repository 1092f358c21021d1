/* typed-internal: what the files of typed.h share. */
#pragma once

#include "compose/typed.h"

/* *ret is set to a new value, or left alone where the value means nothing. */
typedef int (*TypedConvert)(const ComposeWalk *w, const ComposePlace *p, const json_t *value,
			    json_t **ret);

int typed_string(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret);
int typed_bool(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret);
int typed_int(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret);
int typed_float(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret);
int typed_bytes(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret);
int typed_duration(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret);
int typed_count(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret);

int typed_strings(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret);
int typed_command(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret);
int typed_test(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret);
int typed_env(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret);
int typed_mapping(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret);
int typed_hosts(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret);
int typed_ssh(const ComposeWalk *w, const ComposePlace *p, const json_t *v, json_t **ret);

/* `PLACE: must be a …` */
int typed_fail(const ComposeWalk *w, const ComposePlace *p, const char *text);
