/*
 * command: command tables. One constant Command per command, in a file of its own; help in Docker's
 * layout, usage errors, completion and `__describe` (JSON for man pages) are derived from it.
 *
 * One Command may stand in several lists: `ps` of the root and `ls` of the group `container` are
 * the same table, and `aliases` says by which words each group knows it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/cli/flags.h"
#include "libcommon/cli/refused.h"
#include "libcommon/error.h"

typedef enum {
	COMMAND_STOP_AT_OPERAND = 1
				  << 0, /* flags end at the first operand (run, create, exec, …) */
	COMMAND_HIDDEN = 1 << 1,
	COMMAND_MANAGEMENT = 1 << 2, /* has subcommands: listed under "Management Commands" */
	COMMAND_VERB = 1 << 4, /* may be one of several: `racker stop,rm NAME…` */
	COMMAND_COMMON = 1 << 3, /* listed under "Common Commands", in the order of the list */
} CommandFlags;

typedef struct Command Command;

/* Global options, and whatever the program hangs on `program`. */
typedef struct Cli {
	const char *program; /* racker, docker…: the name messages use */
	char *root; /* --root, RACKER_ROOT, /var/lib/racker */
	char *config_dir; /* --config, DOCKER_CONFIG, ~/.docker; may be NULL */
	char *log_level; /* --log-level */
	bool debug; /* --debug */
	bool version; /* --version */
	const FlagsParsed *parsed; /* the command's own: flags_given(cli->parsed, "timeout") */
	void *group; /* options of the group that the command is in, or NULL */
	int failure_status; /* run() sets it: the status of the error it returns; 0: the command's
			     */
} Cli;

/* What the commands of a group do otherwise than Docker's own: those of a plugin have habits of
 * their own. Errors are then their message alone. */
typedef struct CommandStyle {
	int usage_status; /* of wrong flags and unknown commands */
	/* What is said of a wrong number of operands (status 1); the caller frees it. `name` is the
	 * command with its program, `usage` what stands behind "Usage:". */
	char *(*arguments)(const Command *c, const char *name, const char *usage,
			   char *const *operands);
} CommandStyle;

struct Command {
	const char *name;
	/* Every path that leads here, without the program and as help shows them, or NULL:
	 * "container ls, container list, container ps, ps". The first one of a group is the name
	 * that the group's list shows. */
	const char *aliases;
	const char
		*usage; /* "run [OPTIONS] IMAGE [COMMAND] [ARG...]"; further lines: further forms */
	const char *summary; /* one line */
	unsigned flags; /* CommandFlags */
	int min_args, max_args; /* operands; max -1: any number */
	/* Table, ended by FLAG_END, or NULL. A group's come before its commands' words. */
	const Flag *options;
	size_t options_size; /* the framework zeroes a struct of this size */
	/* Sets defaults that are not zero (strings from the heap); may be NULL. */
	void (*defaults)(void *options);
	/* Frees what FLAG_CALL rows or defaults made beyond the rows' members; may be NULL. */
	void (*clear)(void *options);
	/* Returns the exit status, or a negative errno with *err set (status 1, or
	 * `failure_status`). A group's is called when no command's word follows. */
	int (*run)(Cli *cli, void *options, char **operands, Error **err);
	/* Status for errors of run(): 0 means 1. With 125 (run), errors end with a pointer to
	 * --help, as Docker's do. */
	int failure_status;
	const Command *const *subcommands; /* NULL-terminated, or NULL */
	const CommandStyle *style; /* of a group: its commands', too; NULL: that of what it is in */
	const char *description; /* paragraphs for --help in place of `summary`, or NULL */
	const char *examples; /* shown at the end of --help, or NULL */
	const RefusedFlag *refused; /* of a program's root: what its commands refuse, or NULL */
};

/* What the run() of a group returns when there is nothing to do but to show help. */
#define COMMAND_SHOW_HELP (-4095)

/* Runs a program made of `root`'s subcommands (or `root` itself when it has none). Returns the exit
 * status; prints errors as `PROGRAM: message`. */
int cli_main(const Command *root, int argc, char **argv);

/* Prints one error as cli_main does: for commands that go on with the next operand after one has
 * failed (`rm a b`) and then return 1. */
void cli_print_error(const Cli *cli, const Error *err);

/* Finds a command by its words; NULL when there is none (for tests and completion). */
const Command *command_find(const Command *root, const char *const *words);
/* The text of `--help` for the command that `words` (NULL-terminated, may be empty) lead to. */
char *command_help(const Command *root, const char *program, const char *const *words);
