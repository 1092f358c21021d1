/*
 * flags: command lines by pflag's rules (what docker uses), from tables.
 *
 * Options fill a struct that the caller zeroed (defaults are set by the command before parsing).
 * Long flags are `--name value` or `--name=value`; shorts combine (`-it`, `-p8080:80`, `-p=8080:80`);
 * a bool takes a value only with `=`; `--` ends flags; a lone `-` is an operand; no abbreviations.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/error.h"

typedef enum {
	FLAG_BOOL, /* bool: 1 t T true TRUE True 0 f F false FALSE False */
	FLAG_STRING, /* char *: owned; the last one wins */
	FLAG_LIST, /* char **: one element per use */
	FLAG_INT, /* int64_t: decimal, 0x, 0o, 0b as Go's strconv with base 0 */
	FLAG_UINT, /* int64_t that refuses what is negative */
	FLAG_BYTES, /* int64_t: 512m, 1g, 10kb (docker/go-units RAMInBytes) */
	FLAG_DURATION, /* int64_t nanoseconds: Go's time.ParseDuration */
	FLAG_CALL, /* `parse` decides */
} FlagKind;

typedef struct Flag Flag;
struct Flag {
	const char *name; /* long name without dashes */
	char letter; /* short name or 0 */
	FlagKind kind;
	const char *type; /* shown in help: "list", "string", "bytes"; NULL for bools */
	const char *help; /* one line, as Docker words it */
	size_t offset; /* of the member in the options struct */
	const char *fallback; /* default as shown in help, or NULL */
	bool hidden;
	/* FLAG_CALL: takes the value (NULL never); explains with *err. */
	int (*parse)(const Flag *flag, const char *value, void *options, Error **err);
	/* Why a flag of Docker's cannot be had here: using it is an error that says this. */
	const char *refused;
};

#define FLAG_ROW(S, fname, fletter, fkind, ftype, member, ctype, fhelp, ...)                       \
	{ .name = (fname), .letter = (fletter), .kind = (fkind), .type = (ftype), .help = (fhelp), \
	  .offset = offsetof(S, member) +                                                          \
		    0 * sizeof((ctype *)NULL == &((S *)NULL)->member), __VA_ARGS__ }
#define FLAG_BOOL(S, name, letter, member, help, ...)                                              \
	FLAG_ROW(S, name, letter, FLAG_BOOL, NULL, member, bool, help, __VA_ARGS__)
#define FLAG_STRING(S, name, letter, member, help, ...)                                            \
	FLAG_ROW(S, name, letter, FLAG_STRING, "string", member, char *, help, __VA_ARGS__)
#define FLAG_LIST(S, name, letter, member, help, ...)                                              \
	FLAG_ROW(S, name, letter, FLAG_LIST, "list", member, char **, help, __VA_ARGS__)
#define FLAG_INT(S, name, letter, member, help, ...)                                               \
	FLAG_ROW(S, name, letter, FLAG_INT, "int", member, int64_t, help, __VA_ARGS__)
#define FLAG_END { .name = NULL }

/* Parses argv[0..n) (without the command's name). `interspersed` false: the first operand ends
 * flags. *ret_operands is a NULL-terminated vector of pointers into argv, owned by the caller.
 * Returns 1 when help was asked for, else 0; errors carry Docker's words:
 * `unknown flag: --x`, `unknown shorthand flag: 'x' in -xyz`, `flag needs an argument: --name`,
 * `invalid argument "x" for "-t, --tty" flag: …`. Flags of `globals` (may be NULL) are known too and
 * fill `global_options`. */
int flags_parse(const Flag *flags, void *options, const Flag *globals, void *global_options,
		bool interspersed, char **argv, char ***ret_operands, Error **err);

/* Whether the user gave the flag: counted per row while parsing, kept by the caller when needed. */
/* Frees strings and lists of an options struct. */
void flags_clear(const Flag *flags, void *options);
