#include "compose/substitute.h"

#include <stdbool.h>

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"

/* Texts in texts in texts. */
#define MAX_NESTING 50

typedef struct Context {
	VariableLookup lookup;
	const void *data;
	unsigned depth;
	SubstituteFailure why;
	Error **err;
} Context;

/* One `$…` of a string. */
typedef struct Match {
	size_t length; /* of all of it */
	bool escaped; /* $$ */
	bool invalid;
	const char *name; /* not ended */
	size_t name_length;
	char op; /* - + ? or 0 */
	bool colon;
	const char *text; /* behind the operator */
	size_t text_length;
} Match;

static size_t name_length(const char *s)
{
	size_t n = 0;

	if (*s >= '0' && *s <= '9')
		return 0;
	while (s[n] == '_' || (s[n] >= '0' && s[n] <= '9') || (s[n] >= 'a' && s[n] <= 'z') ||
	       (s[n] >= 'A' && s[n] <= 'Z'))
		n++;
	return n;
}

/* The last closing brace before the end of the line, or NULL. */
static const char *last_brace(const char *s)
{
	const char *last = NULL;

	for (; *s && *s != '\n'; s++)
		if (*s == '}')
			last = s;
	return last;
}

/* The brace that closes the first one of `n` bytes. What follows an opening brace is skipped, as
 * compose skips it. */
static const char *closing_brace(const char *s, size_t n)
{
	int open = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '}' && --open == 0)
			return s + i;
		if (s[i] == '{') {
			open++;
			i++;
		}
	}
	return NULL;
}

/* `s` is behind `${`. Without an operator the brace follows; with one, the text goes on to the last
 * brace of the line, or ends earlier where the braces are balanced. */
static bool match_braced(const char *start, const char *s, Match *m)
{
	const char *last, *close;

	m->name = s;
	m->name_length = name_length(s);
	if (!m->name_length)
		return false;
	s += m->name_length;
	if (*s == '}') {
		m->length = (size_t)(s + 1 - start);
		return true;
	}
	m->colon = *s == ':';
	s += m->colon;
	if (!*s || !strchr("-+?", *s))
		return false;
	m->op = *s;
	m->text = s + 1;
	last = last_brace(m->text);
	if (!last)
		return false;
	close = closing_brace(start, (size_t)(last + 1 - start));
	if (!close)
		close = last;
	m->text_length = (size_t)(close - m->text);
	m->length = (size_t)(close + 1 - start);
	return true;
}

/* False for a dollar that starts nothing. */
static bool match(const char *s, Match *m)
{
	*m = (Match){ 0 };
	if (s[1] == '$') {
		m->escaped = true;
		m->length = 2;
		return true;
	}
	if (s[1] == '{') {
		m->invalid = !match_braced(s, s + 2, m);
		return true;
	}
	m->name = s + 1;
	m->name_length = name_length(s + 1);
	m->length = 1 + m->name_length;
	return m->name_length > 0;
}

static int expand(Context *c, const char *text, char **ret);

static int fail_required(Context *c, const char *name, const char *reason)
{
	c->why = SUBSTITUTE_REQUIRED;
	return error_set(c->err, EINVAL, "required variable %s is missing a value%s%s", name,
			 *reason ? ": " : "", reason);
}

/* Appends the value of `${NAME<operator>TEXT}`. */
static int apply(Context *c, const Match *m, const char *name, Strbuf *out)
{
	cleanup_free char *raw = xstrndup(m->text, m->text_length), *text = NULL;
	const char *value = c->lookup(c->data, name);
	bool present = value && (!m->colon || *value);
	int r = expand(c, raw, &text);

	if (r < 0)
		return r;
	if (m->op == '?' && !present)
		return fail_required(c, name, text);
	if (m->op == '-' && !present)
		value = text;
	if (m->op == '+' && present)
		value = text;
	strbuf_adds(out, value ? value : "");
	return 0;
}

static int expand_match(Context *c, const Match *m, Strbuf *out)
{
	cleanup_free char *name = xstrndup(m->name ? m->name : "", m->name_length);
	const char *value;

	if (m->escaped) {
		strbuf_addc(out, '$');
		return 0;
	}
	if (m->op)
		return apply(c, m, name, out);
	value = c->lookup(c->data, name);
	if (!value)
		log_warning("The \"%s\" variable is not set. Defaulting to a blank string.", name);
	strbuf_adds(out, value ? value : "");
	return 0;
}

static int expand(Context *c, const char *text, char **ret)
{
	cleanup_strbuf Strbuf out = STRBUF_INIT;
	const char *s = text, *dollar;
	Match m;
	int r = 0;

	if (c->depth++ > MAX_NESTING)
		return error_set(c->err, EINVAL, "variables are nested too deeply");
	while (r >= 0 && (dollar = strchr(s, '$'))) {
		strbuf_add(&out, s, (size_t)(dollar - s));
		s = dollar + 1;
		if (!match(dollar, &m)) {
			strbuf_addc(&out, '$');
			continue;
		}
		if (m.invalid) {
			c->why = SUBSTITUTE_INVALID;
			return error_set(c->err, EINVAL, "%s", text);
		}
		r = expand_match(c, &m, &out);
		s = dollar + m.length;
	}
	c->depth--;
	strbuf_adds(&out, s);
	if (r >= 0)
		*ret = strbuf_steal(&out);
	return r;
}

int substitute(const char *text, VariableLookup lookup, const void *data, char **ret,
	       SubstituteFailure *ret_why, Error **err)
{
	Context c = { .lookup = lookup, .data = data, .err = err };
	int r = expand(&c, text, ret);

	if (ret_why)
		*ret_why = c.why;
	return r;
}
