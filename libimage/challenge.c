#include "libimage/challenge.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define MAX_HEADER ((size_t)8192)

static bool is_token(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

static char *take_token(const char **p)
{
	const char *start = *p;

	while (is_token(**p))
		(*p)++;
	return *p > start ? xstrndup(start, (size_t)(*p - start)) : NULL;
}

/* A quoted string with backslash escapes, or a token. NULL when it is neither. */
static char *take_value(const char **p)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	if (**p != '"')
		return take_token(p);
	for (const char *s = *p + 1; *s; s++) {
		if (*s == '"') {
			*p = s + 1;
			return strbuf_steal(&b);
		}
		if (*s == '\\' && s[1])
			s++;
		strbuf_addc(&b, *s);
	}
	return NULL;
}

/* Takes ownership of `value`; of a key given twice the first counts. */
static void set_parameter(Challenge *c, const char *name, char *value)
{
	char **field = strcasecmp(name, "realm") == 0	  ? &c->realm
		       : strcasecmp(name, "service") == 0 ? &c->service
		       : strcasecmp(name, "scope") == 0	  ? &c->scope
							  : NULL;

	if (field && !*field)
		*field = value;
	else
		free(value);
}

/* `name=value, …` up to the end or to the next challenge's scheme, where *p then stands. */
static int take_parameters(const char **p, Challenge *c)
{
	for (;;) {
		const char *start = *p = skip_blanks(*p);
		cleanup_free char *name = take_token(p);
		char *value;

		if (!name)
			return **p ? -EINVAL : 0;
		*p = skip_blanks(*p);
		if (**p != '=') {
			*p = start;
			return 0;
		}
		*p = skip_blanks(*p + 1);
		value = take_value(p);
		if (!value)
			return -EINVAL;
		set_parameter(c, name, value);
		*p = skip_blanks(*p);
		if (**p && **p != ',')
			return -EINVAL;
		*p += strspn(*p, ", \t");
	}
}

static ChallengeScheme scheme_of(const char *name)
{
	return strcasecmp(name, "bearer") == 0	? CHALLENGE_BEARER
	       : strcasecmp(name, "basic") == 0 ? CHALLENGE_BASIC
						: CHALLENGE_NONE;
}

int challenge_parse(const char *header, Challenge *c)
{
	const char *p = header;

	if (strlen(header) > MAX_HEADER)
		return -EINVAL;
	for (p += strspn(p, ", \t"); *p;) {
		cleanup_challenge Challenge next = { 0 };
		cleanup_free char *scheme = take_token(&p);
		int r;

		if (!scheme)
			return -EINVAL;
		next.scheme = scheme_of(scheme);
		r = take_parameters(&p, &next);
		if (r < 0)
			return r;
		/* A token service without an address is of no use. */
		if (next.scheme == CHALLENGE_BEARER && str_empty(next.realm))
			continue;
		if (next.scheme > c->scheme) {
			challenge_clear(c);
			*c = next;
			next = (Challenge){ 0 };
		}
	}
	return 0;
}

void challenge_clear(Challenge *c)
{
	free(c->realm);
	free(c->service);
	free(c->scope);
	*c = (Challenge){ 0 };
}
