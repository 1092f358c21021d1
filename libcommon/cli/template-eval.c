/* template-eval: executes a template's tree on a value. */
#include "libcommon/cli/template-eval.h"

#include "libcommon/alloc.h"
#include "libcommon/json.h"

typedef enum { FLOW_NEXT, FLOW_BREAK, FLOW_CONTINUE } Flow;

/* ---- errors ---- */

void eval_error(Eval *e, size_t position, const char *context, const char *message)
{
	size_t line = 1, column = position;

	for (size_t i = 0; i < position; i++)
		if (e->t->text[i] == '\n') {
			line++;
			column = position - i - 1;
		}
	(void)error_set(e->err, EINVAL, "template: %s:%zu:%zu: executing \"%s\" at <%s>: %s",
			e->t->name, line, column, e->name, context, message);
}

json_t *eval_fail(Eval *e, const Operand *o, const char *text, const char *more)
{
	cleanup_free char *message = xasprintf("%s%s", text, more);
	cleanup_free char *context = xstrndup(e->t->text + o->at, o->length);

	eval_error(e, o->position, context, message);
	return NULL;
}

void eval_push_variable(Eval *e, const char *name, json_t *value)
{
	GROW(e->variables, e->n, &e->cap);
	e->variables[e->n++] = (Variable){ name, json_incref(value) };
}

void eval_pop_variables(Eval *e, size_t n)
{
	while (e->n > n)
		json_decref(e->variables[--e->n].value);
}

/* ---- nodes ---- */

static int run_nodes(Eval *e, const Node *node, json_t *dot, Flow *flow);

static int run_scoped(Eval *e, const Node *node, json_t *dot, Flow *flow)
{
	size_t n = e->n;
	int r = run_nodes(e, node, dot, flow);

	eval_pop_variables(e, n);
	return r;
}

/* What Go prints for a nil, which depends on what there might have been: told by the field. */
static const char *nil_text(const Pipe *pipe)
{
	const TemplateCommand *c = &pipe->commands[pipe->n - 1];
	const Operand *o = &c->operands[c->n - 1];
	size_t n = strv_length(o->fields);

	return n ? value_nil_text(o->fields[n - 1]) : "<no value>";
}

static int run_action(Eval *e, const Node *node, json_t *dot)
{
	cleanup_json json_t *v = eval_pipe(e, node->pipe, dot);

	if (!v)
		return -EINVAL;
	if (node->pipe->n_variables)
		return 0;
	if (v == e->no_value || v == e->no_data)
		strbuf_adds(e->out, "<no value>");
	else if (json_is_null(v))
		strbuf_adds(e->out, nil_text(node->pipe));
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
		eval_push_variable(e, pipe->variables[0], index);
	if (pipe->n_variables)
		eval_push_variable(e, pipe->variables[pipe->n_variables - 1], element);
	r = run_nodes(e, node->body, element, flow);
	eval_pop_variables(e, n);
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

/* From 0 up to it. */
static int range_integer(Eval *e, const Node *node, json_int_t end, Flow *flow)
{
	int r = 0;

	for (json_int_t i = 0; i < end && r >= 0 && *flow == FLOW_NEXT; i++) {
		cleanup_json json_t *index = json_integer(i);

		if (++e->steps > TEMPLATE_MAX_STEPS)
			return error_set(e->err, EINVAL, "template: too much work");
		r = run_turn(e, node, index, index, flow);
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
	if (json_is_integer(v)) {
		r = value_truth(v) ? range_integer(e, node, json_integer_value(v), flow)
				   : run_scoped(e, node->otherwise, dot, flow);
		*flow = FLOW_NEXT;
		return r;
	}
	if (!json_is_array(v) && !json_is_object(v) && !json_is_null(v)) {
		(void)eval_fail(e, &c->operands[0], "range can't iterate over ", value_type(v));
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
	eval_pop_variables(e, n);
	return r;
}

static int template_fail(Eval *e, const Node *node, const char *message)
{
	cleanup_free char *name = str_quote(node->text), *context = NULL;
	const Pipe *pipe = node->pipe;

	context = xasprintf("{{template %s%s%.*s}}", name, pipe ? " " : "",
			    pipe ? (int)pipe->length : 0, pipe ? e->t->text + pipe->at : "");
	eval_error(e, node->at, context, message);
	return -EINVAL;
}

/* Another definition, on the value of the pipeline: it sees none of our variables. */
static int run_template(Eval *e, const Node *node, json_t *dot)
{
	const Definition *d = template_definition(e->t, node->text);
	cleanup_free char *message = NULL;
	cleanup_json json_t *value = NULL;
	Flow flow = FLOW_NEXT;
	Eval inner;
	int r;

	if (!d) {
		cleanup_free char *name = str_quote(node->text);

		message = xasprintf("template %s not defined", name);
		return template_fail(e, node, message);
	}
	if (++e->steps > TEMPLATE_MAX_STEPS)
		return template_fail(e, node, "too much work");
	value = node->pipe ? eval_pipe(e, node->pipe, dot) : json_incref(e->no_data);
	if (!value)
		return -EINVAL;
	if (e->levels >= TEMPLATE_MAX_LEVELS) {
		message = xasprintf("exceeded maximum template depth (%d)", TEMPLATE_MAX_LEVELS);
		return template_fail(e, node, message);
	}
	inner = *e;
	inner.name = d->name;
	inner.root = value;
	inner.variables = NULL;
	inner.n = inner.cap = 0;
	r = run_nodes(&inner, d->nodes, value, &flow);
	eval_pop_variables(&inner, 0);
	free(inner.variables);
	e->steps = inner.steps;
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
	case NODE_TEMPLATE:
		return run_template(e, node, dot);
	default:
		return run_branch(e, node, dot, flow);
	}
}

static int run_nodes(Eval *e, const Node *node, json_t *dot, Flow *flow)
{
	int r = 0;

	e->levels++;
	for (; node && r >= 0 && *flow == FLOW_NEXT; node = node->next)
		r = run_node(e, node, dot, flow);
	e->levels--;
	return r;
}

int template_execute(const Template *t, json_t *value, unsigned flags, Strbuf *out, Error **err)
{
	cleanup_json json_t *no_value = json_object(), *no_data = json_object();
	Eval e = { .t = t,
		   .name = t->name,
		   .root = value,
		   .flags = flags,
		   .out = out,
		   .err = err,
		   .no_value = no_value,
		   .no_data = no_data };
	Flow flow = FLOW_NEXT;
	int r = run_nodes(&e, template_definition(t, t->name)->nodes, value, &flow);

	eval_pop_variables(&e, 0);
	free(e.variables);
	return r;
}
