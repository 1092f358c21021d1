/* str-quote: text of strangers, made fit for messages. */
#include "libcommon/str.h"

static void quote_char(Strbuf *b, const char *s, size_t len)
{
	static const char escapes[] = "\aa\bb\ff\nn\rr\tt\vv\"\"\\\\";
	unsigned char c = (unsigned char)*s;

	for (const char *e = escapes; *e; e += 2)
		if (*s == *e) {
			strbuf_addf(b, "\\%c", e[1]);
			return;
		}
	if (len == 0 || c < 0x20 || c == 0x7f)
		strbuf_addf(b, "\\x%02x", c);
	else
		strbuf_add(b, s, len);
}

char *str_quote(const char *s)
{
	Strbuf b = STRBUF_INIT;

	strbuf_addc(&b, '"');
	for (size_t n = strlen(s), len; n > 0; n -= len, s += len) {
		len = utf8_length(s, n);
		quote_char(&b, s, len);
		len += !len;
	}
	strbuf_addc(&b, '"');
	return strbuf_steal(&b);
}

int utf8_code_point(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	int code;

	if (!n || utf8_length(s, n) != n)
		return -EINVAL;
	code = n == 1 ? p[0] : p[0] & (0x7f >> n);
	for (size_t i = 1; i < n; i++)
		code = code << 6 | (p[i] & 0x3f);
	return code;
}

/* C0 but for tab and newline, DEL, and C1 (U+0080 to U+009F), which terminals obey too. */
static bool is_control(const char *s, size_t len)
{
	unsigned char c = (unsigned char)*s;

	if (len == 1)
		return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
	return c == 0xc2 && (unsigned char)s[1] < 0xa0;
}

char *str_printable(const char *s)
{
	Strbuf b = STRBUF_INIT;

	for (size_t n = strlen(s), len; n > 0; n -= len, s += len) {
		len = utf8_length(s, n);
		if (len > 0 && !is_control(s, len)) {
			strbuf_add(&b, s, len);
			continue;
		}
		len += !len;
		for (size_t i = 0; i < len; i++)
			strbuf_addf(&b, "\\x%02x", (unsigned char)s[i]);
	}
	return strbuf_steal(&b);
}
