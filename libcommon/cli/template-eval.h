/*
 * template-eval: what the files that execute a template share; nobody else includes it.
 *
 * Values are references of the caller's own; NULL means that the error is set.
 */
#pragma once

#include "libcommon/cli/template-internal.h"

/* Commands that one execution may run: nested ranges over a long list must end some day. */
#define TEMPLATE_MAX_STEPS 10000000
/* Levels of {{template}} and of what is inside it, because each takes from our stack. */
#define TEMPLATE_MAX_LEVELS 1000

typedef struct Variable {
	const char *name;
	json_t *value;
} Variable;

typedef struct Eval {
	const Template *t;
	const char *name; /* of the definition */
	json_t *root;
	unsigned flags, levels;
	unsigned long steps;
	Variable *variables;
	size_t n, cap;
	Strbuf *out;
	Error **err;
	/* Stands for what a map has no entry for: printed as `<no value>`. */
	json_t *no_value;
	/* What a template is executed on that was given nothing; so is any field of it. */
	json_t *no_data;
} Eval;

/* "template: :1:2: executing "" at <.Foo>: …" */
void eval_error(Eval *e, size_t position, const char *context, const char *message);
/* Makes the error of an operand, of two texts put together; NULL. */
json_t *eval_fail(Eval *e, const Operand *o, const char *text, const char *more);

void eval_push_variable(Eval *e, const char *name, json_t *value);
/* Ends the life of all variables but the first `n`. */
void eval_pop_variables(Eval *e, size_t n);

/* ---- template-command.c ---- */

/* The value of a pipeline's commands; eval_pipe() also gives it to the pipeline's variable. */
json_t *eval_commands(Eval *e, const Pipe *pipe, json_t *dot);
json_t *eval_pipe(Eval *e, const Pipe *pipe, json_t *dot);
