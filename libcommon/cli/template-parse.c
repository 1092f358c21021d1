/* template-parse: from text to tree. The grammar is that of Go's text/template/parse. */
#include <ctype.h>

#include "libcommon/alloc.h"
#include "libcommon/cli/template-internal.h"
#include "libcommon/json.h"
#include "libcommon/units.h"

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
	TOKEN_PIPE,
	TOKEN_LEFT,
	TOKEN_RIGHT,
	TOKEN_DECLARE,
	TOKEN_ASSIGN,
	TOKEN_COMMA,
	TOKEN_BAD,
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

/* What ended a list of nodes. */
typedef enum { ENDED_EOF, ENDED_END, ENDED_ELSE } Ended;

static int fail(const Parser *p, const char *fmt, const char *what)
{
	cleanup_free char *text = NULL;
	size_t line = 1;

	for (size_t i = 0; i < p->pos && p->t->text[i]; i++)
		line += p->t->text[i] == '\n';
	text = what ? xasprintf("%s%s", fmt, what) : xstrdup(fmt);
	return error_set(p->err, EINVAL, "template: :%zu: %s", line, text);
}

static char *token_text(const Parser *p)
{
	return xstrndup(p->t->text + p->token.at, p->token.length);
}

static bool token_is(const Parser *p, const char *word)
{
	return p->token.kind == TOKEN_WORD && strlen(word) == p->token.length &&
	       memcmp(p->t->text + p->token.at, word, p->token.length) == 0;
}

/* `unexpected "x" in operand` */
static int unexpected(const Parser *p, const char *context)
{
	cleanup_free char *text = token_text(p), *quoted = str_quote(text), *message = NULL;

	if (p->token.kind == TOKEN_EOF)
		return fail(p, "unclosed action", NULL);
	message = xasprintf("unexpected %s in %s", p->token.kind == TOKEN_END ? "\"}}\"" : quoted,
			    context);
	return fail(p, message, NULL);
}

/* ---- tokens ---- */

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* The end of the action that may start at `s`, "}}" or " -}}"; 0 when there is none. */
static size_t action_end(const char *s, bool space)
{
	if (startswith(s, "}}"))
		return 2;
	return space && startswith(s, "-}}") ? 3 : 0;
}

static size_t string_length(const char *s)
{
	size_t n = 1;

	if (*s == '`')
		return strcspn(s + 1, "`") + 2;
	for (; s[n] && s[n] != *s && s[n] != '\n'; n++)
		if (s[n] == '\\' && s[n + 1])
			n++;
	return n + 1;
}

static size_t word_length(const char *s)
{
	size_t n = 0;

	while (word_char(s[n]))
		n++;
	return n;
}

static size_t number_length(const char *s)
{
	size_t n = 1;

	while (word_char(s[n]) || s[n] == '.' ||
	       ((s[n] == '-' || s[n] == '+') && (s[n - 1] | 0x20) == 'e'))
		n++;
	return n;
}

static Token scan(const char *s)
{
	bool sign = (*s == '-' || *s == '+');

	if (!*s)
		return (Token){ TOKEN_EOF, 0, 0, false };
	if (*s == '.' &&
	    (isalpha((unsigned char)s[1]) || s[1] == '_' || (unsigned char)s[1] >= 0x80))
		return (Token){ TOKEN_FIELD, 0, 1 + word_length(s + 1), false };
	if (isdigit((unsigned char)s[sign]) ||
	    (s[sign] == '.' && isdigit((unsigned char)s[sign + 1])))
		return (Token){ TOKEN_NUMBER, 0, number_length(s), false };
	if (*s == '.')
		return (Token){ TOKEN_DOT, 0, 1, false };
	if (*s == '$')
		return (Token){ TOKEN_VARIABLE, 0, 1 + word_length(s + 1), false };
	if (word_char(*s))
		return (Token){ TOKEN_WORD, 0, word_length(s), false };
	if (*s == '"')
		return (Token){ TOKEN_STRING, 0, string_length(s), false };
	if (*s == '`')
		return (Token){ TOKEN_RAW_STRING, 0, string_length(s), false };
	if (startswith(s, ":="))
		return (Token){ TOKEN_DECLARE, 0, 2, false };
	return (Token){ *s == '|'   ? TOKEN_PIPE
			: *s == '(' ? TOKEN_LEFT
			: *s == ')' ? TOKEN_RIGHT
			: *s == '=' ? TOKEN_ASSIGN
			: *s == ',' ? TOKEN_COMMA
				    : TOKEN_BAD,
			0, 1, false };
}

/* Steps to the next token of the action. */
static int advance(Parser *p)
{
	const char *text = p->t->text;
	size_t blanks = strspn(text + p->pos, " \t\r\n"), end;

	p->pos += blanks;
	end = action_end(text + p->pos, blanks > 0);
	p->token = end ? (Token){ TOKEN_END, 0, end, false } : scan(text + p->pos);
	p->token.at = p->pos;
	p->token.space = blanks > 0;
	if (p->token.length > strlen(text + p->pos))
		return fail(p,
			    p->token.kind == TOKEN_STRING ? "unterminated quoted string"
							  : "unterminated raw quoted string",
			    NULL);
	if (p->token.kind == TOKEN_STRING && text[p->pos + p->token.length - 1] != '"')
		return fail(p, "unterminated quoted string", NULL);
	if (p->token.kind == TOKEN_BAD)
		return unexpected(p, "command");
	p->pos += p->token.length;
	p->trim = end == 3;
	return 0;
}

/* ---- operands ---- */

static int hex_value(const char *s, size_t n, unsigned *ret)
{
	*ret = 0;
	for (size_t i = 0; i < n; i++) {
		if (!isxdigit((unsigned char)s[i]))
			return -EINVAL;
		*ret = *ret * 16 + (unsigned)(isdigit((unsigned char)s[i])
						      ? s[i] - '0'
						      : (s[i] | 0x20) - 'a' + 10);
	}
	return 0;
}

static void add_code_point(Strbuf *b, unsigned c)
{
	if (c < 0x80) {
		strbuf_addc(b, (char)c);
	} else if (c < 0x800) {
		strbuf_addc(b, (char)(0xc0 | c >> 6));
		strbuf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		strbuf_addc(b, (char)(0xe0 | c >> 12));
		strbuf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		strbuf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		strbuf_addc(b, (char)(0xf0 | (c >> 18 & 7)));
		strbuf_addc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		strbuf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		strbuf_addc(b, (char)(0x80 | (c & 0x3f)));
	}
}

/* One escape behind its backslash; the number of characters it takes, or 0. */
static size_t unescape(Strbuf *b, const char *s)
{
	static const char letters[] = "a\ab\bf\fn\nr\rt\tv\v\\\\\"\"''";
	size_t digits = *s == 'x' ? 2 : *s == 'u' ? 4 : *s == 'U' ? 8 : 0;
	unsigned code;

	for (const char *l = letters; *l; l += 2)
		if (*l == *s) {
			strbuf_addc(b, l[1]);
			return 1;
		}
	if (!digits || hex_value(s + 1, digits, &code) < 0 || code == 0 || code > 0x10ffff)
		return 0;
	if (digits == 2)
		strbuf_addc(b, (char)code);
	else
		add_code_point(b, code);
	return 1 + digits;
}

static int parse_string(Parser *p, json_t **ret)
{
	const char *s = p->t->text + p->token.at + 1, *end = s + p->token.length - 2;
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	while (s < end) {
		size_t n = 1;

		if (*s == '\\' && p->token.kind == TOKEN_STRING) {
			n = 1 + unescape(&b, s + 1);
			if (n == 1)
				return fail(p, "invalid syntax", NULL);
		} else {
			strbuf_addc(&b, *s);
		}
		s += n;
	}
	*ret = json_string_lossy(b.data ? b.data : "", b.len);
	return 0;
}

static int parse_number(Parser *p, json_t **ret)
{
	cleanup_free char *text = token_text(p), *quoted = str_quote(text);
	int64_t integer;
	char *end;
	double real;

	if (units_parse_int(text, &integer, NULL) >= 0) {
		*ret = json_integer(integer);
		return 0;
	}
	real = strtod(text, &end);
	*ret = *end ? NULL : json_real(real);
	return *ret ? 0 : fail(p, "bad number syntax: ", quoted);
}

static int parse_pipe(Parser *p, TokenKind end, const char *context, Pipe **ret);

static int parse_variable(Parser *p, Operand *o)
{
	o->kind = OPERAND_VARIABLE;
	o->name = token_text(p);
	if (!streq(o->name, "$") && !strv_contains(p->variables, o->name)) {
		cleanup_free char *quoted = str_quote(o->name);

		return fail(p, "undefined variable ", quoted);
	}
	return 0;
}

static int parse_word(Parser *p, Operand *o)
{
	const char *word = p->t->text + p->token.at;

	o->kind = OPERAND_CONSTANT;
	if (token_is(p, "true") || token_is(p, "false")) {
		o->constant = json_boolean(*word == 't');
		return 0;
	}
	o->kind = token_is(p, "nil") ? OPERAND_NIL : OPERAND_FUNCTION;
	if (o->kind == OPERAND_FUNCTION) {
		o->function = template_function(word, p->token.length);
		if (!o->function) {
			cleanup_free char *name = token_text(p), *quoted = str_quote(name);
			cleanup_free char *message = xasprintf("function %s not defined", quoted);

			return fail(p, message, NULL);
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
		return parse_word(p, o);
	case TOKEN_STRING:
	case TOKEN_RAW_STRING:
		o->kind = OPERAND_CONSTANT;
		return parse_string(p, &o->constant);
	case TOKEN_NUMBER:
		o->kind = OPERAND_CONSTANT;
		return parse_number(p, &o->constant);
	case TOKEN_LEFT:
		o->kind = OPERAND_PIPE;
		return parse_pipe(p, TOKEN_RIGHT, "parenthesized pipeline", &o->pipe);
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

static void operand_clear(Operand *o)
{
	free(o->name);
	json_decref(o->constant);
	pipe_free(o->pipe);
	strv_free(o->fields);
}

/* A term and the fields chained to it. */
static int parse_operand(Parser *p, Operand *o, bool *ret_none)
{
	Token first = p->token;
	int r;

	o->at = o->position = first.at;
	r = parse_term(p, o, ret_none);
	if (r < 0 || *ret_none)
		return r;
	/* A field is its own first link. */
	if (first.kind != TOKEN_FIELD)
		r = advance(p);
	while (r >= 0 && p->token.kind == TOKEN_FIELD &&
	       (!p->token.space || p->token.at == o->at)) {
		if (o->kind == OPERAND_CONSTANT || o->kind == OPERAND_NIL)
			return unexpected(p, "operand");
		if (p->token.at != o->at && o->position == o->at)
			o->position = p->token.at;
		strv_push(&o->fields, xstrndup(p->t->text + p->token.at + 1, p->token.length - 1));
		r = advance(p);
	}
	o->length = p->token.at - o->at;
	while (o->length && strchr(" \t\r\n", p->t->text[o->at + o->length - 1]))
		o->length--;
	if (r >= 0)
		remember_use(p->t, o);
	return r;
}

/* ---- pipelines ---- */

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
			return unexpected(p, "operand");
		r = parse_operand(p, &o, &none);
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
		pipe->variables[pipe->n_variables++] = token_text(p);
		r = advance(p);
		if (r < 0 || p->token.kind != TOKEN_COMMA || !range)
			break;
		r = advance(p);
	}
	if (r >= 0 && pipe->n_variables &&
	    (p->token.kind == TOKEN_DECLARE || p->token.kind == TOKEN_ASSIGN)) {
		pipe->assign = p->token.kind == TOKEN_ASSIGN;
		if (pipe->assign && !strv_contains(p->variables, pipe->variables[0])) {
			cleanup_free char *quoted = str_quote(pipe->variables[0]);

			return fail(p, "undefined variable ", quoted);
		}
		return advance(p);
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
		return fail(p, p->parens ? "unclosed left paren" : "unclosed action", NULL);
	if (last->n == 0)
		return pipe->n == 1 && p->token.kind != TOKEN_PIPE
			       ? fail(p, "missing value for ", context)
			       : fail(p, "empty command", NULL);
	/* Only the first command of a pipeline can be something that takes no argument. */
	if (pipe->n > 1 && last->operands[0].kind != OPERAND_FUNCTION &&
	    !(last->operands[0].fields && last->operands[0].kind != OPERAND_PIPE)) {
		cleanup_free char *message =
			xasprintf("non executable command in pipeline stage %zu", pipe->n);

		return fail(p, message, NULL);
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
			return fail(p, "unclosed left paren", NULL);
		if (p->token.kind != TOKEN_PIPE)
			return unexpected(p, context);
		r = advance(p);
		if (r < 0)
			return r;
	}
}

static int parse_pipe(Parser *p, TokenKind end, const char *context, Pipe **ret)
{
	Pipe *pipe = xnew0(Pipe, 1);
	int r;

	*ret = pipe;
	if (++p->depth > TEMPLATE_MAX_DEPTH)
		return fail(p, "nested too deeply", NULL);
	p->parens += end == TOKEN_RIGHT;
	r = advance(p);
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

/* ---- nodes ---- */

static int parse_nodes(Parser *p, Node **ret, Ended *ret_ended);

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
	int r = advance(p);

	if (r < 0)
		return r;
	if (token_is(p, "if") || (token_is(p, "with") && node->kind == NODE_WITH)) {
		*ret_ended = ENDED_END;
		node->otherwise = xnew0(Node, 1);
		node->otherwise->kind = token_is(p, "if") ? NODE_IF : NODE_WITH;
		return parse_branch(p, node->otherwise, context);
	}
	if (p->token.kind != TOKEN_END)
		return unexpected(p, "else");
	return parse_nodes(p, &node->otherwise, ret_ended);
}

/* The pipeline, body and alternatives of if, with and range, up to their `end`. */
static int parse_branch(Parser *p, Node *node, const char *context)
{
	size_t scope = strv_length(p->variables);
	Ended ended = ENDED_EOF;
	int r;

	if (++p->depth > TEMPLATE_MAX_DEPTH)
		return fail(p, "nested too deeply", NULL);
	p->ranges += node->kind == NODE_RANGE;
	r = parse_pipe(p, TOKEN_END, context, &node->pipe);
	if (r >= 0)
		r = parse_nodes(p, &node->body, &ended);
	p->ranges -= node->kind == NODE_RANGE;
	if (r >= 0 && ended == ENDED_ELSE)
		r = parse_else(p, node, context, &ended);
	if (r >= 0 && ended == ENDED_ELSE)
		r = fail(p, "expected end; found {{else}}", NULL);
	if (r >= 0 && ended == ENDED_EOF)
		r = fail(p, "unexpected EOF", NULL);
	scope_leave(p, scope);
	p->depth--;
	return r;
}

static int parse_jump(Parser *p, Node *node)
{
	bool is_break = token_is(p, "break");
	int r;

	node->kind = is_break ? NODE_BREAK : NODE_CONTINUE;
	if (!p->ranges)
		return fail(p,
			    is_break ? "{{break}} outside {{range}}"
				     : "{{continue}} outside {{range}}",
			    NULL);
	r = advance(p);
	if (r >= 0 && p->token.kind != TOKEN_END)
		return unexpected(p, is_break ? "{{break}}" : "{{continue}}");
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
	int r = advance(p);

	*ret_ended = ENDED_EOF;
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(branches) / sizeof(*branches); i++)
		if (token_is(p, branches[i].word)) {
			node->kind = branches[i].kind;
			return parse_branch(p, node, branches[i].word);
		}
	if (token_is(p, "break") || token_is(p, "continue"))
		return parse_jump(p, node);
	if (token_is(p, "else")) {
		*ret_ended = ENDED_ELSE;
		return 0;
	}
	if (token_is(p, "end")) {
		*ret_ended = ENDED_END;
		r = advance(p);
		return r >= 0 && p->token.kind != TOKEN_END ? unexpected(p, "end") : r;
	}
	p->pos = pos;
	node->kind = NODE_ACTION;
	return parse_pipe(p, TOKEN_END, "command", &node->pipe);
}

/* Steps over {{ and its dash, and over a comment; *ret_comment tells whether there was one. */
static int open_action(Parser *p, bool *ret_comment)
{
	const char *s = p->t->text + p->pos + 2, *end;
	int r;

	s += *s == '-' && s[1] && strchr(" \t\r\n", s[1]) ? 1 : 0;
	p->pos = (size_t)(s - p->t->text);
	s += strspn(s, " \t\r\n");
	*ret_comment = startswith(s, "/*") != NULL;
	if (!*ret_comment)
		return 0;
	end = strstr(s + 2, "*/");
	if (!end)
		return fail(p, "unclosed comment", NULL);
	p->pos = (size_t)(end + 2 - p->t->text);
	r = advance(p);
	if (r >= 0 && p->token.kind != TOKEN_END)
		return fail(p, "comment ends before closing delimiter", NULL);
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

static int parse_nodes(Parser *p, Node **ret, Ended *ret_ended)
{
	size_t scope = strv_length(p->variables);
	int r;

	for (*ret_ended = ENDED_EOF;;) {
		bool comment;
		Node *node = parse_text(p);

		if (node) {
			*ret = node;
			ret = &node->next;
		}
		if (!p->t->text[p->pos])
			return 0;
		r = open_action(p, &comment);
		if (r < 0)
			return r;
		if (comment)
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
	cleanup(template_freep) Template *t = xnew0(Template, 1);
	Parser p = { .t = t, .err = err };
	Ended ended;
	int r;

	t->text = xstrdup(text);
	r = parse_nodes(&p, &t->nodes, &ended);
	if (r >= 0 && ended != ENDED_EOF)
		r = fail(&p, ended == ENDED_END ? "unexpected {{end}}" : "unexpected {{else}}",
			 NULL);
	strv_free(p.variables);
	if (r < 0)
		return r;
	*ret = steal(&t);
	return 0;
}

/* ---- freeing ---- */

void pipe_free(Pipe *pipe)
{
	if (!pipe)
		return;
	for (size_t i = 0; i < pipe->n; i++) {
		for (size_t j = 0; j < pipe->commands[i].n; j++)
			operand_clear(&pipe->commands[i].operands[j]);
		free(pipe->commands[i].operands);
	}
	free(pipe->commands);
	free(pipe->variables[0]);
	free(pipe->variables[1]);
	free(pipe);
}

void node_list_free(Node *node)
{
	while (node) {
		Node *next = node->next;

		free(node->text);
		pipe_free(node->pipe);
		node_list_free(node->body);
		node_list_free(node->otherwise);
		free(node);
		node = next;
	}
}

Template *template_free(Template *t)
{
	if (!t)
		return NULL;
	node_list_free(t->nodes);
	strv_free(t->keys);
	free(t->text);
	free(t);
	return NULL;
}

bool template_uses(const Template *t, const char *key)
{
	return t->whole || strv_contains(t->keys, key);
}
