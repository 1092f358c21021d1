/*
 * command-internal: what the files of the command framework share; nobody else includes it.
 */
#pragma once

#include "libcommon/cli/command.h"
#include "libcommon/str.h"

/* The options that every program takes before the command's word. */
extern const Flag global_flags[];

/* A command as the user reached it. */
typedef struct Place {
	const Command *root;
	const Command *command;
	const char *program; /* "racker" */
	const char *path; /* "container ls"; "" for the root */
	const CommandStyle *style; /* NULL: Docker's own */
} Place;

/* ---- command-lookup.c ---- */

/* The name of `child` in the list of the group that `group_path` leads to; the caller frees it. */
char *command_name_in(const Command *child, const char *group_path);
/* The child that a word means in a group, aliases included, or NULL. */
const Command *command_child(const Command *group, const char *group_path, const char *word);
/* The path of a child; the caller frees it. */
char *command_child_path(const Command *child, const char *group_path);
/* The style of a child (NULL: none was found) of the place. */
const CommandStyle *place_style(const Place *at, const Command *child);
/* The name that the user may have meant, or NULL; the caller frees it. */
char *command_suggest(const Command *group, const char *group_path, const char *word);

/* ---- help.c, help-flags.c ---- */

/* "docker container ls"; the caller frees it. */
char *place_name(const Place *at);
/* What stands behind `Usage:  `. */
char *place_usage(const Place *at);
char *place_help(const Place *at);
/* One line or more for each row that is not hidden, sorted, as pflag writes them at `columns`. */
void flags_help(Strbuf *out, const Flag *flags, size_t columns);

/* ---- command-errors.c: each prints, and returns the exit status ---- */

/* The exit status of wrong flags, and of a run that never got to its command. */
#define STATUS_USAGE 125

int place_flags_error(const Place *at, const Error *err);
int place_unknown_command(const Place *at, const char *word);
int place_arguments_error(const Place *at, char *const *operands);
/* An error of run(). */
int place_run_error(Cli *cli, const Place *at, const Error *err);
/* "Run 'racker run --help' for more information" behind an empty line. */
void place_print_hint(const Place *at, const char *verb);
/* To stderr, without control characters. */
void cli_print_printable(const char *text);

/* ---- refused.c ---- */

/* Rows for the flags of a table that a command refuses, ended by FLAG_END; free() frees them. */
Flag *refused_flags_of(const RefusedFlag *table, const char *command);
/* The same for the command there: the table is about commands of Docker's own style. */
Flag *place_refused(const Place *at);

/* ---- command.c ---- */

/* Runs a command without subcommands; returns the exit status. With `check_only` nothing but the
 * command line is looked at, and COMMAND_LINE_IS_FINE means that it would be run. */
#define COMMAND_LINE_IS_FINE (-1)
int command_run_leaf(Cli *cli, const Place *at, char **words, bool check_only);

/* ---- command-verbs.c ---- */

/* `racker stop,rm NAME…`: words[0] names several commands. */
int command_run_verbs(Cli *cli, const Place *at, char **words);

/* ---- complete.c, describe.c ---- */

/* `__complete WORDS…`: candidates for the last word, one a line. */
int command_complete(const Command *root, char *const *words);
/* `__describe`: all commands and flags as JSON. */
int command_describe(const Command *root, const char *program);
