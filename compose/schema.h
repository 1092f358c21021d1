/*
 * schema: the compose specification as tables: which keys there are, in which forms each may be
 * written, what it becomes and how it is printed. One SchemaKey per key, in the order in which
 * Compose prints them.
 *
 * schema-check.c refuses what the tables do not allow (compose-go's JSON schema), typed.c makes
 * canonical values of a type (mapstructure), render.c prints those (yaml and json tags).
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "compose/place.h"

/* What becomes of a value: the typed form, which the struct is decoded from. */
typedef enum {
	SCHEMA_STRING,
	SCHEMA_BOOL,
	SCHEMA_INT,
	SCHEMA_FLOAT, /* 32 bits, as Compose has them */
	SCHEMA_BYTES, /* "1g" -> bytes; printed as a string */
	SCHEMA_DURATION, /* "1m30s" -> nanoseconds; printed as text */
	SCHEMA_COUNT, /* of devices: "all" -> -1 */
	SCHEMA_STRINGS, /* a list; a string is a list of one; numbers become strings */
	SCHEMA_COMMAND, /* a list; a string is split as a shell does */
	SCHEMA_TEST, /* a list; a string is for CMD-SHELL */
	SCHEMA_ENV, /* a mapping of strings or null; also as a list of NAME=value */
	SCHEMA_MAPPING, /* the same, null being "" */
	SCHEMA_HOSTS, /* a list of "name=address", sorted; also as a mapping */
	SCHEMA_SSH, /* a list of "id" or "id: path"; also as a mapping */
	SCHEMA_OBJECT, /* of schema `sub` */
	SCHEMA_LIST, /* of objects of schema `sub` */
	SCHEMA_MAP, /* key -> object of schema `sub` */
} SchemaKind;

/* The forms in which a value may be written. */
typedef enum {
	ACCEPT_STRING = 1 << 0,
	ACCEPT_INTEGER = 1 << 1,
	ACCEPT_NUMBER = 1 << 2, /* integers, too */
	ACCEPT_BOOL = 1 << 3,
	ACCEPT_LIST = 1 << 4,
	ACCEPT_MAPPING = 1 << 5,
	ACCEPT_NULL = 1 << 6,
	/* Of items of a list, and of values of a mapping. */
	ACCEPT_ITEM_STRING = 1 << 7,
	ACCEPT_ITEM_NUMBER = 1 << 8,
	ACCEPT_ITEM_MAPPING = 1 << 9,
	ACCEPT_VALUE_SCALAR = 1 << 10, /* string, number, boolean, null */
	ACCEPT_VALUE_NUMBER = 1 << 11, /* string, number */
	ACCEPT_VALUE_NULL = 1 << 12,
	ACCEPT_VALUE_LIST = 1 << 13, /* string, list of strings */
	ACCEPT_VALUE_INTEGER = 1 << 14, /* string, integer, mapping */
	ACCEPT_VALUE_ANY = 1 << 15, /* without any of these: a string */
} SchemaAccept;

typedef enum {
	SCHEMA_UNIQUE = 1 << 0, /* no item of the list may be there twice */
	SCHEMA_REQUIRED = 1 << 1,
	SCHEMA_KEEP = 1 << 2, /* printed whenever it is given, even if it is zero */
	SCHEMA_ALWAYS = 1 << 3, /* printed in any case */
	SCHEMA_JSON_ALWAYS = 1 << 4, /* printed as JSON in any case */
	SCHEMA_CAPITAL = 1 << 5, /* JSON writes the key with a capital letter */
	SCHEMA_FREE_KEYS = 1 << 6, /* of a MAP: keys other than [a-zA-Z0-9._-]+ may hold anything */
	SCHEMA_MEANINGLESS = 1 << 7, /* accepted, kept and without effect here: warned about */
	SCHEMA_NEWER = 1 << 8, /* from a later Compose than 2.26: refused */
	SCHEMA_UNPRINTED = 1 << 9,
	SCHEMA_LOWER_KEYS = 1 << 10, /* of a MAP: keys are [a-z]+, others may hold anything */
	SCHEMA_YAML_ALWAYS = 1 << 12, /* printed as YAML in any case */
	SCHEMA_EMBEDDED = 1 << 11, /* left out of YAML if nothing in it is set */
} SchemaFlags;

typedef struct SchemaObject SchemaObject;

typedef struct SchemaKey {
	const char *name;
	SchemaKind kind;
	unsigned accept; /* SchemaAccept */
	unsigned flags; /* SchemaFlags */
	const SchemaObject *sub;
	const char *const *words; /* the only strings that are allowed, or NULL */
	long min, max; /* of an integer, if they differ */
} SchemaKey;

struct SchemaObject {
	const SchemaKey *keys; /* ended by a row without a name */
	bool no_extensions; /* x-* are unknown keys, too */
	bool hides_extensions; /* x-* are not printed */
};

extern const SchemaObject schema_project, schema_service, schema_build, schema_deploy,
	schema_develop, schema_hook, schema_network, schema_volume, schema_secret, schema_config,
	schema_file_mount, schema_ulimit, schema_device_request;

const SchemaKey *schema_key(const SchemaObject *object, const char *name);

/* ComposeStages.check: refuses what the tables do not allow. */
int compose_schema_check(const json_t *tree, const ComposePositions *positions, const char *file,
			 Error **err);
