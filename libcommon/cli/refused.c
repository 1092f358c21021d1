#include "libcommon/cli/refused.h"

#include "libcommon/alloc.h"
#include "libcommon/cli/command-internal.h"
#include "libcommon/str.h"

bool refused_concerns(const RefusedFlag *row, const char *command)
{
	const char *p = row->commands;

	while (*p) {
		size_t n = strcspn(p, ",");

		if (strlen(command) == n && memcmp(p, command, n) == 0)
			return true;
		p += n;
		p += strspn(p, ", ");
	}
	return false;
}

static bool value_matches(const char *pattern, const char *value)
{
	size_t n = strlen(pattern);

	if (n && pattern[n - 1] == '*')
		return strncmp(pattern, value, n - 1) == 0;
	return streq(pattern, value);
}

const char *refused_value_reason(const RefusedFlag *table, const char *command, const char *flag,
				 const char *value)
{
	for (const RefusedFlag *row = table; row->commands; row++)
		if (row->value && streq(row->name, flag) && value_matches(row->value, value) &&
		    (!command || refused_concerns(row, command)))
			return row->reason;
	return NULL;
}

Flag *refused_flags_of(const RefusedFlag *table, const char *command)
{
	Flag *flags = NULL;
	size_t n = 0, cap = 0;

	for (const RefusedFlag *row = table; row && row->commands; row++) {
		if (row->value || !refused_concerns(row, command))
			continue;
		GROW(flags, n, &cap);
		flags[n++] = (Flag)FLAG_REFUSED(row->name, row->letter, row->type, row->reason);
	}
	GROW(flags, n, &cap);
	flags[n] = (Flag)FLAG_END;
	return flags;
}

Flag *place_refused(const Place *at)
{
	return refused_flags_of(at->style ? NULL : at->root->refused, at->command->name);
}
