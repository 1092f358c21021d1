#include "librunner/log-guest-match.h"

#include <fnmatch.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define N_PRIORITIES 8
/* Of a pattern. */
#define UNITS_MAX 500
/* systemd's, of messages about core dumps. */
#define COREDUMP_ID "MESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1"

static int priority_one(const char *text, size_t n, int *ret)
{
	static const char *const names[N_PRIORITIES] = { "emerg",   "alert",  "crit", "err",
							 "warning", "notice", "info", "debug" };

	for (int i = 0; i < N_PRIORITIES; i++)
		if ((strlen(names[i]) == n && strncmp(names[i], text, n) == 0) ||
		    (n == 1 && text[0] == '0' + i)) {
			*ret = i;
			return 0;
		}
	return -EINVAL;
}

int priority_parse(const char *text, int *ret_from, int *ret_to)
{
	const char *dots = strstr(text, "..");
	int a = 0, b, r;

	if (!dots) {
		r = priority_one(text, strlen(text), &b);
	} else {
		r = priority_one(text, (size_t)(dots - text), &a);
		if (r >= 0)
			r = priority_one(dots + 2, strlen(dots + 2), &b);
	}
	if (r < 0)
		return r;
	*ret_from = a < b ? a : b;
	*ret_to = a < b ? b : a;
	return 0;
}

char *unit_name(const char *text)
{
	static const char *const kinds[] = { ".service", ".socket",    ".target", ".device",
					     ".mount",	 ".automount", ".swap",	  ".timer",
					     ".path",	 ".slice",     ".scope" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (endswith(text, kinds[i]))
			return xstrdup(text);
	return xasprintf("%s.service", text);
}

static int add(sd_journal *j, const char *name, const char *value)
{
	cleanup_free char *match = xasprintf("%s=%s", name, value);

	return sd_journal_add_match(j, match, 0);
}

/* What the unit says, what PID 1 and other services of the system say about it, its core dumps. */
static int add_unit(sd_journal *j, const char *unit)
{
	int r = add(j, "_SYSTEMD_UNIT", unit);

	if (r >= 0)
		r = sd_journal_add_disjunction(j);
	if (r >= 0)
		r = sd_journal_add_match(j, "_PID=1", 0);
	if (r >= 0)
		r = add(j, "UNIT", unit);
	if (r >= 0)
		r = sd_journal_add_disjunction(j);
	if (r >= 0)
		r = sd_journal_add_match(j, "_UID=0", 0);
	if (r >= 0)
		r = add(j, "OBJECT_SYSTEMD_UNIT", unit);
	if (r >= 0)
		r = sd_journal_add_disjunction(j);
	if (r >= 0)
		r = sd_journal_add_match(j, COREDUMP_ID, 0);
	if (r >= 0)
		r = add(j, "COREDUMP_UNIT", unit);
	return r < 0 ? r : sd_journal_add_disjunction(j);
}

/* The units of the journal that a pattern fits. */
static char **find_units(sd_journal *j, const char *pattern)
{
	const char *skip = "_SYSTEMD_UNIT=";
	char **found = NULL;
	const void *data;
	size_t n;

	if (sd_journal_query_unique(j, "_SYSTEMD_UNIT") < 0)
		return NULL;
	SD_JOURNAL_FOREACH_UNIQUE(j, data, n)
	{
		cleanup_free char *unit =
			xstrndup((const char *)data + strlen(skip), n - strlen(skip));

		if (strv_length(found) < UNITS_MAX && fnmatch(pattern, unit, FNM_NOESCAPE) == 0)
			strv_push(&found, steal(&unit));
	}
	return found;
}

static int match_units(sd_journal *j, char *const *units, Error **err)
{
	int r = 0;

	STRV_FOREACH(it, units) {
		cleanup_free char *name = unit_name(*it);
		cleanup_strv char **found = NULL;

		if (strpbrk(name, "*?["))
			found = find_units(j, name);
		/* A pattern that fits nothing is a name that nothing has. */
		if (strv_length(found) == 0)
			strv_add(&found, name);
		STRV_FOREACH(unit, found)
			if (r >= 0)
				r = add_unit(j, *unit);
	}
	if (r >= 0)
		r = sd_journal_add_conjunction(j);
	return r < 0 ? error_errno(err, -r, "choose the units of the journal") : 0;
}

static int match_priority(sd_journal *j, const char *text, Error **err)
{
	int from, to, r = priority_parse(text, &from, &to);

	if (r < 0)
		return error_set(err, EINVAL, "invalid value for \"priority\": \"%s\"", text);
	for (int i = from; r >= 0 && i <= to; i++) {
		char digit[] = { (char)('0' + i), '\0' };

		r = add(j, "PRIORITY", digit);
	}
	return r < 0 ? error_errno(err, -r, "choose the priorities of the journal") : 0;
}

static int check_known(sd_journal *j, const Container *c, char *const *units, Error **err)
{
	cleanup_free char *names = strv_join(units, ", ");
	int r = sd_journal_seek_head(j);

	if (r >= 0)
		r = sd_journal_next(j);
	if (r < 0)
		return error_errno(err, -r, "read the journal");
	return r > 0 ? 0
		     : error_set(err, ENOENT, "the journal of %s has no entries of the unit %s",
				 c->name, names);
}

int guest_match(sd_journal *j, const Container *c, const LogsOptions *options, Error **err)
{
	int r = 0;

	if (strv_length(options->units)) {
		r = match_units(j, options->units, err);
		if (r >= 0 && !options->follow)
			r = check_known(j, c, options->units, err);
	}
	return r >= 0 && options->priority ? match_priority(j, options->priority, err) : r;
}
