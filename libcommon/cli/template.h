/*
 * template: Go's text/template over JSON values, for `--format`.
 *
 * Understood: text, {{- trim -}}, comments, pipelines, fields, variables, if, else if, range, with,
 * break, continue, define, template, block; the functions and or not eq ne lt le gt ge len index
 * slice print printf println html urlquery js call, and Docker's json join split lower upper title
 * pad truncate. Messages are Go's, without Docker's words in front (`template: :1: function "x" not
 * defined`).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "libcommon/error.h"
#include "libcommon/str.h"

typedef struct Template Template;

int template_parse(const char *text, Template **ret, Error **err);
/* The same with the name that messages show (`template: version:1: …`). */
int template_parse_named(const char *name, const char *text, Template **ret, Error **err);
Template *template_free(Template *t);
DEFINE_CLEANUP(Template, template_free)

/* Whether it names this key of the value it is executed on. */
bool template_names(const Template *t, const char *key);
/* Whether the template may look at this key of the value it is executed on (never wrongly no), so
 * that a caller need not make what is expensive. */
bool template_uses(const Template *t, const char *key);

typedef enum {
	/* Docker's way to get a table's header from the rows' template: the functions that change
	 * text leave it alone. */
	TEMPLATE_HEADER = 1 << 0,
	/* A key that an object does not have is an error in the words that Go has for maps, as in
	 * `docker inspect`. */
	TEMPLATE_MAP = 1 << 1,
} TemplateFlags;

/* Appends the result; -EINVAL (and perhaps half a result) when the value does not fit. */
int template_execute(const Template *t, json_t *value, unsigned flags, Strbuf *out, Error **err);

/* Appends a value as Go's %v prints it. */
void value_print(Strbuf *out, const json_t *v);
