#include "librunner/monitor/binds.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/guest-units.h"

void binds_clear(Binds *b)
{
	free(b->list);
	strv_free(b->strings);
}

void binds_add(Binds *b, char *source, const char *target, bool readonly)
{
	strv_push(&b->strings, source);
	GROW(b->list, b->n, &b->cap);
	b->list[b->n++] = (NspawnBind){ .source = source, .target = target, .readonly = readonly };
}

/* As Docker, makes a directory where the source does not exist. */
static int add_one(Binds *b, const char *text, Error **err)
{
	char **parts = strv_split(text, ':');
	bool readonly = false;
	int r;

	for (size_t i = 0; parts[i]; i++)
		strv_add(&b->strings, parts[i]);
	if (strv_length(parts) < 2) {
		strv_free(parts);
		return error_set(err, EINVAL, "invalid volume specification: '%s'", text);
	}
	if (parts[2]) {
		cleanup_strv char **options = strv_split(parts[2], ',');

		readonly = strv_contains(options, "ro");
	}
	r = access(parts[0], F_OK) < 0 ? fs_mkdir_p(AT_FDCWD, parts[0], 0755) : 0;
	if (r < 0)
		(void)error_errno(err, -r, "make %s", parts[0]);
	else
		binds_add(b, xstrdup(parts[0]),
			  b->strings[strv_length(b->strings) - strv_length(parts) + 1], readonly);
	strv_free(parts);
	return r;
}

int binds_add_user(Monitor *m, Binds *b, Error **err)
{
	int r = 0;

	STRV_FOREACH(text, m->c->host.binds) {
		r = r < 0 ? r : add_one(b, *text, err);
		if (r >= 0 && m->c->racker.boot)
			r = guest_units_keep_mounted(m->dirfd, b->list[b->n - 1].target, err);
	}
	return r;
}
