/* schema-internal: the columns of the schema's tables, by the words of the specification. */
#pragma once

#include "compose/schema.h"

#define TEXT_OR_BOOL (ACCEPT_BOOL | ACCEPT_STRING)
#define TEXT_OR_INT (ACCEPT_INTEGER | ACCEPT_STRING)
#define TEXT_OR_NUMBER (ACCEPT_NUMBER | ACCEPT_STRING)
#define LIST_OF_STRINGS (ACCEPT_LIST | ACCEPT_ITEM_STRING)
#define STRING_OR_LIST (LIST_OF_STRINGS | ACCEPT_STRING)
#define LIST_OF_OBJECTS (ACCEPT_LIST | ACCEPT_ITEM_MAPPING)
#define LIST_OR_DICT (LIST_OF_STRINGS | ACCEPT_MAPPING | ACCEPT_VALUE_SCALAR)
#define DICT_OF_NUMBERS (ACCEPT_MAPPING | ACCEPT_VALUE_NUMBER)
#define COMMAND (STRING_OR_LIST | ACCEPT_NULL)

/* Columns: key, accepted forms, flags, … */
#define STRING(key, ...)                                                                     \
	{                                                                                    \
		.name = (key), .kind = SCHEMA_STRING, .accept = ACCEPT_STRING, ##__VA_ARGS__ \
	}
#define BOOLEAN(key, ...)                                                                 \
	{                                                                                 \
		.name = (key), .kind = SCHEMA_BOOL, .accept = TEXT_OR_BOOL, ##__VA_ARGS__ \
	}
#define ROW(key, fkind, faccept, ...)                                              \
	{                                                                          \
		.name = (key), .kind = (fkind), .accept = (faccept), ##__VA_ARGS__ \
	}
#define OBJECT(key, fsub, ...)                                                               \
	{                                                                                    \
		.name = (key), .kind = SCHEMA_OBJECT, .accept = ACCEPT_MAPPING, .sub = fsub, \
		##__VA_ARGS__                                                                \
	}
#define END                  \
	{                    \
		.name = NULL \
	}
