/* words: how instructions of a Dockerfile quote and expand (docker's shell lexer). */
#include <ctype.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/image-change.h"

typedef struct Lexer {
	const char *text, *at;
	char *const *env;
	Strbuf out;
	unsigned depth;
} Lexer;

/* ${X:-${Y:-…}} */
#define MAX_DEPTH 32

static int lex_until(Lexer *l, char stop, Error **err);

static int unexpected_end(const Lexer *l, const char *what, Error **err)
{
	cleanup_free char *quoted = str_quote(l->text);

	return error_set(err, EINVAL, "failed to process %s: unexpected end of statement%s", quoted,
			 what);
}

static char *take_name(Lexer *l)
{
	const char *start = l->at;

	if (isdigit((unsigned char)*start))
		l->at++;
	else
		while (isalnum((unsigned char)*l->at) || *l->at == '_')
			l->at++;
	return xstrndup(start, (size_t)(l->at - start));
}

/* Behind `${NAME`: what to put in its place where that depends on the value. */
static int lex_modifier(Lexer *l, const char *value, Error **err)
{
	bool empty_counts = *l->at == ':';
	bool has = empty_counts ? !str_empty(value) : value != NULL;
	char modifier;
	Strbuf before = l->out;
	cleanup_free char *word = NULL;
	int r;

	l->at += empty_counts;
	modifier = *l->at;
	if (modifier != '-' && modifier != '+') {
		cleanup_free char *quoted = str_quote(l->text);

		return error_set(err, EINVAL,
				 "failed to process %s: unsupported modifier (%c) in substitution",
				 quoted, modifier ? modifier : ' ');
	}
	l->at++;
	l->out = (Strbuf)STRBUF_INIT;
	r = ++l->depth > MAX_DEPTH ? error_set(err, ELOOP, "too many nested substitutions")
				   : lex_until(l, '}', err);
	l->depth--;
	word = strbuf_steal(&l->out);
	l->out = before;
	if (r < 0)
		return r;
	if ((modifier == '-') != has)
		strbuf_adds(&l->out, word);
	else if (modifier == '-')
		strbuf_adds(&l->out, value);
	return 0;
}

static int lex_dollar(Lexer *l, Error **err)
{
	cleanup_free char *name = NULL;
	const char *value;

	l->at++;
	if (*l->at != '{') {
		name = take_name(l);
		value = env_get(l->env, name);
		if (!*name)
			strbuf_addc(&l->out, '$');
		else if (value)
			strbuf_adds(&l->out, value);
		return 0;
	}
	l->at++;
	name = take_name(l);
	value = env_get(l->env, name);
	if (!*l->at)
		return unexpected_end(l, "", err);
	if (*l->at == '}') {
		l->at++;
		if (value)
			strbuf_adds(&l->out, value);
		return 0;
	}
	return lex_modifier(l, value, err);
}

static int lex_single(Lexer *l, Error **err)
{
	const char *end = strchr(l->at + 1, '\'');

	if (!end)
		return unexpected_end(l, " while looking for matching single-quote", err);
	strbuf_add(&l->out, l->at + 1, (size_t)(end - l->at - 1));
	l->at = end + 1;
	return 0;
}

static int lex_double(Lexer *l, Error **err)
{
	int r = 0;

	for (l->at++; r >= 0 && *l->at != '"';) {
		if (!*l->at)
			return unexpected_end(l, " while looking for matching double-quote", err);
		if (*l->at == '$') {
			r = lex_dollar(l, err);
			continue;
		}
		if (*l->at == '\\' && l->at[1] && strchr("\"$\\", l->at[1]))
			l->at++;
		strbuf_addc(&l->out, *l->at++);
	}
	l->at += r >= 0;
	return r;
}

static int lex_until(Lexer *l, char stop, Error **err)
{
	int r = 0;

	while (r >= 0 && *l->at != stop) {
		if (!*l->at)
			return unexpected_end(l, "", err);
		if (*l->at == '\'') {
			r = lex_single(l, err);
		} else if (*l->at == '"') {
			r = lex_double(l, err);
		} else if (*l->at == '$') {
			r = lex_dollar(l, err);
		} else {
			if (*l->at == '\\' && l->at[1])
				l->at++;
			strbuf_addc(&l->out, *l->at++);
		}
	}
	if (r >= 0 && stop)
		l->at++;
	return r;
}

int word_expand(const char *text, char *const *env, char **ret, Error **err)
{
	Lexer l = { .text = text, .at = text, .env = env };
	int r = lex_until(&l, '\0', err);

	if (r >= 0)
		*ret = strbuf_steal(&l.out);
	strbuf_clear(&l.out);
	return r;
}

char **words_split(const char *text)
{
	char **words = NULL, quote = 0;
	cleanup_strbuf Strbuf word = STRBUF_INIT;
	bool inside = false;

	for (const char *p = text;; p++) {
		if (!*p || (!quote && isspace((unsigned char)*p))) {
			if (inside)
				strv_push(&words, strbuf_steal(&word));
			inside = false;
			if (!*p)
				return words;
			continue;
		}
		inside = true;
		if (*p == '\\' && p[1] && quote != '\'')
			strbuf_addc(&word, *p++);
		else if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? 0 : *p;
		strbuf_addc(&word, *p);
	}
}
