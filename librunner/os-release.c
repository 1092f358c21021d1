#include "librunner/os-release.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

/* The characters that a backslash escapes within double quotes, by the shell's rules. */
static bool escapable(char c)
{
	return c == '"' || c == '$' || c == '`' || c == '\\';
}

/* Undoes the shell's quoting of one value in `s` (ends at NUL): "…", '…', backslashes, and several
 * of them in a row. A blank outside quotes ends it. Returns NULL for a quote that is not closed. */
static char *unquote(const char *s)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	char quote = '\0';

	for (; *s && (quote || (*s != ' ' && *s != '\t')); s++) {
		if (*s == quote)
			quote = '\0';
		else if (!quote && (*s == '"' || *s == '\''))
			quote = *s;
		else if (*s == '\\' && quote != '\'' && s[1] && (!quote || escapable(s[1])))
			strbuf_addc(&b, *++s);
		else
			strbuf_addc(&b, *s);
	}
	return quote ? NULL : strbuf_steal(&b);
}

static bool name_valid(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(s[i] == '_' || (s[i] >= 'A' && s[i] <= 'Z') ||
		      (i && s[i] >= '0' && s[i] <= '9')))
			return false;
	return n > 0;
}

static void replace(char **member, char *value)
{
	free(*member);
	*member = value;
}

/* Values that are identifiers must be so: they name families and end up in messages. */
static bool id_valid(const char *s)
{
	for (const char *p = s; *p; p++)
		if (!(*p == '.' || *p == '_' || *p == '-' || (*p >= '0' && *p <= '9') ||
		      (*p >= 'a' && *p <= 'z')))
			return false;
	return *s != '\0';
}

static void set_id_like(OsRelease *os, const char *value)
{
	cleanup_strv char **words = strv_split(value, ' ');

	os->id_like = strv_free(os->id_like);
	STRV_FOREACH(it, words)
		if (id_valid(*it))
			strv_add(&os->id_like, *it);
}

static void assign(OsRelease *os, const char *name, const char *value)
{
	if (streq(name, "ID") && id_valid(value))
		replace(&os->id, xstrdup(value));
	else if (streq(name, "ID_LIKE"))
		set_id_like(os, value);
	else if (streq(name, "VERSION_ID") && *value)
		replace(&os->version_id, xstrdup(value));
	else if (streq(name, "VERSION_CODENAME") && id_valid(value))
		replace(&os->version_codename, xstrdup(value));
	else if (streq(name, "PRETTY_NAME") && *value)
		replace(&os->pretty_name, xstrdup(value));
}

static void parse_line(OsRelease *os, const char *line, size_t n)
{
	cleanup_free char *name = NULL, *rest = NULL, *value = NULL;
	const char *equals;

	while (n > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		n--;
	}
	while (n > 0 && (line[n - 1] == '\r' || line[n - 1] == ' ' || line[n - 1] == '\t'))
		n--;
	equals = n ? memchr(line, '=', n) : NULL;
	if (!equals || !name_valid(line, (size_t)(equals - line)))
		return;
	name = xstrndup(line, (size_t)(equals - line));
	rest = xstrndup(equals + 1, n - (size_t)(equals + 1 - line));
	value = unquote(rest);
	if (value && utf8_valid(value, strlen(value)))
		assign(os, name, value);
}

OsRelease *os_release_parse(const char *text, size_t n)
{
	OsRelease *os = xnew0(OsRelease, 1);

	os->id = xstrdup("linux");
	if (n > OS_RELEASE_MAX_SIZE)
		n = OS_RELEASE_MAX_SIZE;
	while (n > 0) {
		const char *end = memchr(text, '\n', n);
		size_t len = end ? (size_t)(end - text) : n;

		parse_line(os, text, len);
		len += end ? 1 : 0;
		text += len;
		n -= len;
	}
	return os;
}

OsRelease *os_release_free(OsRelease *os)
{
	if (os) {
		free(os->id);
		strv_free(os->id_like);
		free(os->version_id);
		free(os->version_codename);
		free(os->pretty_name);
		free(os);
	}
	return NULL;
}

bool os_release_is(const OsRelease *os, const char *id)
{
	return streq(os->id, id) || strv_contains(os->id_like, id);
}
