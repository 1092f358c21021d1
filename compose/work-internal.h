/* work-internal: what the two ends of an action's pipe share; nobody else includes it. */
#pragma once

#include "compose/work.h"
#include "libcommon/json.h"
#include "libcommon/str.h"

/* One message of an action. */
#define WORK_MESSAGE_MAX (1 << 20)

typedef struct WorkMessage {
	char *id, *text, *detail, *parent; /* an event */
	int64_t status, current, total;
	char *notice, *result, *error;
	int64_t errnum;
} WorkMessage;
extern const JsonType work_message_type;

struct Worker {
	Runtime *rt;
	char *parent;
	int fd; /* the pipe; -1: nobody listens */
	pid_t owner;
};

/* Runs an action in this process, which is its own; returns its exit status. */
int worker_main(Worker *worker, int (*act)(Worker *worker, const void *data, Error **err),
		const void *data);
