/*
 * template-builtins: the functions of templates that do not live beside their table; private to the
 * template files.
 */
#pragma once

#include "libcommon/cli/template-internal.h"

/* Takes ownership of a text. */
json_t *template_text(char *s);
/* "wrong type for value; expected string; got int"; NULL. */
json_t *template_wrong_type(Error **err, const char *wanted, const json_t *got);

json_t *template_eq(json_t *const *args, size_t n, Error **err);
json_t *template_index(json_t *const *args, size_t n, Error **err);
json_t *template_len(json_t *const *args, size_t n, Error **err);
json_t *template_ne(json_t *const *args, size_t n, Error **err);
json_t *template_not(json_t *const *args, size_t n, Error **err);
json_t *template_slice(json_t *const *args, size_t n, Error **err);
json_t *template_js(json_t *const *args, size_t n, Error **err);
json_t *template_html(json_t *const *args, size_t n, Error **err);
json_t *template_urlquery(json_t *const *args, size_t n, Error **err);
json_t *template_lt(json_t *const *args, size_t n, Error **err);
json_t *template_le(json_t *const *args, size_t n, Error **err);
json_t *template_gt(json_t *const *args, size_t n, Error **err);
json_t *template_ge(json_t *const *args, size_t n, Error **err);
