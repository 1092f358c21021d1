/*
 * streams: the output of many containers at once, line by line behind their names. Each container
 * is followed by a process of its own, which reads its log.
 */
#pragma once

#include "compose/cli/cli.h"
#include "libcommon/loop.h"

typedef struct Streams Streams;

typedef struct StreamsOptions {
	bool color, prefix, timestamps;
	bool follow; /* goes on until the container has ended */
	bool merge; /* everything goes to stdout */
	const char *until, *tail;
	/* A container has ended; `restarts`: a policy starts it again, and it is followed on. */
	void (*ended)(const Container *c, int64_t code, bool restarts, void *userdata);
	/* Nothing is followed any more. */
	void (*idle)(void *userdata);
	void *userdata;
} StreamsOptions;

/* The options are copied. */
Streams *streams_new(Runtime *rt, Loop *loop, const StreamsOptions *o);
Streams *streams_free(Streams *s);
DEFINE_CLEANUP(Streams, streams_free)
#define cleanup_streams cleanup(streams_freep)

/* Makes room for a name and gives it a colour, in the order of the calls: before anything is
 * shown. `project` is left out of the name. */
void streams_name(Streams *s, const char *project, const Container *c);
/* Follows a container, which stays the caller's, from `since` on (RFC 3339 or what --since takes;
 * NULL: from the start). `silent`: nothing is shown but its end. */
int streams_add(Streams *s, const Container *c, const char *since, bool silent, Error **err);
/* How many are followed. */
size_t streams_active(const Streams *s);
/* "web-1 exited with code 0" in the container's colour. */
void streams_status(Streams *s, const Container *c, const char *text);

/* "p-web-1" without the project: "web-1". */
const char *short_name(const char *project, const Container *c);
