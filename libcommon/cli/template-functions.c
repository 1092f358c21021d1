/* template-functions: Go's and Docker's functions for templates. `and` and `or` are evaluated where
 * commands are, because they do not need all of their arguments, and `call`, because it shows what
 * it was given. */
#include <ctype.h>

#include "libcommon/alloc.h"
#include "libcommon/cli/template-builtins.h"
#include "libcommon/json.h"

/* ---- printing ---- */

/* Blanks stand between two operands when neither is a string, for println between all. */
static json_t *print(json_t *const *args, size_t n, bool line)
{
	Strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < n; i++) {
		if (i && (line || (!json_is_string(args[i]) && !json_is_string(args[i - 1]))))
			strbuf_addc(&out, ' ');
		value_print(&out, args[i]);
	}
	if (line)
		strbuf_addc(&out, '\n');
	return template_text(strbuf_steal(&out));
}

static json_t *f_print(json_t *const *args, size_t n, Error **err)
{
	(void)err;
	return print(args, n, false);
}

static json_t *f_println(json_t *const *args, size_t n, Error **err)
{
	(void)err;
	return print(args, n, true);
}

static json_t *f_printf(json_t *const *args, size_t n, Error **err)
{
	if (!json_is_string(args[0]))
		return template_wrong_type(err, "string", args[0]);
	return template_text(value_printf(json_string_value(args[0]), args + 1, n - 1));
}

/* ---- Docker's ---- */

static json_t *f_json(json_t *const *args, size_t n, Error **err)
{
	(void)n;
	(void)err;
	return template_text(json_text(args[0]));
}

static json_t *f_join(json_t *const *args, size_t n, Error **err)
{
	Strbuf out = STRBUF_INIT;

	(void)n;
	if (!json_is_array(args[0]))
		return template_wrong_type(err, "[]string", args[0]);
	if (!json_is_string(args[1]))
		return template_wrong_type(err, "string", args[1]);
	for (size_t i = 0; i < json_array_size(args[0]); i++) {
		if (i)
			strbuf_adds(&out, json_string_value(args[1]));
		value_print(&out, json_array_get(args[0], i));
	}
	return template_text(strbuf_steal(&out));
}

/* Between the characters, as strings.Split does for an empty separator. */
static json_t *split_characters(const char *s)
{
	json_t *out = json_array();

	for (size_t n = strlen(s), len; n > 0; n -= len, s += len) {
		len = utf8_length(s, n);
		len += !len;
		(void)json_array_append_new(out, json_string_lossy(s, len));
	}
	return out;
}

static json_t *f_split(json_t *const *args, size_t n, Error **err)
{
	const char *s = json_string_value(args[0]), *sep = json_string_value(args[1]), *end;
	json_t *out;

	(void)n;
	if (!s || !sep)
		return template_wrong_type(err, "string", args[s != NULL]);
	if (!*sep)
		return split_characters(s);
	out = json_array();
	for (; (end = strstr(s, sep)); s = end + strlen(sep))
		(void)json_array_append_new(out, json_string_lossy(s, (size_t)(end - s)));
	(void)json_array_append_new(out, json_string_lossy(s, strlen(s)));
	return out;
}

static json_t *map_text(json_t *const *args, int (*change)(int c, bool start), Error **err)
{
	const char *s = json_string_value(args[0]);
	char *copy;
	bool start = true;

	if (!s)
		return template_wrong_type(err, "string", args[0]);
	copy = xstrdup(s);
	for (char *p = copy; *p; p++) {
		bool word = isalnum((unsigned char)*p) || *p == '_' || (unsigned char)*p >= 0x80;

		if ((unsigned char)*p < 0x80)
			*p = (char)change(*p, start);
		start = !word;
	}
	return template_text(copy);
}

static int to_lower(int c, bool start)
{
	(void)start;
	return tolower(c);
}

static int to_upper(int c, bool start)
{
	(void)start;
	return toupper(c);
}

static int to_title(int c, bool start)
{
	return start ? toupper(c) : c;
}

static json_t *f_lower(json_t *const *args, size_t n, Error **err)
{
	(void)n;
	return map_text(args, to_lower, err);
}

static json_t *f_upper(json_t *const *args, size_t n, Error **err)
{
	(void)n;
	return map_text(args, to_upper, err);
}

static json_t *f_title(json_t *const *args, size_t n, Error **err)
{
	(void)n;
	return map_text(args, to_title, err);
}

#define PAD_MAX 4096

static json_t *f_pad(json_t *const *args, size_t n, Error **err)
{
	const char *s = json_string_value(args[0]);
	json_int_t before = json_integer_value(args[1]), after = json_integer_value(args[2]);

	(void)n;
	if (!s)
		return template_wrong_type(err, "string", args[0]);
	if (before < 0 || after < 0 || before > PAD_MAX || after > PAD_MAX) {
		(void)error_set(err, EINVAL, "pad by 0 to %d", PAD_MAX);
		return NULL;
	}
	if (!*s)
		return json_string("");
	return template_text(xasprintf("%*s%s%*s", (int)before, "", s, (int)after, ""));
}

static json_t *f_truncate(json_t *const *args, size_t n, Error **err)
{
	const char *s = json_string_value(args[0]);
	json_int_t length = json_integer_value(args[1]);

	(void)n;
	if (!s)
		return template_wrong_type(err, "string", args[0]);
	if (!json_is_integer(args[1]) || length < 0)
		return template_wrong_type(err, "int", args[1]);
	return json_string_lossy(s, (size_t)length < strlen(s) ? (size_t)length : strlen(s));
}

/* ---- table ---- */

static const TemplateFunction functions[] = {
	{ "and", 1, -1, false, NULL },
	{ "or", 1, -1, false, NULL },
	{ "not", 1, 1, false, template_not },
	{ "eq", 1, -1, false, template_eq },
	{ "ne", 2, 2, false, template_ne },
	{ "lt", 2, 2, false, template_lt },
	{ "le", 2, 2, false, template_le },
	{ "gt", 2, 2, false, template_gt },
	{ "ge", 2, 2, false, template_ge },
	{ "len", 1, 1, false, template_len },
	{ "html", 0, -1, false, template_html },
	{ "js", 0, -1, false, template_js },
	{ "call", 1, -1, false, NULL },
	{ "urlquery", 0, -1, false, template_urlquery },
	{ "index", 1, -1, false, template_index },
	{ "slice", 1, 3, false, template_slice },
	{ "print", 0, -1, false, f_print },
	{ "println", 0, -1, false, f_println },
	{ "printf", 1, -1, false, f_printf },
	{ "json", 1, 1, true, f_json },
	{ "join", 2, 2, true, f_join },
	{ "split", 2, 2, true, f_split },
	{ "lower", 1, 1, true, f_lower },
	{ "upper", 1, 1, true, f_upper },
	{ "title", 1, 1, true, f_title },
	{ "pad", 3, 3, true, f_pad },
	{ "truncate", 2, 2, true, f_truncate },
};

const TemplateFunction *template_function(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (strlen(functions[i].name) == n && memcmp(functions[i].name, name, n) == 0)
			return &functions[i];
	return NULL;
}
