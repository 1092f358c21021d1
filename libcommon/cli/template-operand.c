/* template-operand: constants, variables, functions, fields, and pipelines in parentheses. */
#include "libcommon/alloc.h"
#include "libcommon/cli/template-parser.h"
#include "libcommon/units.h"

static int parse_number(Parser *p, json_t **ret)
{
	cleanup_free char *text = parser_token_text(p), *quoted = str_quote(text);
	int64_t integer;
	char *end;
	double real;

	if (units_parse_int(text, &integer, NULL) >= 0) {
		*ret = json_integer(integer);
		return 0;
	}
	real = strtod(text, &end);
	*ret = *end || end == text ? NULL : json_real(real);
	return *ret ? 0 : parser_fail(p, "illegal number syntax: ", quoted);
}

static int parse_variable(Parser *p, Operand *o)
{
	o->kind = OPERAND_VARIABLE;
	o->name = parser_token_text(p);
	if (!streq(o->name, "$") && !strv_contains(p->variables, o->name)) {
		cleanup_free char *quoted = str_quote(o->name);

		return parser_fail(p, "undefined variable ", quoted);
	}
	return 0;
}

static int parse_word(Parser *p, Operand *o, bool *ret_none)
{
	const char *word = p->t->text + p->token.at;

	*ret_none = parser_token_is_keyword(p) && !parser_token_is(p, "nil");
	if (*ret_none)
		return 0;
	o->kind = OPERAND_CONSTANT;
	if (parser_token_is(p, "true") || parser_token_is(p, "false")) {
		o->constant = json_boolean(*word == 't');
		return 0;
	}
	o->kind = parser_token_is(p, "nil") ? OPERAND_NIL : OPERAND_FUNCTION;
	if (o->kind == OPERAND_FUNCTION) {
		o->function = template_function(word, p->token.length);
		if (!o->function) {
			cleanup_free char *name = parser_token_text(p), *quoted = str_quote(name);
			cleanup_free char *message = xasprintf("function %s not defined", quoted);

			return parser_fail(p, message, NULL);
		}
	}
	return 0;
}

/* An operand's first token; *ret_none for a token that starts none. */
static int parse_term(Parser *p, Operand *o, bool *ret_none)
{
	*ret_none = false;
	switch (p->token.kind) {
	case TOKEN_DOT:
	case TOKEN_FIELD:
		o->kind = OPERAND_DOT;
		return 0;
	case TOKEN_VARIABLE:
		return parse_variable(p, o);
	case TOKEN_WORD:
		return parse_word(p, o, ret_none);
	case TOKEN_STRING:
	case TOKEN_RAW_STRING:
		o->kind = OPERAND_CONSTANT;
		return parser_string(p, &o->constant);
	case TOKEN_CHARACTER:
		o->kind = OPERAND_CONSTANT;
		return parser_character(p, &o->constant);
	case TOKEN_NUMBER:
		o->kind = OPERAND_CONSTANT;
		return parse_number(p, &o->constant);
	case TOKEN_LEFT:
		o->kind = OPERAND_PIPE;
		return parser_pipe(p, TOKEN_RIGHT, "parenthesized pipeline", &o->pipe);
	default:
		*ret_none = true;
		return 0;
	}
}

static void remember_use(Template *t, const Operand *o)
{
	bool root = o->kind == OPERAND_DOT || (o->kind == OPERAND_VARIABLE && streq(o->name, "$"));

	if (!o->fields && root)
		t->whole = true;
	else if (o->fields && !strv_contains(t->keys, o->fields[0]))
		strv_add(&t->keys, o->fields[0]);
}

/* A term and the fields chained to it. */
int parser_operand(Parser *p, Operand *o, bool *ret_none)
{
	Token first = p->token;
	int r;

	o->at = o->position = first.at;
	r = parse_term(p, o, ret_none);
	if (r < 0 || *ret_none)
		return r;
	/* A field is its own first link. */
	if (first.kind != TOKEN_FIELD)
		r = parser_advance(p);
	while (r >= 0 && p->token.kind == TOKEN_FIELD &&
	       (!p->token.space || p->token.at == o->at)) {
		if (o->kind == OPERAND_CONSTANT || o->kind == OPERAND_NIL) {
			cleanup_free char *term = xstrndup(p->t->text + o->at, p->token.at - o->at);
			cleanup_free char *quoted = str_quote(term);

			return parser_fail(p, "unexpected . after term ", quoted);
		}
		if (p->token.at != o->at && o->position == o->at)
			o->position = p->token.at;
		strv_push(&o->fields, xstrndup(p->t->text + p->token.at + 1, p->token.length - 1));
		r = parser_advance(p);
	}
	o->length = p->token.at - o->at;
	while (o->length && strchr(" \t\r\n", p->t->text[o->at + o->length - 1]))
		o->length--;
	if (r >= 0)
		remember_use(p->t, o);
	return r;
}
