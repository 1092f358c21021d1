#include "librunner/options/csv.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct Csv {
	const char *text, *at; /* of the record */
	Error **err;
} Csv;

static int csv_error(const Csv *c, const char *at, const char *what)
{
	return error_set(c->err, EINVAL, "parse error on line 1, column %zu: %s",
			 (size_t)(at - c->text) + 1, what);
}

static bool at_end(const Csv *c)
{
	return !*c->at || *c->at == '\n' || (c->at[0] == '\r' && c->at[1] == '\n');
}

/* A field in quotes; `""` in it is one. */
static int quoted_field(Csv *c, Strbuf *out)
{
	for (c->at++;;) {
		size_t n = strcspn(c->at, "\"");

		strbuf_add(out, c->at, n);
		c->at += n;
		if (!*c->at)
			return csv_error(c, c->at, "extraneous or missing \" in quoted-field");
		c->at++;
		if (at_end(c) || *c->at == ',')
			return 0;
		if (*c->at != '"')
			return csv_error(c, c->at - 1, "extraneous or missing \" in quoted-field");
		strbuf_addc(out, '"');
		c->at++;
	}
}

static int plain_field(Csv *c, Strbuf *out)
{
	size_t n = strcspn(c->at, ",\n");

	for (size_t i = 0; i < n; i++)
		if (c->at[i] == '"')
			return csv_error(c, c->at + i, "bare \" in non-quoted-field");
	strbuf_add(out, c->at, c->at[n] == '\n' && n && c->at[n - 1] == '\r' ? n - 1 : n);
	c->at += n;
	return 0;
}

int csv_parse(const char *text, char ***ret, Error **err)
{
	cleanup_strv char **fields = NULL;
	Csv c = { .text = text + strspn(text, "\r\n"), .err = err };
	int r = 0;

	c.at = c.text;
	if (!*c.text)
		return error_set(err, ENODATA, "EOF");
	for (;;) {
		cleanup_strbuf Strbuf field = STRBUF_INIT;

		r = *c.at == '"' ? quoted_field(&c, &field) : plain_field(&c, &field);
		if (r < 0)
			return r;
		strv_push(&fields, strbuf_steal(&field));
		if (*c.at != ',')
			break;
		c.at++;
	}
	*ret = steal(&fields);
	return 0;
}

void csv_add(char **record, const char *key, const char *value)
{
	cleanup_free char *field = value ? xasprintf("%s=%s", key, value) : xstrdup(key);
	cleanup_strbuf Strbuf out = STRBUF_INIT;

	if (*record) {
		strbuf_adds(&out, *record);
		strbuf_addc(&out, ',');
	}
	if (strpbrk(field, ",\"\r\n")) {
		strbuf_addc(&out, '"');
		for (const char *p = field; *p; p++) {
			if (*p == '"')
				strbuf_addc(&out, '"');
			strbuf_addc(&out, *p);
		}
		strbuf_addc(&out, '"');
	} else {
		strbuf_adds(&out, field);
	}
	free(*record);
	*record = strbuf_steal(&out);
}
