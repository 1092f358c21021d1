#include "librunner/log-line.h"

#include <ctype.h>

#include "libcommon/timestamp.h"

#define TIME_MAX_LENGTH 64
#define KEY_MAX_LENGTH 16

typedef struct Reader {
	const char *p, *end;
} Reader;

static void skip_blanks(Reader *r)
{
	while (r->p < r->end && strchr(" \t\r\n", *r->p) && *r->p)
		r->p++;
}

static bool take(Reader *r, char c)
{
	skip_blanks(r);
	if (r->p >= r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

static int hex_digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* The four digits of \uXXXX. */
static bool take_unit(Reader *r, unsigned *ret)
{
	*ret = 0;
	if (r->end - r->p < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(*r->p++);

		if (digit < 0)
			return false;
		*ret = *ret << 4 | (unsigned)digit;
	}
	return true;
}

static void put_utf8(Strbuf *b, unsigned c)
{
	if (c < 0x80) {
		strbuf_addc(b, (char)c);
		return;
	}
	if (c < 0x800) {
		strbuf_addc(b, (char)(0xc0 | c >> 6));
	} else if (c < 0x10000) {
		strbuf_addc(b, (char)(0xe0 | c >> 12));
		strbuf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
	} else {
		strbuf_addc(b, (char)(0xf0 | c >> 18));
		strbuf_addc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		strbuf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	strbuf_addc(b, (char)(0x80 | (c & 0x3f)));
}

static bool take_unicode(Reader *r, Strbuf *b)
{
	unsigned c, low;

	if (!take_unit(r, &c))
		return false;
	if (c >= 0xd800 && c < 0xdc00) {
		if (r->end - r->p < 6 || r->p[0] != '\\' || r->p[1] != 'u')
			return false;
		r->p += 2;
		if (!take_unit(r, &low) || low < 0xdc00 || low > 0xdfff)
			return false;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	} else if (c >= 0xdc00 && c < 0xe000) {
		return false;
	}
	put_utf8(b, c);
	return true;
}

static bool take_escape(Reader *r, Strbuf *b)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (r->p >= r->end || !*r->p)
		return false;
	if (*r->p == 'u') {
		r->p++;
		return take_unicode(r, b);
	}
	at = strchr(from, *r->p++);
	if (!at)
		return false;
	strbuf_addc(b, to[at - from]);
	return true;
}

/* A string into `b`, which it empties first. */
static bool take_string(Reader *r, Strbuf *b)
{
	const char *run;

	b->len = 0;
	if (!take(r, '"'))
		return false;
	for (run = r->p; r->p < r->end && *r->p != '"'; r->p++) {
		if ((unsigned char)*r->p < 0x20)
			return false;
		if (*r->p != '\\')
			continue;
		strbuf_add(b, run, (size_t)(r->p - run));
		r->p++;
		if (!take_escape(r, b))
			return false;
		run = r->p--;
	}
	if (r->p >= r->end)
		return false;
	strbuf_add(b, run, (size_t)(r->p - run));
	r->p++;
	return true;
}

static int base64_digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Decodes in place (RFC 4648, padded). */
static bool base64_decode(Strbuf *b)
{
	size_t n = b->len, out = 0;
	unsigned bits = 0;

	if (n % 4)
		return false;
	for (int pad = 0; pad < 2 && n && b->data[n - 1] == '='; pad++)
		n--;
	for (size_t i = 0; i < n; i++) {
		int digit = base64_digit(b->data[i]);

		if (digit < 0)
			return false;
		bits = bits << 6 | (unsigned)digit;
		if (i % 4)
			b->data[out++] = (char)(bits >> (6 - 2 * (i % 4)));
	}
	b->len = out;
	if (b->data)
		b->data[out] = '\0';
	return true;
}

static void query_escape(Strbuf *to, const char *s, size_t n)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (isalnum(c) || (c && strchr("-_.~", c))) {
			strbuf_addc(to, (char)c);
		} else if (c == ' ') {
			strbuf_addc(to, '+');
		} else {
			strbuf_addc(to, '%');
			strbuf_addc(to, hex[c >> 4]);
			strbuf_addc(to, hex[c & 15]);
		}
	}
}

void log_details_add(Strbuf *details, const char *name, size_t name_length, const char *value,
		     size_t value_length)
{
	if (details->len)
		strbuf_addc(details, ',');
	query_escape(details, name, name_length);
	strbuf_addc(details, '=');
	query_escape(details, value, value_length);
}

/* The object of attributes: strings. */
static bool take_attributes(Reader *r, LogLine *line)
{
	cleanup_strbuf Strbuf name = STRBUF_INIT, value = STRBUF_INIT;

	if (!take(r, '{'))
		return false;
	if (take(r, '}'))
		return true;
	do {
		if (!take_string(r, &name) || !take(r, ':') || !take_string(r, &value))
			return false;
		log_details_add(&line->details, name.data ? name.data : "", name.len,
				value.data ? value.data : "", value.len);
	} while (take(r, ','));
	return take(r, '}');
}

static bool take_member(Reader *r, LogLine *line, Strbuf *scratch)
{
	char key[KEY_MAX_LENGTH];

	if (!take_string(r, scratch) || scratch->len >= sizeof(key) || !take(r, ':'))
		return false;
	memcpy(key, scratch->len ? scratch->data : "", scratch->len);
	key[scratch->len] = '\0';
	if (streq(key, "log"))
		return take_string(r, &line->data);
	if (streq(key, "b64"))
		return take_string(r, &line->data) && base64_decode(&line->data);
	if (streq(key, "attrs"))
		return take_attributes(r, line);
	if (!take_string(r, scratch))
		return false;
	if (streq(key, "stream"))
		line->is_stderr = scratch->len && streq(scratch->data, "stderr");
	else if (streq(key, "time"))
		return scratch->len && scratch->len < TIME_MAX_LENGTH &&
		       timestamp_parse(scratch->data, &line->time) >= 0;
	return true;
}

static bool take_object(Reader *r, LogLine *line)
{
	cleanup_strbuf Strbuf scratch = STRBUF_INIT;

	line->data.len = line->details.len = 0;
	line->is_stderr = false;
	line->time = 0;
	if (!take(r, '{'))
		return false;
	do {
		if (!take_member(r, line, &scratch))
			return false;
	} while (take(r, ','));
	if (!take(r, '}'))
		return false;
	skip_blanks(r);
	return r->p == r->end;
}

int log_line_parse(const char *text, size_t n, LogLine *ret)
{
	const char *end = text + n;

	while (text && text < end) {
		Reader r = { text, end };

		if (take_object(&r, ret))
			return 0;
		/* Within a string a quote is escaped: `{"` starts an object. */
		text = memmem(text + 1, (size_t)(end - text) - 1, "{\"", 2);
	}
	return -EINVAL;
}

void log_line_clear(LogLine *line)
{
	strbuf_clear(&line->data);
	strbuf_clear(&line->details);
}
