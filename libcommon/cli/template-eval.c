/* template-eval: executes a template's tree on a value. */
#include "libcommon/alloc.h"
#include "libcommon/cli/template-internal.h"
#include "libcommon/json.h"

/* Commands that one execution may run: nested ranges over a long list must end some day. */
#define TEMPLATE_MAX_STEPS 10000000

typedef struct Variable {
	const char *name;
	json_t *value;
} Variable;

typedef enum { FLOW_NEXT, FLOW_BREAK, FLOW_CONTINUE } Flow;

typedef struct Eval {
	const Template *t;
	json_t *root;
	unsigned flags;
	unsigned long steps;
	Variable *variables;
	size_t n, cap;
	Strbuf *out;
	Error **err;
} Eval;

static json_t *eval_pipe(Eval *e, const Pipe *pipe, json_t *dot);

/* ---- errors ---- */

int template_error_at(const Template *t, size_t position, size_t at, size_t length, Error *reason,
		      Error **err)
{
	cleanup_error Error *owned = reason;
	size_t line = 1, column = position;

	for (size_t i = 0; i < position; i++)
		if (t->text[i] == '\n') {
			line++;
			column = position - i - 1;
		}
	return error_set(err, EINVAL, "template: %s:%zu:%zu: executing \"%s\" at <%.*s>: %s",
			 t->name, line, column, t->name, (int)length, t->text + at, owned->msg);
}

static json_t *fail_operand(Eval *e, const Operand *o, const char *fmt, const char *what)
{
	Error *reason = NULL;
	cleanup_free char *message = xasprintf("%s%s", fmt, what);

	(void)error_set(&reason, EINVAL, "%s", message);
	(void)template_error_at(e->t, o->position, o->at, o->length, reason, e->err);
	return NULL;
}

static json_t *fail_command(Eval *e, const TemplateCommand *c, const char *name, Error *reason)
{
	Error *calling = NULL;

	(void)error_set(&calling, EINVAL, "error calling %s: %s", name, reason->msg);
	error_free(reason);
	(void)template_error_at(e->t, c->at, c->at, c->length, calling, e->err);
	return NULL;
}

/* ---- operands ---- */

static Variable *find_variable(Eval *e, const char *name)
{
	for (size_t i = e->n; i > 0; i--)
		if (streq(e->variables[i - 1].name, name))
			return &e->variables[i - 1];
	return NULL;
}

static void push_variable(Eval *e, const char *name, json_t *value)
{
	GROW(e->variables, e->n, &e->cap);
	e->variables[e->n++] = (Variable){ name, json_incref(value) };
}

static void pop_variables(Eval *e, size_t n)
{
	while (e->n > n)
		json_decref(e->variables[--e->n].value);
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
		v = streq(o->name, "$") ? NULL : find_variable(e, o->name);
		return json_incref(v ? v->value : e->root);
	default:
		return json_null();
	}
}

/* The value of a field, as a reference of its own, from one that is given up. */
static json_t *take_field(Eval *e, const Operand *o, json_t *from, const char *field)
{
	cleanup_json json_t *object = from;
	json_t *value = json_object_get(object, field);
	cleanup_free char *rest = NULL;

	if (value)
		return json_incref(value);
	if (json_is_null(object))
		return fail_operand(e, o, "nil pointer evaluating interface {}.", field);
	rest = json_is_object(object)
		       ? xasprintf("can't evaluate field %s", field)
		       : xasprintf("can't evaluate field %s in type %s", field, value_type(object));
	return fail_operand(e, o, rest, "");
}

static json_t *eval_operand(Eval *e, const Operand *o, json_t *dot)
{
	json_t *v = eval_term(e, o, dot);

	STRV_FOREACH(field, o->fields)
		if (v)
			v = take_field(e, o, v, *field);
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

	if (o->kind != OPERAND_FUNCTION)
		return eval_operand(e, o, dot);
	if (o->function->min == 0)
		return o->function->call(NULL, 0, e->err);
	count = xasprintf("wrong number of args for %s: want %s%d got 0", o->function->name,
			  o->function->max < 0 ? "at least " : "", o->function->min);
	return fail_operand(e, o, count, "");
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

static json_t *wrong_count(Eval *e, const TemplateCommand *c, size_t n)
{
	const TemplateFunction *f = c->operands[0].function;
	cleanup_free char *text = xasprintf("wrong number of args for %s: want %s%d got %zu",
					    f->name, f->max < 0 ? "at least " : "", f->min, n);

	return fail_operand(e, &c->operands[0], text, "");
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
		return eval_logic(e, c, dot, final);
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
		return fail_operand(e, o,
				    o->fields ? o->fields[strv_length(o->fields) - 1] : "value",
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

	if (++e->steps > TEMPLATE_MAX_STEPS)
		return fail_operand(e, first, "too much work", "");
	if (first->kind == OPERAND_FUNCTION)
		return call_function(e, c, dot, final);
	if (first->kind == OPERAND_NIL)
		return fail_operand(e, first, "nil is not a command", "");
	if (c->n > 1 || final)
		return first->fields
			       ? call_field(e, c, dot, final)
			       : fail_operand(e, first, "can't give argument to non-function ",
					      "value");
	return eval_operand(e, first, dot);
}

/* Declares or sets the pipeline's variable. */
static void set_variables(Eval *e, const Pipe *pipe, json_t *v)
{
	Variable *old = pipe->assign ? find_variable(e, pipe->variables[0]) : NULL;

	if (old) {
		json_decref(old->value);
		old->value = json_incref(v);
	} else if (pipe->n_variables == 1) {
		push_variable(e, pipe->variables[0], v);
	}
}

static json_t *eval_commands(Eval *e, const Pipe *pipe, json_t *dot)
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

static json_t *eval_pipe(Eval *e, const Pipe *pipe, json_t *dot)
{
	json_t *v = eval_commands(e, pipe, dot);

	if (v && pipe->n_variables)
		set_variables(e, pipe, v);
	return v;
}

/* ---- nodes ---- */

static int run_nodes(Eval *e, const Node *node, json_t *dot, Flow *flow);

static int run_scoped(Eval *e, const Node *node, json_t *dot, Flow *flow)
{
	size_t n = e->n;
	int r = run_nodes(e, node, dot, flow);

	pop_variables(e, n);
	return r;
}

static int run_action(Eval *e, const Node *node, json_t *dot)
{
	cleanup_json json_t *v = eval_pipe(e, node->pipe, dot);

	if (!v)
		return -EINVAL;
	if (node->pipe->n_variables)
		return 0;
	if (json_is_null(v))
		strbuf_adds(e->out, "<no value>");
	else
		value_print(e->out, v);
	return 0;
}

static int run_if(Eval *e, const Node *node, json_t *dot, Flow *flow)
{
	cleanup_json json_t *v = eval_pipe(e, node->pipe, dot);

	if (!v)
		return -EINVAL;
	if (!value_truth(v))
		return run_scoped(e, node->otherwise, dot, flow);
	return run_scoped(e, node->body, node->kind == NODE_WITH ? v : dot, flow);
}

/* One turn; the variables are $element, or $index, $element. */
static int run_turn(Eval *e, const Node *node, json_t *index, json_t *element, Flow *flow)
{
	const Pipe *pipe = node->pipe;
	size_t n = e->n;
	int r;

	if (pipe->n_variables == 2)
		push_variable(e, pipe->variables[0], index);
	if (pipe->n_variables)
		push_variable(e, pipe->variables[pipe->n_variables - 1], element);
	r = run_nodes(e, node->body, element, flow);
	pop_variables(e, n);
	if (*flow == FLOW_CONTINUE)
		*flow = FLOW_NEXT;
	return r;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int range_object(Eval *e, const Node *node, json_t *v, Flow *flow)
{
	size_t size = json_object_size(v), n = 0;
	const char **keys = xnew(const char *, size + 1), *key;
	json_t *item;
	int r = 0;

	json_object_foreach(v, key, item)
		keys[n++] = key;
	qsort(keys, n, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < n && r >= 0 && *flow == FLOW_NEXT; i++) {
		cleanup_json json_t *index = json_string(keys[i]);

		r = run_turn(e, node, index, json_object_get(v, keys[i]), flow);
	}
	free(keys);
	return r;
}

static int range_array(Eval *e, const Node *node, json_t *v, Flow *flow)
{
	int r = 0;

	for (size_t i = 0; i < json_array_size(v) && r >= 0 && *flow == FLOW_NEXT; i++) {
		cleanup_json json_t *index = json_integer((json_int_t)i);

		r = run_turn(e, node, index, json_array_get(v, i), flow);
	}
	return r;
}

static int run_range(Eval *e, const Node *node, json_t *dot, Flow *flow)
{
	cleanup_json json_t *v = eval_commands(e, node->pipe, dot);
	const TemplateCommand *c = &node->pipe->commands[0];
	int r;

	if (!v)
		return -EINVAL;
	if (!json_is_array(v) && !json_is_object(v) && !json_is_null(v)) {
		(void)fail_operand(e, &c->operands[0], "range can't iterate over ", value_type(v));
		return -EINVAL;
	}
	if (!value_truth(v))
		return run_scoped(e, node->otherwise, dot, flow);
	r = json_is_array(v) ? range_array(e, node, v, flow) : range_object(e, node, v, flow);
	*flow = FLOW_NEXT;
	return r;
}

static int run_branch(Eval *e, const Node *node, json_t *dot, Flow *flow)
{
	size_t n = e->n;
	int r = node->kind == NODE_RANGE ? run_range(e, node, dot, flow)
					 : run_if(e, node, dot, flow);

	/* What the branch's own pipeline declares lives as long as the branch. */
	pop_variables(e, n);
	return r;
}

static int run_node(Eval *e, const Node *node, json_t *dot, Flow *flow)
{
	switch (node->kind) {
	case NODE_TEXT:
		strbuf_adds(e->out, node->text);
		return 0;
	case NODE_ACTION:
		return run_action(e, node, dot);
	case NODE_BREAK:
		*flow = FLOW_BREAK;
		return 0;
	case NODE_CONTINUE:
		*flow = FLOW_CONTINUE;
		return 0;
	default:
		return run_branch(e, node, dot, flow);
	}
}

static int run_nodes(Eval *e, const Node *node, json_t *dot, Flow *flow)
{
	int r = 0;

	for (; node && r >= 0 && *flow == FLOW_NEXT; node = node->next)
		r = run_node(e, node, dot, flow);
	return r;
}

int template_execute(const Template *t, json_t *value, unsigned flags, Strbuf *out, Error **err)
{
	Eval e = { .t = t, .root = value, .flags = flags, .out = out, .err = err };
	Flow flow = FLOW_NEXT;
	int r = run_nodes(&e, t->nodes, value, &flow);

	pop_variables(&e, 0);
	free(e.variables);
	return r;
}
