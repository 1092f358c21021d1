#include "libimage/registry-error.h"

#include <ctype.h>

#include "libcommon/alloc.h"
#include "libcommon/json.h"

#define MAX_SHOWN 300

typedef struct WireError {
	char *code, *message;
} WireError;

typedef struct WireErrors {
	WireError *errors;
	size_t n;
	char *details, *message; /* what token services say */
} WireErrors;

/* clang-format off */
static const JsonField error_fields[] = {
	JSON_STRING(WireError, "code", code, 0),
	JSON_STRING(WireError, "message", message, 0),
	JSON_END
};
static const JsonType error_type = { "error", sizeof(WireError), error_fields };

static const JsonField errors_fields[] = {
	JSON_ARRAY(WireErrors, "errors", errors, n, &error_type, 0),
	JSON_STRING(WireErrors, "details", details, 0),
	JSON_STRING(WireErrors, "message", message, 0),
	JSON_END
};
static const JsonType errors_type = { "errors", sizeof(WireErrors), errors_fields };
/* clang-format on */

static void errors_clear(WireErrors *e)
{
	json_clear(&errors_type, e);
}

/* "MANIFEST_UNKNOWN" is shown as `manifest unknown`, as docker does. */
static char *code_words(const char *code)
{
	char *words = xstrdup(code);

	for (char *p = words; *p; p++)
		*p = *p == '_' ? ' ' : (char)tolower((unsigned char)*p);
	return words;
}

/* One line of it, without what a terminal would obey. */
static char *printable(const char *text)
{
	size_t n = strlen(text);
	char *line;
	bool utf8 = utf8_valid(text, n);

	if (n > MAX_SHOWN)
		for (n = MAX_SHOWN; utf8 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
			;
	line = xstrndup(text, n);

	for (char *p = line; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f || (!utf8 && (unsigned char)*p >= 0x80))
			*p = *p == '\n' || *p == '\t' ? ' ' : '?';
	/* U+0080 to U+009F are control characters too. */
	for (char *p = line; utf8 && (p = strchr(p, '\xc2')); p++)
		if ((unsigned char)p[1] < 0xa0)
			p[0] = p[1] = '?';
	return line;
}

static char *error_text(const HttpResponse *r)
{
	cleanup(errors_clear) WireErrors e = { 0 };
	cleanup_json json_t *v = NULL;
	cleanup_free char *words = NULL, *whole = NULL;

	if (r->body.len == 0 || json_parse(r->body.data, r->body.len, "error", &v, NULL) < 0 ||
	    json_decode(v, &errors_type, &e, NULL) < 0)
		return NULL;
	if (e.n == 0) {
		const char *text = e.details ? e.details : e.message;

		return text ? printable(text) : NULL;
	}
	words = code_words(e.errors[0].code ? e.errors[0].code : "unknown");
	if (str_empty(e.errors[0].message))
		return printable(words);
	whole = xasprintf("%s: %s", words, e.errors[0].message);
	return printable(whole);
}

static int status_kind(long status)
{
	switch (status) {
	case 401:
	case 403:
		return EACCES;
	case 404:
		return ENOENT;
	case 429:
		return EBUSY;
	default:
		return EREMOTEIO;
	}
}

static const char *status_text(long status)
{
	switch (status) {
	case 401:
		return "unauthorized: authentication required";
	case 403:
		return "denied: requested access to the resource is denied";
	case 404:
		return "not found";
	case 429:
		return "toomanyrequests: too many requests";
	case 500:
		return "internal server error";
	case 502:
		return "bad gateway";
	case 503:
		return "service unavailable";
	case 504:
		return "gateway timeout";
	default:
		return "unexpected status";
	}
}

int registry_status_error(const HttpResponse *r, Error **err)
{
	cleanup_free char *said = error_text(r);

	return error_set(err, status_kind(r->status), "%s", said ? said : status_text(r->status));
}
