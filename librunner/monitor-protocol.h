/*
 * monitor-protocol: what racker and a container's racker-monitor say to each other.
 *
 * A SOCK_SEQPACKET socket; each message is one byte of kind and a body of at most MONITOR_MAX_BODY
 * bytes. The client begins with MSG_REQUEST (JSON, table monitor_request_type). The monitor answers
 * MSG_STARTED when the command runs or the request is done, or MSG_FAILED (JSON, table
 * monitor_failure_type). A client that asked for streams then gets MSG_OUT and MSG_ERR, and at the
 * end MSG_EXIT, after which nothing of the container (or of the exec) is left.
 *
 * Input does not go through the monitor: MSG_STARTED carries the descriptor that the command's
 * standard input comes from (the writing end of a pipe, or the terminal's master), non-blocking,
 * for a client that asked for it. So a command that does not read never delays a signal, and end of
 * file is when the last holder closes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "libcommon/json.h"

/* Monitors outlive an upgrade of racker: a monitor refuses what it does not speak. */
#define MONITOR_PROTOCOL 1

#define MONITOR_MAX_BODY 65536
/* A larger body of JSON (an exec with many arguments) is empty and has a file of at most this size
 * with it. */
#define MONITOR_MAX_JSON (4 << 20)
#define MONITOR_MAX_MESSAGE (1 + MONITOR_MAX_BODY)
/* The listening socket in the container's run-time directory. */
#define MONITOR_SOCKET "monitor.sock"

typedef enum {
	MSG_REQUEST = 'r', /* client: JSON; the first message */
	MSG_RESIZE = 'w', /* client: MonitorSize */
	MSG_SIGNAL = 's', /* client: int32_t, a signal for the command */
	MSG_STARTED = 'S', /* monitor: JSON (MonitorStarted), perhaps with a descriptor */
	MSG_FAILED = 'F', /* monitor: JSON (MonitorFailure) */
	MSG_OUT = 'o', /* monitor: bytes of standard output */
	MSG_ERR = 'e', /* monitor: bytes of standard error */
	MSG_NOTICE = 'n', /* monitor, to clients without streams: text for the user */
	MSG_EXIT = 'x', /* monitor: int32_t, the exit status */
} MonitorMessage;

typedef struct MonitorSize {
	uint16_t rows, columns;
} MonitorSize;

typedef struct MonitorRequest {
	int64_t version; /* MONITOR_PROTOCOL */
	char *op; /* start, attach, exec, stop, restart, kill, wait, pause, unpause,
		    update, execs, network, network-reload */
	bool streams; /* start, attach, exec: wants output and exit status */
	bool stdin_open; /* start, attach, exec: wants to write the input */
	int64_t rows, columns; /* of the client's terminal; 0: none */
	/* exec */
	char **argv, **env;
	char *user, *working_dir;
	bool tty, privileged;
	/* stop: seconds, -1: the container's; kill and stop: signal name, may be NULL */
	int64_t timeout;
	char *signal;
} MonitorRequest;
extern const JsonType monitor_request_type;

typedef struct MonitorStarted {
	bool tty;
	char **execs; /* execs: the IDs of those that have not ended */
} MonitorStarted;
extern const JsonType monitor_started_type;

typedef struct MonitorFailure {
	int64_t errnum;
	char *message;
} MonitorFailure;
extern const JsonType monitor_failure_type;

/* Sends one message; `fd` goes along unless it is -1. `flags` are send(2)'s. 0 or -errno. */
int monitor_send(int sock, MonitorMessage kind, const void *body, size_t n, int fd, int flags);
int monitor_send_json(int sock, MonitorMessage kind, const JsonType *type, const void *data, int fd,
		      int flags);
/* Receives one message: its kind, 0 at the end, or -errno. `buf` has MONITOR_MAX_MESSAGE bytes, the
 * body is behind buf[0]. *ret_fd gets a descriptor that came along, else -1; where ret_fd is NULL
 * none is taken. */
int monitor_receive(int sock, void *buf, size_t *ret_body, int *ret_fd, int flags);
/* Decodes the body of a message that came with `fd` (or -1). */
int monitor_decode(const void *body, size_t n, int fd, const JsonType *type, void *data,
		   Error **err);
