/* command-verbs: several commands at once. Each is run over all operands before the next one; the
 * first that fails is the last. */
#include "libcommon/cli/command-internal.h"

static const Command *find_verb(const Place *at, const char *word)
{
	const Command *c = command_child(at->command, at->path, word);

	return c && c->flags & COMMAND_VERB ? c : NULL;
}

static int run_verb(Cli *cli, const Place *at, const char *verb, char **words, bool check_only)
{
	const Command *c = find_verb(at, verb);
	cleanup_free char *path = command_child_path(c, at->path);
	Place next = { at->root, c, at->program, path };

	return command_run_leaf(cli, &next, words, check_only);
}

int command_run_verbs(Cli *cli, const Place *at, char **words)
{
	cleanup_strv char **verbs = strv_split(words[0], ',');
	int status;

	STRV_FOREACH(verb, verbs)
		if (!find_verb(at, *verb))
			return place_unknown_command(at, words[0]);
	/* What one of them does not understand is refused before anything is done. */
	STRV_FOREACH(verb, verbs) {
		status = run_verb(cli, at, *verb, words + 1, true);
		if (status != COMMAND_LINE_IS_FINE)
			return status;
	}
	STRV_FOREACH(verb, verbs) {
		status = run_verb(cli, at, *verb, words + 1, false);
		if (status)
			return status;
	}
	return 0;
}
