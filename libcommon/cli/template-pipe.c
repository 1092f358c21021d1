/* template-pipe: commands with their operands, joined by |. */
#include "libcommon/alloc.h"
#include "libcommon/cli/template-parser.h"

/* Whether the current token can be the first of an operand. */
static bool starts_operand(const Parser *p)
{
	switch (p->token.kind) {
	case TOKEN_FIELD:
	case TOKEN_DOT:
	case TOKEN_VARIABLE:
	case TOKEN_STRING:
	case TOKEN_RAW_STRING:
	case TOKEN_NUMBER:
	case TOKEN_CHARACTER:
	case TOKEN_LEFT:
		return true;
	case TOKEN_WORD:
		return !parser_token_is_keyword(p) || parser_token_is(p, "nil");
	default:
		return false;
	}
}

/* Operands, which blanks keep apart, and the | behind them if there is one. */
static int parse_command(Parser *p, TemplateCommand *c)
{
	bool more = true;

	c->at = p->token.at;
	while (more) {
		Operand o = { 0 };
		bool none = false;
		int r = parser_operand(p, &o, &none);

		if (r < 0 || none) {
			operand_clear(&o);
			if (r < 0)
				return r;
			break;
		}
		GROW(c->operands, c->n, &c->cap);
		c->operands[c->n++] = o;
		c->length = o.at + o.length - c->at;
		more = p->token.space;
	}
	if (p->token.kind == TOKEN_PIPE)
		return parser_advance(p);
	if (p->token.kind == TOKEN_END || p->token.kind == TOKEN_RIGHT)
		return 0;
	return parser_unexpected(p, "operand");
}

static void declare(Parser *p, Pipe *pipe, const Token *variable)
{
	char *name = xstrndup(p->t->text + variable->at, variable->length);

	pipe->variables[pipe->n_variables++] = name;
	strv_add(&p->variables, name);
}

/* The names in front of := or =, if they are there; range may have two. */
static int parse_declaration(Parser *p, Pipe *pipe, const char *context)
{
	while (p->token.kind == TOKEN_VARIABLE) {
		Token variable = p->token;
		size_t pos = p->pos;
		int r = parser_advance(p);

		if (r >= 0 && (p->token.kind == TOKEN_DECLARE || p->token.kind == TOKEN_ASSIGN)) {
			pipe->assign = p->token.kind == TOKEN_ASSIGN;
			declare(p, pipe, &variable);
			return parser_advance(p);
		}
		if (r < 0 || p->token.kind != TOKEN_COMMA) {
			/* It was an operand: back to where we were. */
			p->token = variable;
			p->pos = pos;
			return r;
		}
		declare(p, pipe, &variable);
		if (!streq(context, "range") || pipe->n_variables == 2)
			return parser_fail(p, "too many declarations in ", context);
		r = parser_advance(p);
		if (r < 0)
			return r;
		if (p->token.kind != TOKEN_VARIABLE && p->token.kind != TOKEN_END &&
		    p->token.kind != TOKEN_RIGHT)
			return parser_fail(p, "range can only initialize variables", NULL);
	}
	return 0;
}

/* Only the first command of a pipeline can be something that takes no argument. */
static int check_pipe(Parser *p, const Pipe *pipe, const char *context)
{
	if (pipe->n == 0)
		return parser_fail(p, "missing value for ", context);
	for (size_t i = 1; i < pipe->n; i++) {
		const Operand *o = &pipe->commands[i].operands[0];
		cleanup_free char *message = NULL;

		if (o->kind == OPERAND_FUNCTION || o->kind == OPERAND_PIPE || o->fields)
			continue;
		message = xasprintf("non executable command in pipeline stage %zu", i + 1);
		return parser_fail(p, message, NULL);
	}
	return 0;
}

/* Commands up to `end`, which is then the current token. */
static int parse_commands(Parser *p, TokenKind end, const char *context, Pipe *pipe)
{
	while (p->token.kind != end) {
		int r;

		if (end == TOKEN_RIGHT && p->token.kind == TOKEN_END)
			return parser_fail(p, "unclosed left paren", NULL);
		if (!starts_operand(p))
			return parser_unexpected(p, context);
		GROW(pipe->commands, pipe->n, &pipe->cap);
		pipe->commands[pipe->n++] = (TemplateCommand){ 0 };
		r = parse_command(p, &pipe->commands[pipe->n - 1]);
		if (r < 0)
			return r;
	}
	return check_pipe(p, pipe, context);
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
		r = parse_declaration(p, pipe, context);
	if (r >= 0)
		r = parse_commands(p, end, context, pipe);
	pipe->length = p->token.at - pipe->at;
	p->parens -= end == TOKEN_RIGHT;
	p->depth--;
	return r;
}
