/*
 * flags: command lines by pflag's rules (what docker uses), from tables.
 *
 * Options fill a struct that the caller zeroed (defaults are set by the command before parsing).
 * Long flags are `--name value` or `--name=value`; shorts combine (`-it`, `-p8080:80`,
 * `-p=8080:80`); a bool takes a value only with `=`; `--` ends flags; a lone `-` is an operand; no
 * abbreviations.
 * `--help` and `-h` ask for help unless a table has a flag of that name or letter.
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
	FLAG_UINT, /* int64_t that refuses what is negative, or more than `max` */
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
	const char *help; /* as Docker words it; may have line breaks */
	size_t offset; /* of the member in the options struct */
	const char *fallback; /* default as shown in help (quotes are added to strings), or NULL */
	bool hidden;
	int64_t max; /* FLAG_UINT: the largest value, 0 for INT64_MAX */
	/* FLAG_CALL: takes the value (NULL never); explains with *err. */
	int (*parse)(const Flag *flag, const char *value, void *options, Error **err);
	/* Why a flag of Docker's cannot be had here: using it is an error that says this. */
	const char *refused;
};

/* Rows whose member's type the compiler checks. Further fields may follow: .fallback = "10". */
#define FLAG_ROW(S, fname, fletter, fkind, ftype, member, ctype, fhelp, ...)                       \
	{                                                                                          \
		.name = (fname), .letter = (fletter), .kind = (fkind), .type = (ftype),            \
		.help = (fhelp),                                                                   \
		.offset = offsetof(S, member) + 0 * sizeof((ctype *)NULL == &((S *)NULL)->member), \
		__VA_ARGS__                                                                        \
	}
#define FLAG_BOOL(S, name, letter, member, help, ...) \
	FLAG_ROW(S, name, letter, FLAG_BOOL, NULL, member, bool, help, __VA_ARGS__)
#define FLAG_STRING(S, name, letter, member, help, ...) \
	FLAG_ROW(S, name, letter, FLAG_STRING, "string", member, char *, help, __VA_ARGS__)
#define FLAG_LIST(S, name, letter, member, help, ...) \
	FLAG_ROW(S, name, letter, FLAG_LIST, "list", member, char **, help, __VA_ARGS__)
/* A list that help calls otherwise: "filter", "map", "ulimit", "mount". */
#define FLAG_LIST_OF(S, name, letter, type, member, help, ...) \
	FLAG_ROW(S, name, letter, FLAG_LIST, type, member, char **, help, __VA_ARGS__)
#define FLAG_INT(S, name, letter, member, help, ...) \
	FLAG_ROW(S, name, letter, FLAG_INT, "int", member, int64_t, help, __VA_ARGS__)
#define FLAG_UINT(S, name, letter, member, help, ...) \
	FLAG_ROW(S, name, letter, FLAG_UINT, "uint", member, int64_t, help, __VA_ARGS__)
#define FLAG_BYTES(S, name, letter, member, help, ...) \
	FLAG_ROW(S, name, letter, FLAG_BYTES, "bytes", member, int64_t, help, __VA_ARGS__)
#define FLAG_DURATION(S, name, letter, member, help, ...) \
	FLAG_ROW(S, name, letter, FLAG_DURATION, "duration", member, int64_t, help, __VA_ARGS__)
/* `ftype` is the word in help; the function fills whatever it wants in the options struct. */
#define FLAG_CALL(fname, fletter, ftype, function, fhelp, ...)                            \
	{                                                                                 \
		.name = (fname), .letter = (fletter), .kind = FLAG_CALL, .type = (ftype), \
		.parse = (function), .help = (fhelp), __VA_ARGS__                         \
	}
/* `ftype` NULL: a bool. */
#define FLAG_REFUSED(fname, fletter, ftype, why)                                                 \
	{                                                                                        \
		.name = (fname), .letter = (fletter), .kind = (ftype) ? FLAG_STRING : FLAG_BOOL, \
		.type = (ftype), .help = (why), .refused = (why), .hidden = true                 \
	}
#define FLAG_END             \
	{                    \
		.name = NULL \
	}

/* A table and the struct that it fills. */
typedef struct FlagSet {
	const Flag *flags; /* NULL: no flags */
	void *options;
} FlagSet;

typedef struct FlagsParsed {
	char **operands; /* NULL-terminated, never NULL; the strings belong to argv */
	char **given; /* long names of the flags that the user gave; owned with its strings */
	char **words; /* all of them in order, as `--name=value`; owned with its strings */
	bool help; /* --help or -h */
} FlagsParsed;

/* Parses argv, a NULL-terminated vector without the command's name. `sets` are `n_sets` tables, all
 * of whose flags are known. `interspersed` false: the first operand ends flags. Errors carry
 * Docker's words: `unknown flag: --x`, `unknown shorthand flag: 'x' in -xyz`,
 * `flag needs an argument: --name`, `invalid argument "x" for "-t, --tty" flag: …`. After a failure
 * too, `*ret` and the structs are to be cleared. */
int flags_parse(const FlagSet *sets, size_t n_sets, bool interspersed, char **argv,
		FlagsParsed *ret, Error **err);

/* Whether the user gave the flag of that long name, whatever its value. */
bool flags_given(const FlagsParsed *parsed, const char *name);
/* The row of a long name or of a letter, or NULL. */
const Flag *flags_find(const Flag *flags, const char *name, size_t name_length);
const Flag *flags_find_letter(const Flag *flags, char letter);

/* Frees operands and names, zeroes the struct. */
void flags_parsed_clear(FlagsParsed *parsed);
/* Frees strings and lists of an options struct; what FLAG_CALL rows made is the command's. */
void flags_clear(const Flag *flags, void *options);
