/*
 * credentials-helper: asks docker's credential helpers (`docker-credential-NAME get`: the server's
 * name on stdin, JSON with Username and Secret on stdout;
 * github.com/docker/docker-credential-helpers).
 */
#pragma once

#include "libimage/credentials.h"

/* 1 and *ret filled, 0 when the helper has none for `server`. */
int credentials_helper_get(const char *name, const char *server, Credentials *ret, Error **err);
