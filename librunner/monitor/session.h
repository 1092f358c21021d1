/*
 * session: one command with its streams: the container's main command, or one exec.
 *
 * It begins with its racker-init (session_claim), which is a unit of the guest, a process that
 * entered by setns, or PID 1. When the command runs, `started` is set and its clients hear of it;
 * when it has ended and its output is out, they get the exit status.
 */
#pragma once

#include "librunner/init-spec.h"
#include "librunner/monitor/monitor.h"

typedef struct Entered Entered;

typedef struct Stream {
	Session *session;
	int fd; /* -1: at its end */
	LoopSource *source;
	MonitorMessage kind;
} Stream;

struct Session {
	Monitor *monitor;
	Session *next;
	char *name; /* of the unit */
	char *token;
	/* What racker-init is told. */
	char **argv, **env, **rlimits;
	char *user, *cwd;
	InitSpec spec;
	bool tty, open_stdin, stdin_once;
	uint16_t rows, columns;

	int init_fd;
	LoopSource *init_source;
	int payload[3]; /* the command's ends of its streams, until it has them */
	int input; /* where clients write: pipe or terminal master; -1: closed */
	Stream out, err;

	GuestUnit *unit;
	pid_t pid; /* as we see it; 0: not yet */
	int pidfd;
	bool greeted; /* racker-init has the spec */
	bool started, ended;
	int exit_code;
	int trouble_code; /* it did not start */
	Entered *entered;
	LoopSource *drain, *fallback;
	/* Of a probe, which has no clients: called at its end, or where it cannot run (`failure`,
	 * or NULL), before it is freed. */
	void (*done)(Session *s, int code, const char *failure, void *userdata);
	void *userdata;
	Strbuf *capture; /* gets the output, up to `capture_max` bytes */
	size_t capture_max;
	char *exec_id; /* in events */
	bool handed_input; /* a client has got the input */
};

/* Puts a new session into the monitor's list. */
Session *session_new(Monitor *m);
Session *session_free(Session *s);

/* launch.c: starts its racker-init inside a running container. */
int session_launch(Session *s, Error **err);
/* The session is going to be freed. */
void launch_forget(Session *s);
/* init-listener.c: watches the listener for racker-init's connections from inside the guest. */
int session_listen(Monitor *m, Error **err);
void pending_free(PendingInit *p);
/* The connection of the session's racker-init, which has said hello. Takes ownership. */
void session_claim(Session *s, int fd);
/* Reads whether racker-init could start the command. 1: it did; 0: not said yet; -1: it failed, and
 * the session of an exec is freed. */
int session_settle(Session *s);

/* The command's process has ended. */
void session_ended(Session *s, int code);
/* "exec_create: sh -c true" and the like. */
void session_event(Session *s, const char *action, bool with_command, int code);
/* It never ran. `code` is 125, 126 or 127; `text` is Docker's. */
void session_failed(Session *s, int code, const char *text);
int session_signal(Session *s, int sig);
void session_resize(Session *s, uint16_t rows, uint16_t columns);

/* ---- stream.c ---- */

/* Pipes for a session without a terminal; racker-init's ends in s->payload. */
int session_open_pipes(Session *s, Error **err);
int stream_open(Stream *st, Session *s, int fd, MonitorMessage kind, Error **err);
void stream_close(Stream *st);
/* Stops or goes on reading, as the slowest client wants it. */
void session_throttle(Session *s);
/* Reads what is there, however slow the clients are. */
void session_drain(Session *s);
bool session_streams_done(const Session *s);

/* ---- client.c ---- */

struct Client {
	Monitor *monitor;
	Client *next;
	int fd;
	LoopSource *source;
	Session *session;
	bool first; /* came with the start */
	bool asked; /* the request was read */
	bool streams, stdin_open;
	bool wants_execs; /* MSG_STARTED tells which there are */
	bool answered; /* MSG_STARTED went out */
	bool waits_end; /* wants the container's end (stop, wait) */
	bool waits_start; /* restart: wants the next run */
	bool follows; /* the main command, also of the next run when the guest reboots */
	bool one_run; /* start: the end of the run is the end */
	bool closing; /* closed when all is written */
	Strbuf queue; /* records of a length and a message */
	LoopSource *patience;
};

int client_listen(Monitor *m, Error **err);
/* Takes ownership of the descriptor. */
Client *client_new(Monitor *m, int fd);
Client *client_free(Client *c);
bool client_is_slow(const Client *c);
void client_send(Client *c, MonitorMessage kind, const void *body, size_t n);
void client_fail(Client *c, int errnum, const char *text);
void client_exit(Client *c, int code);
/* Answers MSG_STARTED, with the input where it was asked for. */
void client_started(Client *c);
void client_request(Client *c, const MonitorRequest *r);
/* What all clients hear of: the run's command runs; the run has ended and there will be another one
 * (`rebooted`: of the same life); that one is about to begin; the container has ended. */
void clients_started(Monitor *m);
void clients_run_ended(Monitor *m, bool rebooted);
void clients_follow(Monitor *m);
void clients_tell_end(Monitor *m);
/* To all clients that follow a session. */
void session_send(Session *s, MonitorMessage kind, const void *body, size_t n);
