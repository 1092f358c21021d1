/*
 * detach-keys: the keys that detach a client from a container's terminal, in Docker's syntax:
 * single characters and `ctrl-` with a letter or one of `@[\]^_`, separated by commas.
 */
#pragma once

#include "libcommon/error.h"
#include "libcommon/str.h"

#define DETACH_KEYS_DEFAULT "ctrl-p,ctrl-q"
#define DETACH_KEYS_MAX 32

typedef struct DetachKeys {
	char keys[DETACH_KEYS_MAX];
	size_t n; /* 0: nothing detaches */
	size_t seen; /* how many of them were typed last */
} DetachKeys;

/* NULL: the default; "" switches detaching off. */
int detach_keys_parse(const char *text, DetachKeys *ret, Error **err);
/* Takes typed bytes and appends to `out` what is for the command: the beginning of the keys is held
 * back until it is known to be something else. True when the keys are complete; what was typed
 * behind them is dropped. */
bool detach_keys_typed(DetachKeys *k, const char *typed, size_t n, Strbuf *out);
