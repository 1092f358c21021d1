/* template-pipe: commands with their operands, joined by |. */
#include "libcommon/alloc.h"
#include "libcommon/cli/template-parser.h"

static int parse_command(Parser *p, TemplateCommand *c)
{
	int r = 0;

	c->at = p->token.at;
	for (;;) {
		Operand o = { 0 };
		bool none = false;

		if (c->n > 0 && !p->token.space && p->token.kind != TOKEN_LEFT &&
		    p->token.kind != TOKEN_END && p->token.kind != TOKEN_RIGHT &&
		    p->token.kind != TOKEN_PIPE)
			return parser_unexpected(p, "operand");
		r = parser_operand(p, &o, &none);
		if (r < 0 || none) {
			operand_clear(&o);
			break;
		}
		GROW(c->operands, c->n, &c->cap);
		c->operands[c->n++] = o;
		c->length = o.at + o.length - c->at;
	}
	return r;
}

/* A name that the pipeline's value gets, if there is one. The variable comes into scope at the end
 * of the pipeline, so it is returned rather than declared. */
static int parse_declaration(Parser *p, Pipe *pipe, bool range)
{
	size_t pos = p->pos;
	Token token = p->token;
	int r = 0;

	while (r >= 0 && p->token.kind == TOKEN_VARIABLE && pipe->n_variables < (range ? 2U : 1U)) {
		pipe->variables[pipe->n_variables++] = parser_token_text(p);
		r = parser_advance(p);
		if (r < 0 || p->token.kind != TOKEN_COMMA || !range)
			break;
		r = parser_advance(p);
	}
	if (r >= 0 && pipe->n_variables &&
	    (p->token.kind == TOKEN_DECLARE || p->token.kind == TOKEN_ASSIGN)) {
		pipe->assign = p->token.kind == TOKEN_ASSIGN;
		if (pipe->assign && !strv_contains(p->variables, pipe->variables[0])) {
			cleanup_free char *quoted = str_quote(pipe->variables[0]);

			return parser_fail(p, "undefined variable ", quoted);
		}
		return parser_advance(p);
	}
	/* It was an operand: back to where we were. */
	while (pipe->n_variables)
		free(pipe->variables[--pipe->n_variables]);
	pipe->variables[0] = pipe->variables[1] = NULL;
	p->pos = pos;
	p->token = token;
	return r;
}

static int check_pipe(Parser *p, const Pipe *pipe, const char *context)
{
	const TemplateCommand *last = &pipe->commands[pipe->n - 1];

	if (p->token.kind == TOKEN_EOF)
		return parser_fail(p, p->parens ? "unclosed left paren" : "unclosed action", NULL);
	if (last->n == 0)
		return pipe->n == 1 && p->token.kind != TOKEN_PIPE
			       ? parser_fail(p, "missing value for ", context)
			       : parser_fail(p, "empty command", NULL);
	/* Only the first command of a pipeline can be something that takes no argument. */
	if (pipe->n > 1 && last->operands[0].kind != OPERAND_FUNCTION &&
	    !(last->operands[0].fields && last->operands[0].kind != OPERAND_PIPE)) {
		cleanup_free char *message =
			xasprintf("non executable command in pipeline stage %zu", pipe->n);

		return parser_fail(p, message, NULL);
	}
	return 0;
}

/* Commands up to `end`; the opening token is the current one. Leaves the token behind it current.
 */
static int parse_commands(Parser *p, TokenKind end, const char *context, Pipe *pipe)
{
	for (;;) {
		int r;

		GROW(pipe->commands, pipe->n, &pipe->cap);
		pipe->commands[pipe->n++] = (TemplateCommand){ 0 };
		r = parse_command(p, &pipe->commands[pipe->n - 1]);
		if (r >= 0)
			r = check_pipe(p, pipe, context);
		if (r < 0 || p->token.kind == end)
			return r;
		if (end == TOKEN_RIGHT && p->token.kind == TOKEN_END)
			return parser_fail(p, "unclosed left paren", NULL);
		if (p->token.kind != TOKEN_PIPE)
			return parser_unexpected(p, context);
		r = parser_advance(p);
		if (r < 0)
			return r;
	}
}

int parser_pipe(Parser *p, TokenKind end, const char *context, Pipe **ret)
{
	Pipe *pipe = xnew0(Pipe, 1);
	int r;

	*ret = pipe;
	if (++p->depth > TEMPLATE_MAX_DEPTH)
		return parser_fail(p, "nested too deeply", NULL);
	p->parens += end == TOKEN_RIGHT;
	r = parser_advance(p);
	pipe->at = p->token.at;
	if (r >= 0)
		r = parse_declaration(p, pipe, streq(context, "range"));
	if (r >= 0)
		r = parse_commands(p, end, context, pipe);
	for (size_t i = 0; r >= 0 && i < pipe->n_variables && !pipe->assign; i++)
		strv_add(&p->variables, pipe->variables[i]);
	p->parens -= end == TOKEN_RIGHT;
	p->depth--;
	return r;
}
