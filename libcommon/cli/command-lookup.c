/* command-lookup: which words lead to which command. */
#include "libcommon/cli/command-internal.h"

#include "libcommon/alloc.h"

/* The last word of an alias when the rest is the group's path, else NULL. */
static const char *alias_word(const char *alias, const char *group_path)
{
	const char *word = alias;

	if (*group_path) {
		word = startswith(alias, group_path);
		if (!word || *word != ' ')
			return NULL;
		word++;
	}
	return strchr(word, ' ') ? NULL : word;
}

/* The words by which a group knows a command; its name when the aliases do not mention the group.
 */
static char **names_in(const Command *child, const char *group_path)
{
	cleanup_strv char **aliases = strv_split(child->aliases ? child->aliases : "", ',');
	char **names = NULL;

	STRV_FOREACH(it, aliases) {
		const char *word = alias_word(*it + strspn(*it, " "), group_path);

		if (!str_empty(word))
			strv_add(&names, word);
	}
	if (!names)
		strv_add(&names, child->name);
	return names;
}

char *command_name_in(const Command *child, const char *group_path)
{
	cleanup_strv char **names = names_in(child, group_path);

	return xstrdup(names[0]);
}

char *command_child_path(const Command *child, const char *group_path)
{
	cleanup_free char *name = command_name_in(child, group_path);

	return *group_path ? xasprintf("%s %s", group_path, name) : steal(&name);
}

const Command *command_child(const Command *group, const char *group_path, const char *word)
{
	for (const Command *const *c = group->subcommands; c && *c; c++) {
		cleanup_strv char **names = names_in(*c, group_path);

		if (strv_contains(names, word))
			return *c;
	}
	return NULL;
}

const Command *command_find(const Command *root, const char *const *words)
{
	cleanup_free char *path = xstrdup("");
	const Command *c = root;

	for (; c && words && *words; words++) {
		char *next;

		c = command_child(c, path, *words);
		next = c ? command_child_path(c, path) : NULL;
		free(path);
		path = next;
	}
	return c;
}

const CommandStyle *place_style(const Place *at, const Command *child)
{
	return child && child->style ? child->style : at->style;
}

/* ---- "did you mean" ---- */

#define SUGGEST_MAX_WORD 32
#define SUGGEST_MAX_DISTANCE 2

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein's distance of two short words. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[SUGGEST_MAX_WORD + 1];
	size_t n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = (unsigned)j;
	for (unsigned i = 1; a[i - 1]; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			unsigned above = row[j];

			row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[n];
}

char *command_suggest(const Command *group, const char *group_path, const char *word)
{
	unsigned best = SUGGEST_MAX_DISTANCE + 1;
	char *found = NULL;

	if (strlen(word) > SUGGEST_MAX_WORD || strlen(word) < 2)
		return NULL;
	for (const Command *const *c = group->subcommands; c && *c; c++) {
		cleanup_free char *name = command_name_in(*c, group_path);
		unsigned d = strlen(name) <= SUGGEST_MAX_WORD ? distance(word, name) : best;

		/* A short word is within two changes of everything. */
		if ((*c)->flags & COMMAND_HIDDEN || d >= best || d >= strlen(word))
			continue;
		best = d;
		free(found);
		found = steal(&name);
	}
	return found;
}
