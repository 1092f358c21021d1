/* help: the text of --help, in Docker's layout. */
#include <sys/ioctl.h>

#include "libcommon/alloc.h"
#include "libcommon/cli/command-internal.h"

#define DEFAULT_COLUMNS 80
/* The width of the column of names, unless one is longer. */
#define NAME_COLUMN 11

static size_t terminal_columns(void)
{
	struct winsize ws;

	if (ioctl(1, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0)
		return ws.ws_col;
	return DEFAULT_COLUMNS;
}

char *place_name(const Place *at)
{
	return *at->path ? xasprintf("%s %s", at->program, at->path) : xstrdup(at->program);
}

/* The usage text with the command's path in place of its name; a name in front of each further
 * form, too. */
char *place_usage(const Place *at)
{
	cleanup_free char *name = place_name(at);
	cleanup_strv char **forms = strv_split(at->command->usage ? at->command->usage : "", '\n');
	Strbuf out = STRBUF_INIT;

	STRV_FOREACH(it, forms) {
		const char *rest = *it + strspn(*it, "\t ");

		strbuf_addf(&out, "%s%s%s", it == forms ? "" : "\n\t", name,
			    rest + strcspn(rest, " "));
	}
	return strbuf_steal(&out);
}

/* ---- lists of subcommands ---- */

typedef struct Entry {
	const Command *command;
	char *name;
} Entry;

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const Entry *)a)->name, ((const Entry *)b)->name);
}

static bool is_management(const Command *c)
{
	return c->flags & COMMAND_MANAGEMENT || c->subcommands;
}

static bool in_common(const Command *c)
{
	return c->flags & COMMAND_COMMON;
}

static bool in_rest(const Command *c)
{
	return !in_common(c) && !is_management(c);
}

static void add_list(Strbuf *out, const Place *at, const char *title,
		     bool (*belongs)(const Command *c), bool sort)
{
	size_t n = 0, cap = 0, width = NAME_COLUMN;
	Entry *entries = NULL;

	for (const Command *const *c = at->command->subcommands; c && *c; c++) {
		if ((*c)->flags & COMMAND_HIDDEN)
			continue;
		GROW(entries, n, &cap);
		entries[n] = (Entry){ *c, command_name_in(*c, at->path) };
		if (strlen(entries[n].name) > width)
			width = strlen(entries[n].name);
		/* The width is that of all lists, the entries are those of this one. */
		if (belongs(*c))
			n++;
		else
			free(entries[n].name);
	}
	if (n)
		strbuf_addf(out, "\n%s:\n", title);
	if (n && sort)
		qsort(entries, n, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < n; i++) {
		strbuf_addf(out, "  %-*s %s\n", (int)width, entries[i].name,
			    entries[i].command->summary);
		free(entries[i].name);
	}
	free(entries);
}

static bool in_group(const Command *c)
{
	return !is_management(c);
}

/* What is common is common at the root; a group lists all its commands together. */
static void add_lists(Strbuf *out, const Place *at)
{
	bool root = at->command == at->root;

	if (root)
		add_list(out, at, "Common Commands", in_common, false);
	add_list(out, at, "Management Commands", is_management, true);
	add_list(out, at, "Commands", root ? in_rest : in_group, true);
}

/* ---- the parts ---- */

static void add_aliases(Strbuf *out, const Place *at)
{
	cleanup_strv char **paths =
		strv_split(at->command->aliases ? at->command->aliases : "", ',');

	if (str_empty(at->command->aliases))
		return;
	strbuf_adds(out, "\nAliases:\n  ");
	STRV_FOREACH(it, paths)
		strbuf_addf(out, "%s%s %s", it == paths ? "" : ", ", at->program,
			    *it + strspn(*it, " "));
	strbuf_addc(out, '\n');
}

static bool has_visible(const Flag *flags)
{
	for (const Flag *f = flags; f && f->name; f++)
		if (!f->hidden)
			return true;
	return false;
}

static void add_options(Strbuf *out, const char *title, const Flag *flags)
{
	if (!has_visible(flags))
		return;
	strbuf_addf(out, "\n%s:\n", title);
	flags_help(out, flags, terminal_columns() - 1);
}

char *place_help(const Place *at)
{
	cleanup_free char *name = place_name(at), *usage = place_usage(at);
	const Command *c = at->command;
	Strbuf out = STRBUF_INIT;

	strbuf_addf(&out, "Usage:  %s\n\n%s\n", usage,
		    c->description ? c->description : c->summary);
	add_aliases(&out, at);
	if (c->examples)
		strbuf_addf(&out, "\nExamples:\n%s\n", c->examples);
	add_options(&out, "Options", c->options);
	add_lists(&out, at);
	if (c == at->root)
		add_options(&out, "Global Options", global_flags);
	if (c->subcommands)
		strbuf_addf(&out, "\nRun '%s COMMAND --help' for more information on a command.\n",
			    name);
	return strbuf_steal(&out);
}

char *command_help(const Command *root, const char *program, const char *const *words)
{
	cleanup_free char *path = xstrdup("");
	const Command *c = root;

	for (; words && *words; words++) {
		char *next;

		c = command_child(c, path, *words);
		if (!c)
			return NULL;
		next = command_child_path(c, path);
		free(path);
		path = next;
	}
	return place_help(&(Place){ root, c, program, path });
}
