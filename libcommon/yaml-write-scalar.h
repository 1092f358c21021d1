/* yaml-write-scalar: how a string is to be written, for yaml-write.c. */
#pragma once

#include <stdbool.h>

#include "libcommon/str.h"

typedef enum { YAML_PLAIN, YAML_SINGLE, YAML_DOUBLE, YAML_LITERAL } YamlStyle;

/* The style of Go's encoder and libyaml's emitter; a key stands on one line. */
YamlStyle yaml_style(const char *s, bool key);
/* A plain or quoted scalar. */
void yaml_add_flow_scalar(Strbuf *b, const char *s, YamlStyle style);
