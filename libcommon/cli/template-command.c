/* template-command: the values of operands, commands and pipelines. */
#include "libcommon/alloc.h"
#include "libcommon/cli/template-eval.h"
#include "libcommon/json.h"

static json_t *fail_command(Eval *e, const TemplateCommand *c, const char *name, Error *reason)
{
	cleanup_free char *message = xasprintf("error calling %s: %s", name, reason->msg);
	cleanup_free char *context = xstrndup(e->t->text + c->at, c->length);

	error_free(reason);
	eval_error(e, c->at, context, message);
	return NULL;
}

static Variable *find_variable(Eval *e, const char *name)
{
	for (size_t i = e->n; i > 0; i--)
		if (streq(e->variables[i - 1].name, name))
			return &e->variables[i - 1];
	return NULL;
}

static json_t *eval_term(Eval *e, const Operand *o, json_t *dot)
{
	const Variable *v;

	switch (o->kind) {
	case OPERAND_DOT:
		return json_incref(dot);
	case OPERAND_CONSTANT:
		return json_incref(o->constant);
	case OPERAND_PIPE:
		return eval_pipe(e, o->pipe, dot);
	case OPERAND_VARIABLE:
		if (streq(o->name, "$"))
			return json_incref(e->root);
		v = find_variable(e, o->name);
		return v ? json_incref(v->value) : eval_fail(e, o, "undefined variable: ", o->name);
	default:
		return json_null();
	}
}

/* Docker's objects that are maps by users' names: a name that is not there is no mistake. */
static bool is_map(const char *field)
{
	static const char *const maps[] = { "Attributes", "Labels",	  "Annotations",  "Volumes",
					    "Data",	  "ExposedPorts", "PortBindings", "Ports",
					    "Networks",	  "Sysctls",	  "Tmpfs",	  "Options",
					    "DriverOpts" };

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		if (streq(maps[i], field))
			return true;
	return false;
}

/* Without the value of `field`, which `in` (or NULL) was to have. */
static json_t *missing_field(Eval *e, const Operand *o, const json_t *object, const char *in,
			     const char *field)
{
	bool map = e->flags & TEMPLATE_MAP, absent = map && in && json_is_null(object);
	cleanup_free char *quoted = str_quote(absent ? in : field), *text = NULL;

	if (map && json_is_object(object) && value_is_optional(field))
		return json_null();
	if (absent && value_is_optional(in))
		return eval_fail(e, o, "map has no entry for key ", quoted);
	if (object == e->no_data)
		return map ? eval_fail(e, o, "nil data; no entry for key ", quoted)
			   : json_incref(e->no_data);
	if (json_is_null(object) || object == e->no_value)
		return eval_fail(e, o, "nil pointer evaluating interface {}.", field);
	if (json_is_object(object) && map)
		return eval_fail(e, o, "map has no entry for key ", quoted);
	text = json_is_object(object) ? xasprintf("can't evaluate field %s", field)
				      : xasprintf("can't evaluate field %s in type %s", field,
						  map ? "interface {}" : value_type(object));
	return eval_fail(e, o, text, "");
}

/* The value of a field, as a reference of its own, from one that is given up. `in` is the name of
 * the field that this is a field of, or NULL. */
static json_t *take_field(Eval *e, const Operand *o, json_t *from, const char *in,
			  const char *field)
{
	cleanup_json json_t *object = from;
	json_t *value = json_object_get(object, field);

	if (value)
		return json_incref(value);
	if (in && is_map(in) && (json_is_object(object) || json_is_null(object)))
		return json_incref(e->no_value);
	return missing_field(e, o, object, in, field);
}

static json_t *eval_operand(Eval *e, const Operand *o, json_t *dot)
{
	json_t *v = eval_term(e, o, dot);

	STRV_FOREACH(field, o->fields)
		if (v)
			v = take_field(e, o, v, field > o->fields ? field[-1] : NULL, *field);
	return v;
}

/* ---- commands ---- */

typedef struct Arguments {
	json_t **v;
	size_t n, cap;
} Arguments;

static void arguments_clear(Arguments *a)
{
	for (size_t i = 0; i < a->n; i++)
		json_decref(a->v[i]);
	free(a->v);
}

/* An operand that is a function in an argument's place is called without arguments, as in Go. */
static json_t *eval_argument(Eval *e, const Operand *o, json_t *dot)
{
	cleanup_free char *count = NULL;
	json_t *v;

	if (o->kind != OPERAND_FUNCTION) {
		v = eval_operand(e, o, dot);
		if (v != e->no_data)
			return v;
		json_decref(v);
		return json_null();
	}
	if (o->function->min == 0)
		return o->function->call(NULL, 0, e->err);
	count = xasprintf("wrong number of args for %s: want %s%d got 0", o->function->name,
			  o->function->max < 0 ? "at least " : "", o->function->min);
	return eval_fail(e, o, count, "");
}

/* and stops at the first false value, or at the first true one; that one is the result. */
static json_t *eval_logic(Eval *e, const TemplateCommand *c, json_t *dot, json_t *final)
{
	bool is_and = streq(c->operands[0].function->name, "and");
	json_t *v = NULL;

	for (size_t i = 1; i < c->n; i++) {
		json_decref(v);
		v = eval_argument(e, &c->operands[i], dot);
		if (!v || value_truth(v) != is_and)
			return v;
	}
	if (final) {
		json_decref(v);
		v = json_incref(final);
	}
	return v;
}

/* No value of ours is a function. */
static json_t *eval_call(Eval *e, const TemplateCommand *c, json_t *dot, json_t *final)
{
	cleanup_json json_t *v =
		c->n > 1 ? eval_argument(e, &c->operands[1], dot) : json_incref(final);
	const Operand *o = c->n > 1 ? &c->operands[1] : NULL;
	Error *reason = NULL;

	if (!v)
		return NULL;
	if (json_is_null(v))
		(void)error_set(&reason, EINVAL, "call of nil");
	else
		(void)error_set(&reason, EINVAL, "non-function %.*s of type %s",
				o ? (int)o->length : 0, o ? e->t->text + o->at : "", value_type(v));
	return fail_command(e, c, "call", reason);
}

static json_t *wrong_count(Eval *e, const TemplateCommand *c, size_t n)
{
	const TemplateFunction *f = c->operands[0].function;
	cleanup_free char *text = xasprintf("wrong number of args for %s: want %s%d got %zu",
					    f->name, f->max < 0 ? "at least " : "", f->min, n);

	return eval_fail(e, &c->operands[0], text, "");
}

static json_t *call_function(Eval *e, const TemplateCommand *c, json_t *dot, json_t *final)
{
	const TemplateFunction *f = c->operands[0].function;
	cleanup(arguments_clear) Arguments args = { 0 };
	size_t n = c->n - 1 + (final != NULL);
	Error *reason = NULL;
	json_t *v;

	if (n < (size_t)f->min || (f->max >= 0 && n > (size_t)f->max))
		return wrong_count(e, c, n);
	if (!f->call)
		return streq(f->name, "call") ? eval_call(e, c, dot, final)
					      : eval_logic(e, c, dot, final);
	for (size_t i = 1; i < c->n; i++) {
		v = eval_argument(e, &c->operands[i], dot);
		if (!v)
			return NULL;
		GROW(args.v, args.n, &args.cap);
		args.v[args.n++] = v;
	}
	if (final) {
		GROW(args.v, args.n, &args.cap);
		args.v[args.n++] = json_incref(final);
	}
	if (f->changes_text && e->flags & TEMPLATE_HEADER)
		return json_incref(args.v[0]);
	v = f->call(args.v, args.n, &reason);
	return v ? v : fail_command(e, c, f->name, reason);
}

/* `.Label "key"`: Docker's method is our object, looked up without an error for what is missing. */
static json_t *call_field(Eval *e, const TemplateCommand *c, json_t *dot, json_t *final)
{
	const Operand *o = &c->operands[0];
	cleanup_json json_t *object = eval_operand(e, o, dot), *key = NULL;
	json_t *value;

	if (!object)
		return NULL;
	/* The header of a column that looks something up is what it looks up. */
	if (e->flags & TEMPLATE_HEADER && !final)
		return eval_argument(e, &c->operands[1], dot);
	if (!o->fields || !json_is_object(object) || c->n - 1 + (final != NULL) != 1)
		return eval_fail(e, o, o->fields ? o->fields[strv_length(o->fields) - 1] : "value",
				 " is not a method but has arguments");
	key = final ? json_incref(final) : eval_argument(e, &c->operands[1], dot);
	if (!key)
		return NULL;
	value = json_is_string(key) ? json_object_get(object, json_string_value(key)) : NULL;
	return value ? json_incref(value) : json_string("");
}

static json_t *eval_command(Eval *e, const TemplateCommand *c, json_t *dot, json_t *final)
{
	const Operand *first = &c->operands[0];
	cleanup_free char *text = NULL;

	if (++e->steps > TEMPLATE_MAX_STEPS)
		return eval_fail(e, first, "too much work", "");
	if (first->kind == OPERAND_FUNCTION)
		return call_function(e, c, dot, final);
	if ((c->n > 1 || final) && !first->fields) {
		text = xstrndup(e->t->text + first->at, first->length);
		return eval_fail(e, first, "can't give argument to non-function ", text);
	}
	if (first->kind == OPERAND_NIL)
		return eval_fail(e, first, "nil is not a command", "");
	if (c->n > 1 || final)
		return call_field(e, c, dot, final);
	return eval_operand(e, first, dot);
}

/* Declares or sets the pipeline's variable. Gives its value back, or NULL after giving it up. */
static json_t *set_variable(Eval *e, const Pipe *pipe, json_t *v)
{
	const TemplateCommand *last = &pipe->commands[pipe->n - 1];
	Variable *old = pipe->assign ? find_variable(e, pipe->variables[0]) : NULL;

	if (pipe->assign && !old) {
		json_decref(v);
		return eval_fail(e, &last->operands[last->n - 1],
				 "undefined variable: ", pipe->variables[0]);
	}
	if (old) {
		json_decref(old->value);
		old->value = json_incref(v);
	} else if (pipe->n_variables == 1) {
		eval_push_variable(e, pipe->variables[0], v);
	}
	return v;
}

json_t *eval_commands(Eval *e, const Pipe *pipe, json_t *dot)
{
	json_t *v = NULL;

	for (size_t i = 0; i < pipe->n; i++) {
		json_t *next = eval_command(e, &pipe->commands[i], dot, v);

		json_decref(v);
		v = next;
		if (!v)
			break;
	}
	return v;
}

json_t *eval_pipe(Eval *e, const Pipe *pipe, json_t *dot)
{
	json_t *v = eval_commands(e, pipe, dot);

	return v && pipe->n_variables ? set_variable(e, pipe, v) : v;
}
