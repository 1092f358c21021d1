#include "librunner/log-encode.h"

#include <string.h>

/* 0: as it is; 1: `\u00XX`; another: behind a backslash. Docker's writer escapes for HTML too. */
static char escape_of(unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	case '<':
	case '>':
	case '&':
	case 0x7f:
		return 1;
	default:
		return c < 0x20;
	}
}

static char escapes[256];

void log_escapes_fill(void)
{
	if (escapes['\n'])
		return;
	for (int c = 0; c < 256; c++)
		escapes[c] = escape_of((unsigned char)c);
}

static char *escape_one(char *p, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	*p++ = '\\';
	if (escapes[c] != 1) {
		*p++ = escapes[c];
		return p;
	}
	memcpy(p, "u00", 3);
	p[3] = hex[c >> 4];
	p[4] = hex[c & 15];
	return p + 5;
}

/* At most six bytes for each one of the input. */
char *log_put_text(char *p, const unsigned char *s, size_t n)
{
	size_t run = 0;

	for (size_t i = 0; i < n; i++) {
		if (!escapes[s[i]])
			continue;
		memcpy(p, s + run, i - run);
		p = escape_one(p + (i - run), s[i]);
		run = i + 1;
	}
	memcpy(p, s + run, n - run);
	return p + (n - run);
}

char *log_put_base64(char *p, const unsigned char *s, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i = 0;

	for (; i + 2 < n; i += 3) {
		unsigned v = (unsigned)s[i] << 16 | (unsigned)s[i + 1] << 8 | s[i + 2];

		*p++ = digits[v >> 18];
		*p++ = digits[v >> 12 & 63];
		*p++ = digits[v >> 6 & 63];
		*p++ = digits[v & 63];
	}
	if (i < n) {
		unsigned v = (unsigned)s[i] << 16 | (i + 1 < n ? (unsigned)s[i + 1] << 8 : 0);

		*p++ = digits[v >> 18];
		*p++ = digits[v >> 12 & 63];
		*p++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
		*p++ = '=';
	}
	return p;
}
