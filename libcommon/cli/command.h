/*
 * command: command tables. One constant Command per command, in a file of its own; help in Docker's
 * layout, usage errors, completion and `__describe` (JSON for man pages) are derived from it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/cli/flags.h"
#include "libcommon/error.h"

typedef enum {
	COMMAND_STOP_AT_OPERAND = 1 << 0, /* flags end at the first operand (run, create, exec, …) */
	COMMAND_HIDDEN = 1 << 1,
	COMMAND_MANAGEMENT = 1 << 2, /* has subcommands: listed under "Management Commands" */
	COMMAND_COMMON = 1 << 3, /* listed under "Common Commands" */
} CommandFlags;

/* Global options, and whatever the program hangs on `program`. */
typedef struct Cli {
	const char *program; /* racker, docker…: the name messages use */
	char *root; /* --root, RACKER_ROOT, /var/lib/racker */
	char *config_dir; /* --config, DOCKER_CONFIG, ~/.docker; may be NULL */
	char *log_level; /* --log-level */
	bool debug; /* --debug */
	bool version; /* --version */
} Cli;

typedef struct Command Command;
struct Command {
	const char *name;
	const char *aliases; /* "racker container ps, racker container ls, racker ps", or NULL */
	const char *usage; /* "run [OPTIONS] IMAGE [COMMAND] [ARG...]" */
	const char *summary; /* one line */
	unsigned flags; /* CommandFlags */
	int min_args, max_args; /* operands; max -1: any number */
	const Flag *options; /* table, ended by FLAG_END */
	size_t options_size; /* the framework zeroes a struct of this size */
	/* Sets defaults that are not zero; may be NULL. */
	void (*defaults)(void *options);
	/* Returns the exit status, or a negative errno with *err set (status 1, or `failure_status`). */
	int (*run)(Cli *cli, void *options, char **operands, Error **err);
	int failure_status; /* status for errors of run(): 0 means 1; run and create use 125 */
	const Command *const *subcommands; /* NULL-terminated, or NULL */
	const char *examples; /* shown at the end of --help, or NULL */
};

/* Runs a program made of `root`'s subcommands (or `root` itself when it has none). Returns the exit
 * status; prints errors as `PROGRAM: message`. The only place that prints errors. */
int cli_main(const Command *root, int argc, char **argv);

/* Finds a command by its words; NULL when there is none (for tests and completion). */
const Command *command_find(const Command *root, const char *const *words);
/* The text of `--help`. */
char *command_help(const Command *root, const Command *const *path, const char *program);
