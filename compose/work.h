/*
 * work: actions that depend on each other, each in a process of its own and as many at once as
 * their order allows: librunner starts no threads and blocks. What an action tells comes back over
 * a pipe and is handed to whoever shows it. What it changes in memory is its own: results that
 * others need are on disk, or are told by worker_result().
 *
 * After the first failure nothing more is begun, and actions that only wait are ended; those that
 * are at something finish it, so that nothing is left half done. SIGINT and SIGTERM do the same and
 * stay blocked afterwards.
 */
#pragma once

#include <stdint.h>

#include "librunner/runtime.h"

typedef enum { WORK_WORKING, WORK_DONE, WORK_WARNING, WORK_ERROR } WorkStatus;

/* Something became of something: {"Container p-web-1", "Starting"}. */
typedef struct WorkEvent {
	const char *id, *text;
	const char *detail; /* behind the text; may be NULL */
	const char *parent; /* what it is a part of (a layer of an image); may be NULL */
	WorkStatus status;
	int64_t current, total; /* bytes; total 0: unknown */
} WorkEvent;

typedef struct WorkSink {
	void (*event)(const WorkEvent *e, void *userdata);
	/* A line that the user must see; may be NULL. */
	void (*notice)(const char *line, void *userdata);
	/* Called now and then while something goes on, for what moves; may be NULL. */
	void (*tick)(void *userdata);
	/* Called for SIGINT and SIGTERM; NULL or false: the work is given up. */
	bool (*interrupted)(void *userdata);
	void *userdata;
} WorkSink;

typedef struct Work Work;
typedef struct Worker Worker; /* an action, seen from its process */

/* `rt` and the sink stay the caller's; at most `limit` actions run at once (-1: any number). */
Work *work_new(Runtime *rt, const WorkSink *sink, int64_t limit);
Work *work_free(Work *w);
DEFINE_CLEANUP(Work, work_free)
#define cleanup_work cleanup(work_freep)

/* Adds an action; returns its number. `name` is for errors about cycles; `data` stays the caller's.
 */
size_t work_add(Work *w, const char *name,
		int (*act)(Worker *worker, const void *data, Error **err), const void *data);
/* `item` begins when `before` has ended. */
void work_after(Work *w, size_t item, size_t before);
/* Does it all. The first error; -ECANCELED: interrupted; -ELOOP: `dependency cycle detected: a ->
 * b -> a`. */
int work_run(Work *w, Error **err);
/* What an action has told, or NULL. */
const char *work_result(const Work *w, size_t item);

/* ---- in the action's process ---- */

Runtime *worker_runtime(Worker *worker);
void worker_event(Worker *worker, WorkStatus status, const char *id, const char *text,
		  const char *detail);
void worker_notice(Worker *worker, const char *line);
void worker_result(Worker *worker, const char *text);
/* Pulls tell what they do as parts of this. */
void worker_set_parent(Worker *worker, const char *id);
/* Waits; -ECANCELED when there is nothing to wait for any more. */
int worker_sleep(Worker *worker, uint64_t usec);
