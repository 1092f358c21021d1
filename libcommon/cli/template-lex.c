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

/* `unexpected "x" in operand` */
int parser_unexpected(const Parser *p, const char *context)
{
	cleanup_free char *text = parser_token_text(p), *quoted = str_quote(text), *message = NULL;

	if (p->token.kind == TOKEN_EOF)
		return parser_fail(p, "unclosed action", NULL);
	message = xasprintf("unexpected %s in %s", p->token.kind == TOKEN_END ? "\"}}\"" : quoted,
			    context);
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
int parser_advance(Parser *p)
{
	const char *text = p->t->text;
	size_t blanks = strspn(text + p->pos, " \t\r\n"), end;

	p->pos += blanks;
	end = action_end(text + p->pos, blanks > 0);
	p->token = end ? (Token){ TOKEN_END, 0, end, false } : scan(text + p->pos);
	p->token.at = p->pos;
	p->token.space = blanks > 0;
	if (p->token.length > strlen(text + p->pos))
		return parser_fail(p,
				   p->token.kind == TOKEN_STRING ? "unterminated quoted string"
								 : "unterminated raw quoted string",
				   NULL);
	if (p->token.kind == TOKEN_STRING && text[p->pos + p->token.length - 1] != '"')
		return parser_fail(p, "unterminated quoted string", NULL);
	if (p->token.kind == TOKEN_BAD)
		return parser_unexpected(p, "command");
	p->pos += p->token.length;
	p->trim = end == 3;
	return 0;
}
