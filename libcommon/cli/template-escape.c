/* template-escape: html and urlquery, and how functions make texts. */
#include "libcommon/alloc.h"
#include "libcommon/cli/template-builtins.h"
#include "libcommon/json.h"

json_t *template_text(char *s)
{
	cleanup_free char *owned = s;

	return json_string_lossy(owned, strlen(owned));
}

json_t *template_wrong_type(Error **err, const char *wanted, const json_t *got)
{
	(void)error_set(err, EINVAL, "wrong type for value; expected %s; got %s", wanted,
			value_type(got));
	return NULL;
}

/* The arguments as print joins them. */
static char *joined(json_t *const *args, size_t n)
{
	Strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < n; i++) {
		if (i && !json_is_string(args[i]) && !json_is_string(args[i - 1]))
			strbuf_addc(&out, ' ');
		value_print(&out, args[i]);
	}
	return strbuf_steal(&out);
}

json_t *template_html(json_t *const *args, size_t n, Error **err)
{
	static const char *const escapes[256] = {
		['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;", ['"'] = "&#34;", ['\''] = "&#39;",
	};
	cleanup_free char *text = joined(args, n);
	Strbuf out = STRBUF_INIT;

	(void)err;
	for (const char *p = text; *p; p++)
		if (escapes[(unsigned char)*p])
			strbuf_adds(&out, escapes[(unsigned char)*p]);
		else
			strbuf_addc(&out, *p);
	return template_text(strbuf_steal(&out));
}

json_t *template_urlquery(json_t *const *args, size_t n, Error **err)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
	cleanup_free char *text = joined(args, n);
	Strbuf out = STRBUF_INIT;

	(void)err;
	for (const char *p = text; *p; p++)
		if (strchr(plain, *p))
			strbuf_addc(&out, *p);
		else if (*p == ' ')
			strbuf_addc(&out, '+');
		else
			strbuf_addf(&out, "%%%02X", (unsigned char)*p);
	return template_text(strbuf_steal(&out));
}
