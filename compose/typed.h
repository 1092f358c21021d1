/*
 * typed: the values of a canonical tree as what they mean: sizes and durations are numbers, lists
 * of NAME=value are mappings, commands are vectors. Keys of objects are what the tables of schema.h
 * name, and x-*. The structs of model.h are decoded from it, `config` prints it.
 */
#pragma once

#include "compose/schema.h"

/* Nulls that mean nothing are left out. -EINVAL with the place. The caller owns *ret. */
int compose_typed(const ComposeWalk *w, const ComposePlace *p, const SchemaObject *object,
		  const json_t *value, json_t **ret);
/* A value as Go's fmt.Sprint writes it, NULL for lists and mappings; the caller frees it. */
char *compose_value_text(const json_t *value);
