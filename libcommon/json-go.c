#include "libcommon/json-go.h"

#include "libcommon/alloc.h"
#include "libcommon/number-text.h"
#include "libcommon/str.h"

static void add_value(Strbuf *b, const json_t *value, unsigned indent, unsigned level);

static void add_char(Strbuf *b, const unsigned char *s)
{
	static const char named[][2] = { { '"', '"' },	{ '\\', '\\' }, { '\n', 'n' },
					 { '\r', 'r' }, { '\t', 't' },	{ '\b', 'b' },
					 { '\f', 'f' } };

	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++) {
		if ((char)*s == named[i][0]) {
			strbuf_addf(b, "\\%c", named[i][1]);
			return;
		}
	}
	if (*s < 0x20 || strchr("<>&", *s))
		strbuf_addf(b, "\\u%04x", *s);
	else
		strbuf_addc(b, (char)*s);
}

static void add_string(Strbuf *b, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	strbuf_addc(b, '"');
	for (; *s; s++) {
		/* U+2028 and U+2029 end lines in JavaScript. */
		if (s[0] == 0xe2 && s[1] == 0x80 && (s[2] == 0xa8 || s[2] == 0xa9)) {
			strbuf_addf(b, "\\u20%x", s[2] - 0x80);
			s += 2;
			continue;
		}
		add_char(b, s);
	}
	strbuf_addc(b, '"');
}

static void add_line(Strbuf *b, unsigned indent, unsigned level)
{
	if (!indent)
		return;
	strbuf_addc(b, '\n');
	for (unsigned i = 0; i < indent * level; i++)
		strbuf_addc(b, ' ');
}

static void add_object(Strbuf *b, const json_t *object, unsigned indent, unsigned level)
{
	const char *key;
	const json_t *value;
	bool first = true;

	strbuf_addc(b, '{');
	json_object_foreach((json_t *)object, key, value) {
		strbuf_adds(b, first ? "" : ",");
		first = false;
		add_line(b, indent, level + 1);
		add_string(b, key);
		strbuf_adds(b, indent ? ": " : ":");
		add_value(b, value, indent, level + 1);
	}
	if (!first)
		add_line(b, indent, level);
	strbuf_addc(b, '}');
}

static void add_list(Strbuf *b, const json_t *list, unsigned indent, unsigned level)
{
	const json_t *value;
	size_t i;

	strbuf_addc(b, '[');
	json_array_foreach((json_t *)list, i, value) {
		strbuf_adds(b, i ? "," : "");
		add_line(b, indent, level + 1);
		add_value(b, value, indent, level + 1);
	}
	if (json_array_size(list) > 0)
		add_line(b, indent, level);
	strbuf_addc(b, ']');
}

static void add_value(Strbuf *b, const json_t *value, unsigned indent, unsigned level)
{
	cleanup_free char *number = NULL;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		add_object(b, value, indent, level);
		break;
	case JSON_ARRAY:
		add_list(b, value, indent, level);
		break;
	case JSON_STRING:
		add_string(b, json_string_value(value));
		break;
	case JSON_INTEGER:
		strbuf_addf(b, "%lld", (long long)json_integer_value(value));
		break;
	case JSON_REAL:
		number = number_text(json_real_value(value), 64, NUMBER_TEXT_JSON);
		strbuf_adds(b, number);
		break;
	default:
		strbuf_adds(b, json_is_true(value)    ? "true"
			       : json_is_false(value) ? "false"
						      : "null");
	}
}

char *json_go_text(const json_t *value, unsigned indent)
{
	Strbuf b = STRBUF_INIT;

	add_value(&b, value, indent, 0);
	return strbuf_steal(&b);
}
