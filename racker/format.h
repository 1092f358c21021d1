/*
 * format: the help of `--format`, which every list has.
 */
#pragma once

#define FORMAT_HELP                                                                        \
	"Format output using a custom template:\n"                                         \
	"'table':            Print output in table format with column headers (default)\n" \
	"'table TEMPLATE':   Print output in table format using the given Go template\n"   \
	"'json':             Print in JSON format\n"                                       \
	"'TEMPLATE':         Print output using the given Go template."

/* The same for single objects, which are no table. */
#define FORMAT_HELP_DATA                             \
	"Format output using a custom template:\n"   \
	"'json':             Print in JSON format\n" \
	"'TEMPLATE':         Print output using the given Go template."

/* What `--quiet` with `--format` says. */
#define FORMAT_IGNORED "Ignoring custom format, because both --format and --quiet are set."

/* The exit status for a template that cannot be parsed. */
#define STATUS_TEMPLATE 64
