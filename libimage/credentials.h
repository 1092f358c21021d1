/*
 * credentials: who we are to a registry, as docker and containers' tools have stored it.
 *
 * Looked for in this order, the first file that has an entry wins: $REGISTRY_AUTH_FILE, docker's
 * config.json ($DOCKER_CONFIG or ~/.docker), containers' auth.json ($XDG_RUNTIME_DIR/containers,
 * /run/containers/UID, ~/.config/containers). Inside a file a credential helper set for the
 * registry comes first, then the general one, then the `auths` object, most specific key first
 * (`quay.io/org/image`, `quay.io/org`, `quay.io`). Secrets are never logged.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/error.h"

typedef struct Credentials {
	char *username, *password;
	char *identity_token; /* for OAuth2, in place of a password */
	char *registry_token; /* a bearer token to be used as it is */
} Credentials;

/* 1 and *ret filled when there are some, 0 when there are none. `config_dir` is docker's, NULL: the
 * default. A file or a helper that cannot be read or understood is an error that names it. */
int credentials_find(const char *registry, const char *repository, const char *config_dir,
		     Credentials *ret, Error **err);
/* The same from the text of one file; `path` names it in errors. */
int credentials_parse(const char *text, size_t n, const char *path, const char *registry,
		      const char *repository, Credentials *ret, Error **err);
void credentials_clear(Credentials *c);
#define cleanup_credentials cleanup(credentials_clear)
