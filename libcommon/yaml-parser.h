/* yaml-parser: one document's events into a tree; private to yaml.c and yaml-parser.c. */
#pragma once

#include <yaml.h>

#include "libcommon/yaml.h"

typedef struct YamlParser {
	yaml_parser_t yaml;
	const char *what;
	json_t *anchors; /* name -> value, each set when its node is complete */
	json_t *tags; /* name of an anchor -> the application's tag of its value */
	size_t nodes;
	/* For documents as Go reads them; NULL: the core schema. */
	const YamlReader *reader;
	size_t document;
	char **path; /* of the node that is being read, kept for the reader */
	Error **err;
} YamlParser;

int yaml_fail(const YamlParser *p, yaml_mark_t at, const char *text);
int yaml_next_event(YamlParser *p, yaml_event_t *e);
/* Reads the node that `e` starts. Success without a value is a node that its tag drops. */
int yaml_parse_node(YamlParser *p, const yaml_event_t *e, unsigned depth, json_t **ret);

static inline void yaml_event_clear(yaml_event_t *e)
{
	yaml_event_delete(e);
}
#define cleanup_event cleanup(yaml_event_clear)
