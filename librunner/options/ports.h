/*
 * ports: `--expose`.
 */
#pragma once

#include "libcommon/error.h"

/* Adds each port of "80", "80/udp" or "8000-8010/tcp" to a vector of "80/tcp", once. */
int expose_parse(const char *text, char ***ports, Error **err);
