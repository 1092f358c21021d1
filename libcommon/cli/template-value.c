/* template-value: JSON values as Go's fmt package sees them. */
#include "libcommon/alloc.h"
#include "libcommon/cli/template-internal.h"
#include "libcommon/json.h"

bool value_truth(const json_t *v)
{
	if (!v)
		return false;
	switch (json_typeof(v)) {
	case JSON_TRUE:
		return true;
	case JSON_INTEGER:
		return json_integer_value(v) != 0;
	case JSON_REAL:
		return json_real_value(v) != 0;
	case JSON_STRING:
		return json_string_length(v) > 0;
	case JSON_ARRAY:
		return json_array_size(v) > 0;
	case JSON_OBJECT:
		return json_object_size(v) > 0;
	default:
		return false;
	}
}

const char *value_type(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return "map[string]interface {}";
	case JSON_ARRAY:
		return "[]interface {}";
	case JSON_STRING:
		return "string";
	case JSON_INTEGER:
		return "int";
	case JSON_REAL:
		return "float64";
	case JSON_TRUE:
	case JSON_FALSE:
		return "bool";
	default:
		return "<nil>";
	}
}

/* The shortest text that reads as the same number; an exponent from 1e21 on. */
static void print_real(Strbuf *out, double d)
{
	char buf[64];

	for (int digits = 1; digits <= 17; digits++) {
		(void)snprintf(buf, sizeof(buf), "%.*g", digits, d);
		if (strtod(buf, NULL) == d)
			break;
	}
	if (strchr(buf, 'e') && d < 1e21 && d > -1e21 && d == (double)(long long)d)
		(void)snprintf(buf, sizeof(buf), "%.0f", d);
	strbuf_adds(out, buf);
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void print_object(Strbuf *out, const json_t *v)
{
	const char **keys = xnew(const char *, json_object_size(v) + 1), *key;
	json_t *item;
	size_t n = 0;

	json_object_foreach((json_t *)v, key, item)
		keys[n++] = key;
	qsort(keys, n, sizeof(*keys), compare_keys);
	strbuf_adds(out, "map[");
	for (size_t i = 0; i < n; i++) {
		strbuf_addf(out, "%s%s:", i ? " " : "", keys[i]);
		value_print(out, json_object_get(v, keys[i]));
	}
	strbuf_addc(out, ']');
	free(keys);
}

static void print_array(Strbuf *out, const json_t *v)
{
	strbuf_addc(out, '[');
	for (size_t i = 0; i < json_array_size(v); i++) {
		if (i)
			strbuf_addc(out, ' ');
		value_print(out, json_array_get(v, i));
	}
	strbuf_addc(out, ']');
}

void value_print(Strbuf *out, const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_STRING:
		strbuf_add(out, json_string_value(v), json_string_length(v));
		break;
	case JSON_INTEGER:
		strbuf_addf(out, "%lld", (long long)json_integer_value(v));
		break;
	case JSON_REAL:
		print_real(out, json_real_value(v));
		break;
	case JSON_OBJECT:
		if (!value_print_struct(out, v))
			print_object(out, v);
		break;
	case JSON_ARRAY:
		print_array(out, v);
		break;
	case JSON_NULL:
		strbuf_adds(out, "<nil>");
		break;
	default:
		strbuf_adds(out, json_is_true(v) ? "true" : "false");
	}
}

/* ---- printf ---- */

/* Wider than any terminal; Go's own bound is a million. */
#define MAX_WIDTH 4096

typedef struct Verb {
	bool left, zero, plus, sharp;
	int width, precision; /* -1: none */
	char letter;
} Verb;

static int parse_width(const char **s)
{
	int n = 0;

	for (; **s >= '0' && **s <= '9'; (*s)++)
		n = n > MAX_WIDTH ? n : n * 10 + (**s - '0');
	return n > MAX_WIDTH ? MAX_WIDTH : n;
}

/* Reads what stands behind the %; *s then is behind the verb. */
static Verb parse_verb(const char **s)
{
	Verb v = { .width = -1, .precision = -1 };

	for (;; (*s)++) {
		if (**s == '-')
			v.left = true;
		else if (**s == '0')
			v.zero = true;
		else if (**s == '+')
			v.plus = true;
		else if (**s == '#')
			v.sharp = true;
		else if (**s != ' ')
			break;
	}
	if (**s >= '0' && **s <= '9')
		v.width = parse_width(s);
	if (**s == '.') {
		(*s)++;
		v.precision = parse_width(s);
	}
	v.letter = **s;
	*s += **s != '\0';
	return v;
}

static size_t count_runes(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* The bytes of the first `runes` characters. */
static size_t rune_prefix(const char *s, size_t runes)
{
	size_t i = 0;

	for (; s[i]; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80 && runes-- == 0)
			break;
	return i;
}

static void add_padded(Strbuf *out, const Verb *v, const char *text, bool number)
{
	size_t n = count_runes(text), width = v->width > 0 ? (size_t)v->width : 0;
	bool zeros = v->zero && !v->left && number;

	if (zeros && (*text == '-' || *text == '+') && n < width)
		strbuf_addc(out, *text++);
	for (size_t i = n; i < width && !v->left; i++)
		strbuf_addc(out, zeros ? '0' : ' ');
	strbuf_adds(out, text);
	for (size_t i = n; i < width && v->left; i++)
		strbuf_addc(out, ' ');
}

static char *format_string(const Verb *v, const char *s)
{
	cleanup_free char *cut =
		xstrndup(s, v->precision >= 0 ? rune_prefix(s, (size_t)v->precision) : strlen(s));
	Strbuf hex = STRBUF_INIT;

	if (v->letter == 'q')
		return str_quote(cut);
	if (v->letter == 's' || v->letter == 'v')
		return steal(&cut);
	if (v->letter != 'x' && v->letter != 'X')
		return NULL;
	for (const unsigned char *p = (const unsigned char *)cut; *p; p++)
		strbuf_addf(&hex, v->letter == 'x' ? "%02x" : "%02X", *p);
	return strbuf_steal(&hex);
}

static char *format_integer(const Verb *v, long long i)
{
	unsigned long long magnitude = i < 0 ? 0 - (unsigned long long)i : (unsigned long long)i;
	const char *sign = i < 0 ? "-" : v->plus ? "+" : "";
	Strbuf bits = STRBUF_INIT;

	switch (v->letter) {
	case 'd':
	case 'v':
		return xasprintf("%s%llu", sign, magnitude);
	case 'x':
		return xasprintf(v->sharp ? "%s0x%llx" : "%s%llx", sign, magnitude);
	case 'X':
		return xasprintf(v->sharp ? "%s0X%llX" : "%s%llX", sign, magnitude);
	case 'o':
		return xasprintf(v->sharp ? "%s0%llo" : "%s%llo", sign, magnitude);
	case 'b':
		strbuf_adds(&bits, sign);
		for (int bit = magnitude ? 63 - __builtin_clzll(magnitude) : 0; bit >= 0; bit--)
			strbuf_addc(&bits, (char)('0' + (magnitude >> bit & 1)));
		return strbuf_steal(&bits);
	default:
		return NULL;
	}
}

static char *format_real(const Verb *v, double d)
{
	int precision = v->precision >= 0 ? v->precision : 6;
	Strbuf text = STRBUF_INIT;

	if (v->letter == 'f' || v->letter == 'F')
		return xasprintf("%.*f", precision, d);
	if (v->letter == 'e')
		return xasprintf("%.*e", precision, d);
	if (v->letter != 'g' && v->letter != 'v')
		return NULL;
	if (v->precision >= 0)
		return xasprintf("%.*g", precision, d);
	print_real(&text, d);
	return strbuf_steal(&text);
}

/* NULL for a verb that does not fit the value. */
static char *format_value(const Verb *v, const json_t *arg)
{
	Strbuf text = STRBUF_INIT;

	if (v->letter == 'T')
		return xstrdup(value_type(arg));
	if (json_is_string(arg))
		return format_string(v, json_string_value(arg));
	if (json_is_integer(arg))
		return format_integer(v, json_integer_value(arg));
	if (json_is_real(arg))
		return format_real(v, json_real_value(arg));
	if (v->letter != 'v' && !(json_is_boolean(arg) && v->letter == 't') &&
	    !(v->letter == 's' && (json_is_array(arg) || json_is_object(arg))))
		return NULL;
	value_print(&text, arg);
	return strbuf_steal(&text);
}

static void add_verb(Strbuf *out, const Verb *v, const json_t *arg)
{
	cleanup_free char *text = format_value(v, arg);

	if (text) {
		add_padded(out, v, text, json_is_number(arg));
		return;
	}
	strbuf_addf(out, "%%!%c(%s=", v->letter, value_type(arg));
	value_print(out, arg);
	strbuf_addc(out, ')');
}

char *value_printf(const char *format, json_t *const *args, size_t n)
{
	Strbuf out = STRBUF_INIT;
	size_t used = 0;

	while (*format) {
		size_t plain = strcspn(format, "%");
		Verb v;

		strbuf_add(&out, format, plain);
		format += plain;
		if (!*format)
			break;
		format++;
		v = parse_verb(&format);
		if (!v.letter)
			strbuf_adds(&out, "%!(NOVERB)");
		else if (v.letter == '%')
			strbuf_addc(&out, '%');
		else if (used >= n)
			strbuf_addf(&out, "%%!%c(MISSING)", v.letter);
		else
			add_verb(&out, &v, args[used++]);
	}
	for (size_t i = used; i < n; i++) {
		strbuf_addf(&out, "%s%s=", i == used ? "%!(EXTRA " : ", ", value_type(args[i]));
		value_print(&out, args[i]);
	}
	if (used < n)
		strbuf_addc(&out, ')');
	return strbuf_steal(&out);
}
