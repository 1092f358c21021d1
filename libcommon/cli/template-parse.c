/* template-parse: from text to tree. The grammar is that of Go's text/template/parse. */
#include "libcommon/alloc.h"
#include "libcommon/cli/template-parser.h"

static void scope_leave(Parser *p, size_t n)
{
	for (size_t i = strv_length(p->variables); i > n; i--) {
		free(p->variables[i - 1]);
		p->variables[i - 1] = NULL;
	}
}

static int parse_branch(Parser *p, Node *node, const char *context);

/* Behind `else`: nothing, or `if …` that shares our `end`. */
static int parse_else(Parser *p, Node *node, const char *context, Ended *ret_ended)
{
	int r = parser_advance(p);

	if (r < 0)
		return r;
	if (parser_token_is(p, context) && node->kind != NODE_RANGE) {
		*ret_ended = ENDED_END;
		node->otherwise = xnew0(Node, 1);
		node->otherwise->kind = node->kind;
		return parse_branch(p, node->otherwise, context);
	}
	if (parser_token_is(p, "if") || parser_token_is(p, "with"))
		return parser_unexpected(p, "input");
	if (p->token.kind != TOKEN_END)
		return parser_unexpected(p, "else");
	return parser_nodes(p, false, &node->otherwise, ret_ended);
}

/* The pipeline, body and alternatives of if, with and range, up to their `end`. */
static int parse_branch(Parser *p, Node *node, const char *context)
{
	size_t scope = strv_length(p->variables);
	Ended ended = ENDED_EOF;
	int r;

	if (++p->depth > TEMPLATE_MAX_DEPTH)
		return parser_fail(p, "nested too deeply", NULL);
	p->ranges += node->kind == NODE_RANGE;
	r = parser_pipe(p, TOKEN_END, context, &node->pipe);
	if (r >= 0)
		r = parser_nodes(p, false, &node->body, &ended);
	p->ranges -= node->kind == NODE_RANGE;
	if (r >= 0 && ended == ENDED_ELSE)
		r = parse_else(p, node, context, &ended);
	if (r >= 0 && ended == ENDED_ELSE)
		r = parser_fail(p, "expected end; found {{else}}", NULL);
	if (r >= 0 && ended == ENDED_EOF)
		r = parser_fail(p, "unexpected EOF", NULL);
	scope_leave(p, scope);
	p->depth--;
	return r;
}

static int parse_jump(Parser *p, Node *node)
{
	bool is_break = parser_token_is(p, "break");
	int r;

	node->kind = is_break ? NODE_BREAK : NODE_CONTINUE;
	if (!p->ranges)
		return parser_fail(p,
				   is_break ? "{{break}} outside {{range}}"
					    : "{{continue}} outside {{range}}",
				   NULL);
	r = parser_advance(p);
	if (r >= 0 && p->token.kind != TOKEN_END)
		return parser_unexpected(p, is_break ? "{{break}}" : "{{continue}}");
	return r;
}

static const struct {
	const char *word;
	NodeKind kind;
} branches[] = { { "if", NODE_IF }, { "with", NODE_WITH }, { "range", NODE_RANGE } };

/* One action, whose {{ is behind us. */
static int parse_action(Parser *p, Node *node, Ended *ret_ended)
{
	size_t pos = p->pos;
	int r = parser_advance(p);

	*ret_ended = ENDED_EOF;
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(branches) / sizeof(*branches); i++)
		if (parser_token_is(p, branches[i].word)) {
			node->kind = branches[i].kind;
			return parse_branch(p, node, branches[i].word);
		}
	if (parser_token_is(p, "break") || parser_token_is(p, "continue"))
		return parse_jump(p, node);
	if (parser_token_is(p, "block"))
		return parser_block(p, node);
	if (parser_token_is(p, "template"))
		return parser_template(p, node);
	if (parser_token_is(p, "else")) {
		*ret_ended = ENDED_ELSE;
		return 0;
	}
	if (parser_token_is(p, "end")) {
		*ret_ended = ENDED_END;
		r = parser_advance(p);
		return r >= 0 && p->token.kind != TOKEN_END ? parser_unexpected(p, "end") : r;
	}
	p->pos = pos;
	node->kind = NODE_ACTION;
	return parser_pipe(p, TOKEN_END, "command", &node->pipe);
}

/* Steps over {{ and its dash, and over a comment; *ret_comment tells whether there was one. */
static int open_action(Parser *p, bool *ret_comment)
{
	const char *s = p->t->text + p->pos + 2, *end;
	bool trim = *s == '-' && s[1] && strchr(" \t\r\n", s[1]);
	int r;

	p->pos += trim ? 3 : 2;
	s += trim ? 2 : 0;
	*ret_comment = startswith(s, "/*") != NULL;
	if (!*ret_comment)
		return 0;
	end = strstr(s + 2, "*/");
	if (!end)
		return parser_fail(p, "unclosed comment", NULL);
	p->pos = (size_t)(end + 2 - p->t->text);
	r = parser_advance(p);
	if (r >= 0 && (p->token.kind != TOKEN_END || (p->token.space && p->token.length == 2)))
		return parser_fail(p, "comment ends before closing delimiter", NULL);
	return r;
}

/* The text up to the next {{, without the blanks that dashes take away. */
static Node *parse_text(Parser *p)
{
	const char *s = p->t->text + p->pos, *open = strstr(s, "{{");
	size_t n = open ? (size_t)(open - s) : strlen(s), skip;
	Node *node;

	p->pos += n;
	skip = p->trim ? strspn(s, " \t\r\n") : 0;
	p->trim = false;
	s += skip < n ? skip : n;
	n -= skip < n ? skip : n;
	if (open && open[2] == '-' && open[3] && strchr(" \t\r\n", open[3]))
		while (n && strchr(" \t\r\n", s[n - 1]))
			n--;
	if (!n)
		return NULL;
	node = xnew0(Node, 1);
	node->text = xstrndup(s, n);
	return node;
}

/* A definition leaves no node. *ret_definition tells whether one stood here. */
static int parse_definition(Parser *p, bool *ret_definition)
{
	size_t pos = p->pos;
	int r = parser_advance(p);

	*ret_definition = r >= 0 && parser_token_is(p, "define");
	if (r < 0)
		return r;
	if (*ret_definition)
		return parser_define(p);
	p->pos = pos;
	return 0;
}

int parser_nodes(Parser *p, bool outermost, Node **ret, Ended *ret_ended)
{
	size_t scope = strv_length(p->variables);
	int r;

	for (*ret_ended = ENDED_EOF;;) {
		bool skipped;
		Node *node = parse_text(p);

		if (node) {
			*ret = node;
			ret = &node->next;
		}
		if (!p->t->text[p->pos])
			return 0;
		r = open_action(p, &skipped);
		if (r >= 0 && !skipped && outermost)
			r = parse_definition(p, &skipped);
		if (r < 0)
			return r;
		if (skipped)
			continue;
		*ret = node = xnew0(Node, 1);
		r = parse_action(p, node, ret_ended);
		if (r < 0 || *ret_ended != ENDED_EOF) {
			node_list_free(node);
			*ret = NULL;
			scope_leave(p, scope);
			return r;
		}
		ret = &node->next;
	}
}

int template_parse(const char *text, Template **ret, Error **err)
{
	return template_parse_named("", text, ret, err);
}

int template_parse_named(const char *name, const char *text, Template **ret, Error **err)
{
	cleanup(template_freep) Template *t = xnew0(Template, 1);
	Parser p = { .t = t, .err = err };
	Node *nodes = NULL;
	Ended ended;
	int r;

	t->name = xstrdup(name);
	t->text = xstrdup(text);
	r = parser_nodes(&p, true, &nodes, &ended);
	if (r >= 0 && ended != ENDED_EOF)
		r = parser_fail(&p,
				ended == ENDED_END ? "unexpected {{end}}" : "unexpected {{else}}",
				NULL);
	strv_free(p.variables);
	if (r >= 0)
		r = parser_add_definition(&p, name, nodes);
	else
		node_list_free(nodes);
	if (r < 0)
		return r;
	*ret = steal(&t);
	return 0;
}
