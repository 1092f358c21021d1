/*
 * phase: a part of the engine's work in a process of its own, while this one goes on showing what
 * containers say.
 */
#pragma once

#include "compose/cli/cli.h"
#include "libcommon/loop.h"

typedef struct Phase Phase;

typedef struct PhaseSpec {
	/* Runs in the process. */
	int (*work)(ComposeCli *c, const void *data, Error **err);
	const void *data;
	bool show; /* progress */
	bool stubborn; /* SIGINT and SIGTERM do not end it */
	/* "Container p-web-1" has become "Started"; may be NULL. */
	void (*event)(const char *id, const char *detail, void *userdata);
	/* It is over; `error` is NULL when it was done. */
	void (*done)(const Error *error, void *userdata);
	void *userdata;
} PhaseSpec;

/* The spec is copied; its data stays the caller's. */
Phase *phase_start(ComposeCli *c, Loop *loop, const PhaseSpec *spec, Error **err);
/* Gives it up. */
void phase_cancel(Phase *p);
Phase *phase_free(Phase *p);
