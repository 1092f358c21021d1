#include "libcommon/error.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "libcommon/alloc.h"

static Error *error_new(int errnum, char *msg)
{
	Error *e = xnew0(Error, 1);

	e->errnum = errnum;
	e->msg = msg;
	return e;
}

int error_set(Error **err, int errnum, const char *fmt, ...)
{
	if (err) {
		va_list ap;

		va_start(ap, fmt);
		*err = error_new(errnum, xvasprintf(fmt, ap));
		va_end(ap);
	}
	return -errnum;
}

int error_errno(Error **err, int errnum, const char *fmt, ...)
{
	if (err) {
		cleanup_free char *text = NULL;
		va_list ap;

		va_start(ap, fmt);
		text = xvasprintf(fmt, ap);
		va_end(ap);
		*err = error_new(errnum, xasprintf("%s: %s", text, strerror(errnum)));
	}
	return -errnum;
}

int error_prefix(Error **err, int r, const char *fmt, ...)
{
	if (err && *err) {
		cleanup_free char *old = (*err)->msg, *prefix = NULL;
		va_list ap;

		va_start(ap, fmt);
		prefix = xvasprintf(fmt, ap);
		va_end(ap);
		(*err)->msg = xasprintf("%s: %s", prefix, old);
	}
	return r;
}

int error_propagate(Error **err, Error *src)
{
	int r = -src->errnum;

	if (err)
		*err = src;
	else
		error_free(src);
	return r;
}

Error *error_free(Error *err)
{
	if (err) {
		free(err->msg);
		free(err);
	}
	return NULL;
}

int error_go(Error **err, int errnum, const char *operation, const char *path)
{
	cleanup_free char *text = xstrdup(strerror(errnum));

	text[0] = (char)tolower((unsigned char)text[0]);
	return error_set(err, errnum, "%s %s: %s", operation, path, text);
}
