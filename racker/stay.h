/*
 * stay: with a command until it ends or the user detaches.
 */
#pragma once

#include "libcommon/cli/command.h"
#include "librunner/container.h"

typedef enum {
	/* attach, exec: `read escape sequence` and status 1, as Docker. */
	STAY_SAY_DETACHED = 1 << 0,
	/* The event is that of an exec. */
	STAY_EXEC = 1 << 1,
} StayFlags;

/* client_attach() with the event of a detachment. `client` stays the caller's. */
int stay(Runtime *rt, const Container *c, int client, const ClientOptions *o, unsigned flags,
	 Error **err);

/* What the user gave, else detachKeys of docker's configuration, else NULL. Caller frees. */
char *stay_detach_keys(const Cli *cli, const char *given);
/* Refuses keys that are none, before anything is done. */
int stay_check_keys(const char *keys, Error **err);
