/* template-escape: html and urlquery, and how functions make texts. */
#include "libcommon/alloc.h"
#include "libcommon/cli/template-builtins.h"
#include "libcommon/json.h"

json_t *template_text(char *s)
{
	cleanup_free char *owned = s;

	return json_string_lossy(owned, strlen(owned));
}

json_t *template_wrong_type(Error **err, const char *wanted, const json_t *got)
{
	(void)error_set(err, EINVAL, "wrong type for value; expected %s; got %s", wanted,
			value_type(got));
	return NULL;
}

/* The arguments as print joins them. */
static char *joined(json_t *const *args, size_t n)
{
	Strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < n; i++) {
		if (i && !json_is_string(args[i]) && !json_is_string(args[i - 1]))
			strbuf_addc(&out, ' ');
		value_print(&out, args[i]);
	}
	return strbuf_steal(&out);
}

json_t *template_html(json_t *const *args, size_t n, Error **err)
{
	static const char *const escapes[256] = {
		['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;", ['"'] = "&#34;", ['\''] = "&#39;",
	};
	cleanup_free char *text = joined(args, n);
	Strbuf out = STRBUF_INIT;

	(void)err;
	for (const char *p = text; *p; p++)
		if (escapes[(unsigned char)*p])
			strbuf_adds(&out, escapes[(unsigned char)*p]);
		else
			strbuf_addc(&out, *p);
	return template_text(strbuf_steal(&out));
}

/* Characters beyond ASCII that show nothing: spaces, controls, formats, private use. */
static bool is_invisible(unsigned c)
{
	static const struct {
		unsigned first, last;
	} ranges[] = {
		{ 0x80, 0xa0 },	    { 0xad, 0xad },	{ 0x600, 0x605 },   { 0x61c, 0x61c },
		{ 0x6dd, 0x6dd },   { 0x70f, 0x70f },	{ 0x1680, 0x1680 }, { 0x180e, 0x180e },
		{ 0x2000, 0x200f }, { 0x2028, 0x202f }, { 0x205f, 0x206f }, { 0x3000, 0x3000 },
		{ 0xd800, 0xf8ff }, { 0xfeff, 0xfeff }, { 0xfff0, 0xfffb }, { 0xfffe, 0xffff },
		{ 0xe0000, ~0U },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* What JavaScript may contain as it is between quotes: not what could end them, or a script. */
json_t *template_js(json_t *const *args, size_t n, Error **err)
{
	static const char *const escapes[256] = {
		['\\'] = "\\\\",   ['\''] = "\\'",    ['"'] = "\\\"",	['<'] = "\\u003C",
		['>'] = "\\u003E", ['&'] = "\\u0026", ['='] = "\\u003D"
	};
	cleanup_free char *text = joined(args, n);
	size_t left = strlen(text), length;
	Strbuf out = STRBUF_INIT;

	(void)err;
	for (const char *p = text; left; p += length, left -= length) {
		int c;

		length = utf8_length(p, left);
		length += !length;
		c = utf8_code_point(p, length);
		if (escapes[(unsigned char)*p])
			strbuf_adds(&out, escapes[(unsigned char)*p]);
		else if (c >= 0 && (c < 0x20 || is_invisible((unsigned)c)))
			strbuf_addf(&out, "\\u%04X", (unsigned)c);
		else
			strbuf_add(&out, p, length);
	}
	return template_text(strbuf_steal(&out));
}

json_t *template_urlquery(json_t *const *args, size_t n, Error **err)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
	cleanup_free char *text = joined(args, n);
	Strbuf out = STRBUF_INIT;

	(void)err;
	for (const char *p = text; *p; p++)
		if (strchr(plain, *p))
			strbuf_addc(&out, *p);
		else if (*p == ' ')
			strbuf_addc(&out, '+');
		else
			strbuf_addf(&out, "%%%02X", (unsigned char)*p);
	return template_text(strbuf_steal(&out));
}
