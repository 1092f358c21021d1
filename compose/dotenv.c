#include "compose/dotenv.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "compose/paths.h"
#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

#define MAX_FILE_SIZE (1024 * 1024)

#define BOM "\xef\xbb\xbf"

typedef struct Parser {
	size_t line;
	VariableLookup lookup;
	const void *data;
	char **own; /* what this text has set so far */
	Error **err;
} Parser;

const char *variable_lookup_env(const void *data, const char *name)
{
	return env_get(data, name);
}

static const char *lookup_both(const void *data, const char *name)
{
	const Parser *p = data;
	const char *value = p->lookup(p->data, name);

	return value ? value : env_get(p->own, name);
}

static int expand(const Parser *p, const char *text, char **ret)
{
	SubstituteFailure why;
	cleanup_error Error *e = NULL;
	int r = substitute(text, lookup_both, p, ret, &why, &e);

	if (r >= 0)
		return r;
	/* Go shows the string that is not a template in its own syntax. */
	if (why == SUBSTITUTE_INVALID) {
		cleanup_free char *quoted = str_quote(e->msg);

		return error_set(p->err, EINVAL, "Invalid template: %s", quoted);
	}
	return error_propagate(p->err, steal(&e));
}

/* ---- blanks ---- */

/* The length of a blank that does not end the line, 0 for anything else. */
static size_t blank(const char *s)
{
	if (*s == ' ' || *s == '\t' || *s == '\v' || *s == '\f' || *s == '\r')
		return 1;
	/* U+0085, U+00A0 */
	return s[0] == '\xc2' && (s[1] == '\x85' || s[1] == '\xa0') ? 2 : 0;
}

static const char *skip_blanks(const char *s)
{
	size_t n;

	while ((n = blank(s)))
		s += n;
	return s;
}

static size_t trim_end(const char *s, size_t n)
{
	for (;;) {
		if (n >= 1 && (blank(s + n - 1) == 1 || s[n - 1] == '\n'))
			n--;
		else if (n >= 2 && blank(s + n - 2) == 2)
			n -= 2;
		else
			return n;
	}
}

/* The next statement, behind blanks, empty lines and comments; at the end of the text its end. */
static const char *next_statement(Parser *p, const char *s)
{
	for (;; s++) {
		s = skip_blanks(s);
		if (*s == '#')
			s += strcspn(s, "\n");
		if (*s != '\n')
			return s;
		p->line++;
	}
}

/* ---- names ---- */

/* `s` behind `export ` where it starts with it. */
static const char *skip_export(const char *s)
{
	const char *rest = startswith(s, "export");

	return rest && (blank(rest) || *rest == '\n') ? skip_blanks(rest) : s;
}

static bool name_character(unsigned char c)
{
	/* Letters and digits of other scripts are fine, too. */
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || strchr("_.-[]", c);
}

static int fail_character(const Parser *p, const char *line, const char *at)
{
	size_t n = utf8_length(at, strlen(at));
	cleanup_free char *c = xstrndup(at, n ? n : 1), *character = str_quote(c);
	cleanup_free char *text = xstrndup(line, strcspn(line, "\n")), *quoted = str_quote(text);

	return error_set(p->err, EINVAL, "line %zu: unexpected character %s in variable name %s",
			 p->line, character, quoted);
}

/* The name that a statement starts with; `*s` moves behind `=`, `:` or the end of the line.
 * *ret_alone: there is no value. A text that ends in a name has none. */
static int parse_name(Parser *p, const char **s, char **ret, bool *ret_alone)
{
	const char *start = skip_export(*s), *at = start;

	while (*at && *at != '=' && *at != ':' && *at != '\n') {
		size_t n = blank(at);

		if (!n && !name_character((unsigned char)*at))
			return fail_character(p, start, at);
		at += n ? n : 1;
	}
	*ret_alone = !*at || *at == '\n';
	*ret = xstrndup(start, trim_end(start, (size_t)(at - start)));
	if (strchr(*ret, ' '))
		return error_set(p->err, EINVAL, "line %zu: key cannot contain a space", p->line);
	p->line += *at == '\n';
	*s = skip_blanks(*at ? at + 1 : at);
	return 0;
}

/* ---- values ---- */

/* One of \a \b \c \f \n \r \t \v \$ \" \\ and \0 with up to three octal digits; returns its
 * length, or 0. */
static size_t expand_escape(const char *s, Strbuf *out)
{
	static const char names[] = "abfnrtv\"\\", values[] = "\a\b\f\n\r\t\v\"\\";
	const char *name = s[1] ? strchr(names, s[1]) : NULL;
	size_t n;

	if (name) {
		strbuf_addc(out, values[name - names]);
		return 2;
	}
	if (s[1] == '$') {
		/* A dollar that the expansion leaves alone. */
		strbuf_adds(out, "$$");
		return 2;
	}
	n = s[1] == '0' ? strspn(s + 2, "01234567") : 0;
	if (n >= 3) {
		unsigned code = (unsigned)(s[2] - '0') * 64 + (unsigned)(s[3] - '0') * 8 +
				(unsigned)(s[4] - '0');

		if (code && code < 0x80) {
			strbuf_addc(out, (char)code);
			return 5;
		}
	}
	return 0;
}

static char *expand_escapes(const char *s)
{
	cleanup_strbuf Strbuf out = STRBUF_INIT;

	while (*s) {
		size_t n = *s == '\\' ? expand_escape(s, &out) : 0;

		if (!n)
			strbuf_addc(&out, *s);
		s += n ? n : 1;
	}
	return strbuf_steal(&out);
}

/* To the end of the line or to a comment. */
static int parse_bare(Parser *p, const char **s, char **ret)
{
	size_t n = strcspn(*s, "\n");
	cleanup_free char *line = xstrndup(*s, n);
	char *comment = strstr(line, " #");

	p->line++;
	*s += n + ((*s)[n] == '\n');
	if (comment)
		*comment = '\0';
	line[trim_end(line, strlen(line))] = '\0';
	return expand(p, line, ret);
}

/* The end of a quoted text that `s` (behind the quote) starts, without what escapes the quote. */
static const char *scan_quoted(Parser *p, const char *s, char quote, Strbuf *out)
{
	for (; *s && *s != quote; s++) {
		p->line += *s == '\n';
		if (*s == '\\' && s[1]) {
			if (s[1] != quote)
				strbuf_addc(out, *s);
			s++;
			p->line += *s == '\n';
		}
		strbuf_addc(out, *s);
	}
	return s;
}

static int parse_quoted(Parser *p, const char **s, char **ret)
{
	cleanup_strbuf Strbuf raw = STRBUF_INIT;
	cleanup_free char *text = NULL, *expanded = NULL;
	char quote = **s;
	const char *end = scan_quoted(p, *s + 1, quote, &raw);

	if (!*end)
		return error_set(p->err, EINVAL, "line %zu: unterminated quoted value %.*s",
				 p->line, (int)strcspn(*s, "\n"), *s);
	*s = end + 1;
	text = strbuf_steal(&raw);
	if (quote == '\'') {
		*ret = steal(&text);
		return 0;
	}
	expanded = expand_escapes(text);
	return expand(p, expanded, ret);
}

/* ---- files ---- */

static int parse_statement(Parser *p, const char **s)
{
	cleanup_free char *name = NULL, *value = NULL;
	bool alone = false;
	int r = parse_name(p, s, &name, &alone);

	if (r < 0)
		return r;
	if (alone) {
		const char *inherited = p->lookup(p->data, name);

		if (inherited)
			env_set(&p->own, name, inherited);
		return 0;
	}
	r = **s == '"' || **s == '\'' ? parse_quoted(p, s, &value) : parse_bare(p, s, &value);
	if (r >= 0)
		env_set(&p->own, name, value);
	return r;
}

int dotenv_parse(const char *text, size_t n, VariableLookup lookup, const void *data, char ***env,
		 Error **err)
{
	Parser p = { .line = 1, .lookup = lookup, .data = data, .err = err };
	const char *s = text ? text : "", *rest = startswith(s, BOM);
	int r = 0;

	if (memchr(s, '\0', n))
		return error_set(err, EINVAL, "line 1: a NUL byte");
	for (s = next_statement(&p, rest ? rest : s); r >= 0 && *s; s = next_statement(&p, s))
		r = parse_statement(&p, &s);
	STRV_FOREACH(v, p.own) {
		cleanup_free char *name = xstrndup(*v, strcspn(*v, "="));

		if (r >= 0)
			env_set(env, name, *v + strlen(name) + 1);
	}
	strv_free(p.own);
	return r;
}

typedef struct Outer {
	char *const *current, *const *files;
} Outer;

static const char *lookup_outer(const void *data, const char *name)
{
	const Outer *o = data;
	const char *value = env_get(o->current, name);

	return value ? value : env_get(o->files, name);
}

static int read_file(const char *path, char *const *current, char ***env, Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	Outer outer = { current, *env };
	struct stat st;
	int r;

	if (stat(path, &st) < 0 && errno == ENOENT)
		return error_set(err, EINVAL, "Couldn't find env file: %s", path);
	if (S_ISDIR(st.st_mode))
		return error_set(err, EINVAL, "%s is a directory", path);
	r = fs_read_file(AT_FDCWD, path, MAX_FILE_SIZE, &text);
	if (r < 0)
		return error_go(err, -r, "open", path);
	r = dotenv_parse(text.data, text.len, lookup_outer, &outer, env, err);
	return error_prefix(err, r, "failed to read %s", path);
}

int dotenv_read(char *const *files, char *const *current, char ***env, Error **err)
{
	int r = 0;

	STRV_FOREACH(file, files) {
		cleanup_free char *path = compose_path_absolute(*file);

		r = read_file(path, current, env, err);
		if (r < 0)
			return r;
	}
	return r;
}
