/* template-string: string constants with Go's escapes. */
#include <ctype.h>

#include "libcommon/cli/template-parser.h"
#include "libcommon/json.h"

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

/* What stands between the quotes of the current token. */
static int unquote(Parser *p, Strbuf *b)
{
	const char *s = p->t->text + p->token.at + 1, *end = s + p->token.length - 2;

	while (s < end) {
		size_t n = 1;

		if (*s == '\\' && p->token.kind != TOKEN_RAW_STRING) {
			n = 1 + unescape(b, s + 1);
			if (n == 1)
				return -EINVAL;
		} else {
			strbuf_addc(b, *s);
		}
		s += n;
	}
	return 0;
}

int parser_string(Parser *p, json_t **ret)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	if (unquote(p, &b) < 0)
		return parser_fail(p, "invalid syntax", NULL);
	*ret = json_string_lossy(b.data ? b.data : "", b.len);
	return 0;
}

int parser_character(Parser *p, json_t **ret)
{
	cleanup_free char *text = parser_token_text(p);
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	int code = unquote(p, &b) < 0 ? -EINVAL : utf8_code_point(b.data, b.len);

	if (code < 0)
		return parser_fail(p, "malformed character constant: ", text);
	*ret = json_integer(code);
	return 0;
}
