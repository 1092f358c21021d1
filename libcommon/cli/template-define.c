/* template-define: {{define}}, {{block}} and {{template}}. */
#include "libcommon/alloc.h"
#include "libcommon/cli/template-parser.h"
#include "libcommon/json.h"

/* The name behind the current token; it becomes the current one. */
static int parse_name(Parser *p, const char *context, char **ret)
{
	cleanup_json json_t *name = NULL;
	int r = parser_advance(p);

	if (r < 0)
		return r;
	if (p->token.kind != TOKEN_STRING && p->token.kind != TOKEN_RAW_STRING)
		return parser_unexpected(p, context);
	r = parser_string(p, &name);
	if (r >= 0)
		*ret = xstrdup(json_string_value(name));
	return r;
}

/* Nothing but blanks counts as no definition, which another one may replace. */
static bool is_empty(const Node *node)
{
	for (; node; node = node->next)
		if (node->kind != NODE_TEXT || node->text[strspn(node->text, " \t\r\n\v\f")])
			return false;
	return true;
}

int parser_add_definition(Parser *p, const char *name, Node *nodes)
{
	Template *t = p->t;
	Definition *old = (Definition *)template_definition(t, name);
	cleanup_free char *quoted = NULL;

	if (!old) {
		GROW(t->definitions, t->n_definitions, &t->cap_definitions);
		t->definitions[t->n_definitions++] = (Definition){ xstrdup(name), nodes };
		return 0;
	}
	if (is_empty(old->nodes)) {
		node_list_free(old->nodes);
		old->nodes = nodes;
		return 0;
	}
	if (is_empty(nodes)) {
		node_list_free(nodes);
		return 0;
	}
	node_list_free(nodes);
	quoted = str_quote(name);
	return parser_fail(p, "template: multiple definition of template ", quoted);
}

/* What stands between the action and its `end`: it sees no variables and no range of what is
 * around it. */
static int parse_body(Parser *p, const char *name, const char *context)
{
	char **variables = p->variables;
	unsigned ranges = p->ranges;
	Node *nodes = NULL;
	Ended ended = ENDED_EOF;
	int r;

	if (++p->depth > TEMPLATE_MAX_DEPTH)
		return parser_fail(p, "nested too deeply", NULL);
	p->variables = NULL;
	p->ranges = 0;
	r = parser_nodes(p, false, &nodes, &ended);
	strv_free(p->variables);
	p->variables = variables;
	p->ranges = ranges;
	p->depth--;
	if (r >= 0 && ended == ENDED_ELSE)
		r = parser_fail(p, "unexpected {{else}} in ", context);
	if (r >= 0 && ended == ENDED_EOF)
		r = parser_fail(p, "unexpected EOF", NULL);
	if (r >= 0)
		return parser_add_definition(p, name, nodes);
	node_list_free(nodes);
	return r;
}

int parser_define(Parser *p)
{
	cleanup_free char *name = NULL;
	int r = parse_name(p, "define clause", &name);

	if (r >= 0)
		r = parser_advance(p);
	if (r < 0)
		return r;
	if (p->token.kind != TOKEN_END)
		return parser_unexpected(p, "define clause");
	return parse_body(p, name, "define clause");
}

int parser_block(Parser *p, Node *node)
{
	int r = parse_name(p, "block clause", &node->text);

	node->kind = NODE_TEMPLATE;
	node->at = p->token.at;
	if (r >= 0)
		r = parser_pipe(p, TOKEN_END, "block clause", &node->pipe);
	return r < 0 ? r : parse_body(p, node->text, "block clause");
}

int parser_template(Parser *p, Node *node)
{
	int r = parse_name(p, "template clause", &node->text);
	size_t pos = p->pos;

	node->kind = NODE_TEMPLATE;
	node->at = p->token.at;
	if (r >= 0)
		r = parser_advance(p);
	if (r < 0 || p->token.kind == TOKEN_END)
		return r;
	p->pos = pos;
	return parser_pipe(p, TOKEN_END, "template clause", &node->pipe);
}
