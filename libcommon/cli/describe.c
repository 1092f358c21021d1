/* describe: all commands and flags as one JSON document, from which man pages and checks are made.
 */
#include "libcommon/alloc.h"
#include "libcommon/cli/command-internal.h"
#include "libcommon/json.h"

static void set_text(json_t *object, const char *key, const char *text)
{
	if (text)
		(void)json_object_set_new(object, key, json_string(text));
}

static void describe_flags_to(json_t *list, const Flag *flags)
{
	for (const Flag *f = flags; f && f->name; f++) {
		json_t *flag = json_object();
		char letter[2] = { f->letter, '\0' };

		set_text(flag, "name", f->name);
		set_text(flag, "letter", f->letter ? letter : NULL);
		set_text(flag, "type", f->type ? f->type : "bool");
		set_text(flag, "help", f->help);
		set_text(flag, "default", f->fallback);
		set_text(flag, "refused", f->refused);
		if (f->hidden)
			(void)json_object_set_new(flag, "hidden", json_true());
		(void)json_array_append_new(list, flag);
	}
}

static json_t *describe_flags(const Flag *flags, const Flag *refused)
{
	json_t *list = json_array();

	describe_flags_to(list, flags);
	describe_flags_to(list, refused);
	return list;
}

static json_t *describe_place(const Place *at)
{
	cleanup_free char *name = place_name(at), *usage = place_usage(at);
	const Command *c = at->command;
	cleanup_free Flag *refused = place_refused(at);
	json_t *object = json_object();

	set_text(object, "name", name);
	set_text(object, "usage", usage);
	set_text(object, "summary", c->summary);
	set_text(object, "description", c->description);
	set_text(object, "aliases", c->aliases);
	set_text(object, "examples", c->examples);
	if (c->flags & COMMAND_HIDDEN)
		(void)json_object_set_new(object, "hidden", json_true());
	(void)json_object_set_new(object, "options", describe_flags(c->options, refused));
	if (c == at->root)
		(void)json_object_set_new(object, "global_options",
					  describe_flags(global_flags, NULL));
	return object;
}

/* Adds the command and everything below it to a flat list, parents first. */
static void describe_tree(const Place *at, json_t *list)
{
	(void)json_array_append_new(list, describe_place(at));
	for (const Command *const *c = at->command->subcommands; c && *c; c++) {
		cleanup_free char *path = command_child_path(*c, at->path);
		Place child = { at->root, *c, at->program, path, place_style(at, *c) };

		describe_tree(&child, list);
	}
}

int command_describe(const Command *root, const char *program)
{
	cleanup_json json_t *list = json_array();
	cleanup_free char *text = NULL;
	Place at = { root, root, program, "" };

	describe_tree(&at, list);
	text = json_text_pretty(list);
	puts(text);
	return 0;
}
