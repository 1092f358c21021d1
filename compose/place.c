#include "compose/place.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

static char **names(const ComposePlace *p)
{
	char **v = p && p->up ? names(p->up) : NULL;

	if (p && p->key)
		strv_add(&v, p->key);
	else if (p && p->up)
		strv_addf(&v, "%zu", p->index);
	return v;
}

char *compose_place_text(const ComposePlace *p)
{
	cleanup_strv char **v = names(p);

	return strv_join(v, ".");
}

int compose_fail(const ComposeWalk *w, const ComposePlace *p, const char *fmt, ...)
{
	cleanup_strv char **path = names(p);
	cleanup_free char *text = NULL;
	ComposePosition at = { .file = "" };
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	if (w->positions && w->root)
		at = compose_position_path(w->positions, w->root, path);
	return compose_error_at(&at, w->err, "%s", text);
}
