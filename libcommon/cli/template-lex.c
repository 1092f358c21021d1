/* template-lex: the tokens inside {{ }}. */
#include <ctype.h>

#include "libcommon/alloc.h"
#include "libcommon/cli/template-parser.h"

int parser_fail(const Parser *p, const char *fmt, const char *what)
{
	cleanup_free char *text = NULL;
	size_t line = 1;

	for (size_t i = 0; i < p->pos && p->t->text[i]; i++)
		line += p->t->text[i] == '\n';
	text = what ? xasprintf("%s%s", fmt, what) : xstrdup(fmt);
	return error_set(p->err, EINVAL, "template: %s:%zu: %s", p->t->name, line, text);
}

char *parser_token_text(const Parser *p)
{
	return xstrndup(p->t->text + p->token.at, p->token.length);
}

bool parser_token_is(const Parser *p, const char *word)
{
	return p->token.kind == TOKEN_WORD && strlen(word) == p->token.length &&
	       memcmp(p->t->text + p->token.at, word, p->token.length) == 0;
}

bool parser_token_is_keyword(const Parser *p)
{
	static const char *const words[] = { "block", "break",	  "continue", "define",
					     "else",  "end",	  "if",	      "nil",
					     "range", "template", "with" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (parser_token_is(p, words[i]))
			return true;
	return false;
}

/* `unexpected "x" in operand` */
int parser_unexpected(const Parser *p, const char *context)
{
	cleanup_free char *text = parser_token_text(p), *quoted = NULL, *message = NULL;

	if (p->token.kind == TOKEN_EOF)
		return parser_fail(p, "unclosed action", NULL);
	/* Go's ways to show what it has found. */
	if (parser_token_is_keyword(p) || p->token.kind == TOKEN_DOT)
		quoted = xasprintf("<%s>", text);
	else
		quoted = str_quote(p->token.kind == TOKEN_END ? "}}" : text);
	message = xasprintf("unexpected %s in %s", quoted, context);
	return parser_fail(p, message, NULL);
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

/* With both quotes. */
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

/* Go's grammar; the length tells nothing of whether it can be a number. */
static size_t number_length(const char *s)
{
	const char *digits = "0123456789_", *exponent = "eE";
	size_t n = *s == '-' || *s == '+';

	if (s[n] == '0' && s[n + 1] && strchr("xXoObB", s[n + 1])) {
		bool hex = (s[n + 1] | 0x20) == 'x';

		digits = hex ? "0123456789abcdefABCDEF_" : digits;
		exponent = hex ? "pP" : "";
		n += 2;
	}
	n += strspn(s + n, digits);
	if (s[n] == '.')
		n += 1 + strspn(s + n + 1, digits);
	if (s[n] && strchr(exponent, s[n])) {
		n += s[n + 1] == '-' || s[n + 1] == '+' ? 2 : 1;
		n += strspn(s + n, "0123456789_");
	}
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
	if (sign || isdigit((unsigned char)*s) ||
	    (*s == '.' && (isdigit((unsigned char)s[1]) || !s[1])))
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
	if (*s == '\'')
		return (Token){ TOKEN_CHARACTER, 0, string_length(s), false };
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

/* Quoted tokens end with their quote, on the same line. */
static int check_quotes(Parser *p)
{
	const char *text = p->t->text + p->token.at;
	bool open = p->token.length > strlen(text) || p->token.length < 2 ||
		    text[p->token.length - 1] != *text;

	if (open && p->token.kind == TOKEN_STRING)
		return parser_fail(p, "unterminated quoted string", NULL);
	if (open && p->token.kind == TOKEN_RAW_STRING)
		return parser_fail(p, "unterminated raw quoted string", NULL);
	if (open && p->token.kind == TOKEN_CHARACTER)
		return parser_fail(p, "unterminated character constant", NULL);
	return 0;
}

/* Names and numbers must not run into what comes next. */
static int check_end(Parser *p)
{
	const char *next = p->t->text + p->token.at + p->token.length;
	cleanup_free char *text = NULL, *shown = NULL;

	if (p->token.kind == TOKEN_NUMBER) {
		/* A sign alone is none. */
		if (!word_char(*next) && next[-1] != '-' && next[-1] != '+')
			return 0;
		p->token.length += *next != '\0';
		text = parser_token_text(p);
		shown = str_quote(text);
		return parser_fail(p, "bad number syntax: ", shown);
	}
	if ((p->token.kind != TOKEN_FIELD && p->token.kind != TOKEN_VARIABLE &&
	     p->token.kind != TOKEN_WORD) ||
	    !*next || strchr(" \t\r\n.,|:)(", *next) || startswith(next, "}}"))
		return 0;
	shown = xasprintf("U+%04X '%c'", (unsigned char)*next, *next);
	return parser_fail(p, "bad character ", shown);
}

/* Steps to the next token of the action. */
int parser_advance(Parser *p)
{
	const char *text = p->t->text;
	size_t blanks = strspn(text + p->pos, " \t\r\n"), end;
	int r;

	p->pos += blanks;
	end = action_end(text + p->pos, blanks > 0);
	p->token = end ? (Token){ TOKEN_END, 0, end, false } : scan(text + p->pos);
	p->token.at = p->pos;
	p->token.space = blanks > 0;
	if (p->token.kind == TOKEN_RIGHT && !p->parens)
		return parser_fail(p, "unexpected right paren", NULL);
	r = check_quotes(p);
	if (r >= 0)
		r = check_end(p);
	if (r < 0)
		return r;
	p->pos += p->token.length;
	p->trim = end == 3;
	return 0;
}
