#include "libcommon/yaml-write.h"

#include <ctype.h>
#include <math.h>

#include "libcommon/alloc.h"
#include "libcommon/number-text.h"
#include "libcommon/yaml-write-scalar.h"

#define INDENT 2
/* Longer keys are written as `? key`, which is yaml's own limit. */
#define SIMPLE_KEY_MAX 128

static void add_node(Strbuf *b, const json_t *value, size_t indent);

static void add_indent(Strbuf *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		strbuf_addc(b, ' ');
}

/* ---- scalars ---- */

/* `|`, with the width of the indentation where the text begins with a blank, `-` for no newline at
 * its end and `+` for more than one. */
static void add_literal_header(Strbuf *b, const char *s)
{
	size_t n = strlen(s);

	strbuf_addc(b, '|');
	if (*s == ' ' || *s == '\n')
		strbuf_addf(b, "%d", INDENT);
	if (s[n - 1] != '\n')
		strbuf_addc(b, '-');
	else if (n == 1 || s[n - 2] == '\n')
		strbuf_addc(b, '+');
	strbuf_addc(b, '\n');
}

static void add_literal(Strbuf *b, const char *s, size_t indent)
{
	add_literal_header(b, s);
	while (*s) {
		size_t n = strcspn(s, "\n");

		if (n)
			add_indent(b, indent);
		strbuf_add(b, s, n);
		strbuf_addc(b, '\n');
		s += n + (s[n] == '\n');
	}
}

static void add_string(Strbuf *b, const char *s, size_t indent)
{
	YamlStyle style = yaml_style(s, false);

	if (style == YAML_LITERAL) {
		add_literal(b, s, indent);
		return;
	}
	yaml_add_flow_scalar(b, s, style);
	strbuf_addc(b, '\n');
}

static void add_real(Strbuf *b, double value)
{
	cleanup_free char *text = number_text(value, 64, NUMBER_TEXT_G);

	strbuf_addf(b, "%s\n",
		    isnan(value)   ? ".nan"
		    : isinf(value) ? (value < 0 ? "-.inf" : "+.inf")
				   : text);
}

static void add_scalar(Strbuf *b, const json_t *value, size_t indent)
{
	if (json_is_string(value))
		add_string(b, json_string_value(value), indent);
	else if (json_is_integer(value))
		strbuf_addf(b, "%lld\n", (long long)json_integer_value(value));
	else if (json_is_real(value))
		add_real(b, json_real_value(value));
	else
		strbuf_addf(b, "%s\n",
			    json_is_true(value)	   ? "true"
			    : json_is_false(value) ? "false"
						   : "null");
}

/* ---- collections ---- */

static bool is_block(const json_t *value)
{
	return json_object_size(value) > 0 || json_array_size(value) > 0;
}

/* A member's value behind its colon, or an empty or simple one behind a dash. */
static void add_value(Strbuf *b, const json_t *value, size_t indent)
{
	if (is_block(value)) {
		strbuf_addc(b, '\n');
		add_indent(b, indent);
		add_node(b, value, indent);
		return;
	}
	strbuf_addc(b, ' ');
	add_node(b, value, indent);
}

static void add_key(Strbuf *b, const char *key, size_t indent)
{
	if (strlen(key) <= SIMPLE_KEY_MAX && !strchr(key, '\n')) {
		yaml_add_flow_scalar(b, key, yaml_style(key, true));
		return;
	}
	strbuf_adds(b, "? ");
	add_string(b, key, indent + INDENT);
	add_indent(b, indent);
}

static void add_object(Strbuf *b, const json_t *object, size_t indent)
{
	const char *key;
	const json_t *value;
	bool first = true;

	json_object_foreach((json_t *)object, key, value) {
		if (!first)
			add_indent(b, indent);
		first = false;
		add_key(b, key, indent);
		strbuf_addc(b, ':');
		add_value(b, value, indent + INDENT);
	}
}

static void add_list(Strbuf *b, const json_t *list, size_t indent)
{
	const json_t *value;
	size_t i;

	json_array_foreach((json_t *)list, i, value) {
		if (i > 0)
			add_indent(b, indent);
		strbuf_adds(b, "- ");
		add_node(b, value, indent + INDENT);
	}
}

/* At its place in the line already; ends with a newline. */
static void add_node(Strbuf *b, const json_t *value, size_t indent)
{
	if (json_is_object(value) && is_block(value))
		add_object(b, value, indent);
	else if (json_is_array(value) && is_block(value))
		add_list(b, value, indent);
	else if (json_is_object(value) || json_is_array(value))
		strbuf_adds(b, json_is_object(value) ? "{}\n" : "[]\n");
	else
		add_scalar(b, value, indent);
}

char *yaml_text(const json_t *value)
{
	Strbuf b = STRBUF_INIT;

	add_node(&b, value, 0);
	return strbuf_steal(&b);
}

/* ---- the order of keys ---- */

/* The number that begins at `i`; digits before it that are no zeros make a zero count. */
static unsigned long long number_at(const char *s, size_t *i, unsigned long long from)
{
	unsigned long long n = from;

	while (isdigit((unsigned char)s[*i]))
		n = n * 10 + (unsigned)(s[(*i)++] - '0');
	return n;
}

static bool letter(char c)
{
	return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

static int compare_numbers(const char *a, const char *b, size_t i)
{
	unsigned long long an, bn, from = 0;
	size_t ai = i, bi = i;

	if (a[i] == '0' || b[i] == '0')
		for (size_t j = i; j > 0 && isdigit((unsigned char)a[j - 1]) && !from; j--)
			from = a[j - 1] != '0';
	an = number_at(a, &ai, from);
	bn = number_at(b, &bi, from);
	if (an != bn)
		return an < bn ? -1 : 1;
	if (ai != bi)
		return ai < bi ? -1 : 1;
	return (unsigned char)a[i] < (unsigned char)b[i] ? -1 : 1;
}

int yaml_compare_keys(const char *a, const char *b)
{
	bool in_digits = false;
	size_t i;

	for (i = 0; a[i] && b[i]; i++) {
		bool al = letter(a[i]), bl = letter(b[i]);

		if (a[i] == b[i]) {
			in_digits = isdigit((unsigned char)a[i]);
			continue;
		}
		if (al && bl)
			return (unsigned char)a[i] < (unsigned char)b[i] ? -1 : 1;
		if (al || bl)
			return (in_digits ? al : bl) ? -1 : 1;
		return compare_numbers(a, b, i);
	}
	return (a[i] != '\0') - (b[i] != '\0');
}
