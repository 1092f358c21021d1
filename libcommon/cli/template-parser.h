/*
 * template-parser: what the files of the template parser share; nobody else includes it.
 */
#pragma once

#include "libcommon/cli/template-internal.h"

typedef enum {
	TOKEN_END, /* }} */
	TOKEN_EOF,
	TOKEN_FIELD, /* .Name */
	TOKEN_DOT,
	TOKEN_VARIABLE,
	TOKEN_WORD,
	TOKEN_STRING,
	TOKEN_RAW_STRING,
	TOKEN_NUMBER,
	TOKEN_CHARACTER,
	TOKEN_PIPE,
	TOKEN_LEFT,
	TOKEN_RIGHT,
	TOKEN_DECLARE,
	TOKEN_ASSIGN,
	TOKEN_COMMA,
	TOKEN_BAD, /* any other character */
} TokenKind;

typedef struct Token {
	TokenKind kind;
	size_t at, length;
	bool space; /* in front of it */
} Token;

typedef struct Parser {
	Template *t;
	size_t pos;
	Token token; /* the current one, inside an action */
	bool trim; /* the next text loses its blanks in front */
	unsigned depth, ranges, parens;
	char **variables; /* in scope */
	Error **err;
} Parser;

/* ---- template-lex.c ---- */

/* Makes the error, with the line; `what` may be NULL. */
int parser_fail(const Parser *p, const char *text, const char *what);
/* `unexpected "x" in operand` */
int parser_unexpected(const Parser *p, const char *context);
/* Steps to the next token of the action. */
int parser_advance(Parser *p);
/* The current token; the caller frees the text. */
char *parser_token_text(const Parser *p);
bool parser_token_is(const Parser *p, const char *word);
/* Whether it is a word of the language, which cannot be a function. */
bool parser_token_is_keyword(const Parser *p);

/* ---- template-operand.c ---- */

/* A term and the fields chained to it; *ret_none when the current token starts none. */
int parser_operand(Parser *p, Operand *o, bool *ret_none);

/* ---- template-string.c ---- */

/* The value of the current token, a string of either kind or a character (its number). */
int parser_string(Parser *p, json_t **ret);
int parser_character(Parser *p, json_t **ret);

/* ---- template-pipe.c ---- */

/* A pipeline up to `end`; the token in front of it is the current one. `context` is Go's word for
 * where it stands. *ret is the caller's also after a failure. */
int parser_pipe(Parser *p, TokenKind end, const char *context, Pipe **ret);

/* ---- template-parse.c ---- */

/* What ended a list of nodes. */
typedef enum { ENDED_EOF, ENDED_END, ENDED_ELSE } Ended;

/* `outermost`: where definitions may stand. */
int parser_nodes(Parser *p, bool outermost, Node **ret, Ended *ret_ended);

/* ---- template-define.c: the word itself is the current token ---- */

int parser_define(Parser *p);
int parser_block(Parser *p, Node *node);
int parser_template(Parser *p, Node *node);
/* Adds a definition. Takes ownership of the nodes. */
int parser_add_definition(Parser *p, const char *name, Node *nodes);
