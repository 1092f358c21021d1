/* complete: candidates for the shells' completion; all knowledge is in the command tables. */
#include "libcommon/alloc.h"
#include "libcommon/cli/command-internal.h"

/* Where the words before the last one have led. */
typedef struct Walk {
	const Command *root, *command;
	char *path;
	bool value; /* the next word is the value of a flag */
	bool operands; /* flags are over */
} Walk;

static const Flag *find_flag(const Walk *w, const char *word, bool *ret_inline_value)
{
	const Flag *tables[] = { w->command->options, w->command == w->root ? global_flags : NULL };
	const char *name = word + 2;
	size_t n = strcspn(name, "=");

	*ret_inline_value = word[1] == '-' ? name[n] == '=' : word[2] != '\0';
	for (size_t i = 0; i < 2; i++) {
		const Flag *f = word[1] == '-' ? flags_find(tables[i], name, n)
					       : flags_find_letter(tables[i], word[1]);

		if (f)
			return f;
	}
	return NULL;
}

static void walk_flag(Walk *w, const char *word)
{
	bool inline_value;
	const Flag *f = find_flag(w, word, &inline_value);

	w->value = f && f->kind != FLAG_BOOL && !inline_value;
}

static void walk_operand(Walk *w, const char *word)
{
	const Command *child = command_child(w->command, w->path, word);
	char *path;

	if (!child) {
		w->operands =
			w->command->flags & COMMAND_STOP_AT_OPERAND || w->command->subcommands;
		return;
	}
	path = command_child_path(child, w->path);
	free(w->path);
	w->path = path;
	w->command = child;
}

static void walk_word(Walk *w, const char *word)
{
	if (w->value)
		w->value = false;
	else if (w->operands)
		return;
	else if (streq(word, "--"))
		w->operands = true;
	else if (word[0] == '-' && word[1])
		walk_flag(w, word);
	else
		walk_operand(w, word);
}

static void print_flags(const Flag *flags, const char *prefix)
{
	for (const Flag *f = flags; f && f->name; f++)
		if (!f->hidden && strncmp(f->name, prefix, strlen(prefix)) == 0)
			printf("--%s\n", f->name);
}

static void print_commands(const Walk *w, const char *prefix)
{
	for (const Command *const *c = w->command->subcommands; c && *c; c++) {
		cleanup_free char *name = command_name_in(*c, w->path);

		if (!((*c)->flags & COMMAND_HIDDEN) && startswith(name, prefix))
			printf("%s\n", name);
	}
}

int command_complete(const Command *root, char *const *words)
{
	size_t n = strv_length(words);
	const char *last = n ? words[n - 1] : "";
	Walk w = { root, root, xstrdup(""), false, false };

	for (size_t i = 0; i + 1 < n; i++)
		walk_word(&w, words[i]);
	if (!w.value && !w.operands) {
		if (last[0] != '-') {
			print_commands(&w, last);
		} else if (last[1] != '\0' ? last[1] == '-' : true) {
			const char *prefix = last + strspn(last, "-");

			print_flags(w.command->options, prefix);
			if (w.command == root)
				print_flags(global_flags, prefix);
			if (startswith("help", prefix))
				puts("--help");
		}
	}
	free(w.path);
	return 0;
}
