/*
 * container: the life of a container. Every function takes a container by name, full ID or unique
 * ID prefix and explains itself in Docker's words (`No such container: x`).
 *
 * On disk: containers/<id>/config.json is Docker's create body with what is ours under "Racker";
 * state.json is what the monitor wrote last. container_find() checks it against the kernel: a
 * container whose monitor is gone is never believed running.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "librunner/container-config.h"
#include "librunner/runtime.h"

typedef struct ContainerCreate {
	const char *name; /* NULL: a generated one (adjective_surname) */
	const char *platform;
	BootMode boot;
	PullPolicy pull;
	bool quiet_pull;
	bool replace; /* a container of that name is removed first */
	/* Signals that would end this process are blocked from before the container exists: whoever
	 * starts it (StartOptions) sees to them, so that none leaves it behind. */
	bool hold_signals;
	ContainerConfig config;
	HostConfig host;
	NetworkingConfig networking;
	RackerConfig racker; /* what the user gives of it: rootfs, ephemeral, guest_unit, … */
} ContainerCreate;
/* Zeroes it and sets what is -1 when it is not given. */
void container_create_init(ContainerCreate *req);
/* Frees config, host, networking and racker, for who filled them from the heap; zeroes the struct.
 */
void container_create_clear(ContainerCreate *req);

/* Finds the image (pulls by policy: `Unable to find image 'x:latest' locally` through rt->notice),
 * decides whether to boot, provisions, writes the container. -EEXIST: Docker's "name is already in
 * use" text. */
int container_create(Runtime *rt, const ContainerCreate *req, char **ret_id, Error **err);

/* Starts the monitor, which starts the container. *ret_client (may be NULL) is a connection that
 * is attached before the first byte of output: give it to client_attach(). Errors of the payload's
 * exec come as errnum ENOENT (status 127) or EACCES (126) with Docker's text. */
int container_start(Runtime *rt, const char *id, int *ret_client, Error **err);

typedef struct StartOptions {
	bool stdin_open; /* the client writes the input */
	/* Signals meanwhile end the start, not this process; they stay blocked for
	 * client_attach(). */
	bool sig_proxy;
	/* They end this process, but not before the container is in its monitor's hands. */
	bool release_signals;
} StartOptions;
int container_start_with(Runtime *rt, const char *name, const StartOptions *o, int *ret_client,
			 Error **err);

/* One more connection to a running container, for attach. */
int container_connect(Runtime *rt, const char *name, int *ret_client, Error **err);

/* Docker's words for one that is stopped, paused or between two runs. */
int container_attachable(const Container *c, Error **err);

typedef struct ClientOptions {
	bool stdin_open; /* forward our stdin */
	bool tty; /* raw mode, resize */
	bool sig_proxy; /* forward signals to the command */
	bool no_stdout, no_stderr; /* is not shown */
	const char *detach_keys; /* detach-keys.h; NULL: Docker's default */
	bool *ret_detached; /* whether the user has detached; may be NULL */
} ClientOptions;
/* Copies streams between our stdio and the container until it ends or we are detached. Restores the
 * terminal on every way out. Returns the exit status, or -errno. */
int client_attach(int client, const ClientOptions *o, Error **err);

typedef struct ExecOptions {
	char *const *argv;
	char *const *env; /* added to the container's */
	const char *user, *working_dir;
	bool tty, stdin_open, detach, privileged;
} ExecOptions;
/* Runs a command in a running container. Like container_start(), gives a client connection. */
int container_exec(Runtime *rt, const char *name, const ExecOptions *o, int *ret_client,
		   Error **err);

/* Power-off (booted) or stop signal, then kill after `timeout` seconds (-1: the container's own, 10
 * by default). Returns when nothing of it runs any more. Stopping a stopped container is success.
 */
int container_stop(Runtime *rt, const char *name, int64_t timeout, const char *signal, Error **err);
/* Stops it as container_stop() does, and starts it again in the same monitor; starts it where it
 * does not run. Returns when it runs. */
int container_restart(Runtime *rt, const char *name, int64_t timeout, const char *signal,
		      Error **err);
/* Sends a signal to the command ("KILL", "SIGTERM", "9"); KILL ends the whole container. */
int container_kill(Runtime *rt, const char *name, const char *signal, Error **err);
/* Docker's refusal when it runs and not `force`. */
int container_remove(Runtime *rt, const char *name, bool force, bool volumes, Error **err);
/* Waits for the end; *ret_status is the exit status. */
int container_wait(Runtime *rt, const char *name, int *ret_status, Error **err);

typedef struct LogsOptions {
	bool follow, timestamps, details;
	const char *since,
		*until; /* Docker's forms: RFC 3339, Unix seconds, Go duration back from now */
	int64_t tail; /* -1: all */
	/* Booted containers: the guest's journal, the entries of these units, up to this priority;
	 * or what the guest printed on its console. */
	bool journal, console;
	char *const *units;
	const char *priority; /* "err", "3", "warning..err"; NULL: all */
} LogsOptions;
/* Writes the log to our stdout and stderr. Booted systems without a command: the guest's journal.
 * `configured logging driver does not support reading` where there is no log. */
int container_logs(Runtime *rt, const char *name, const LogsOptions *o, Error **err);

int container_find(Runtime *rt, const char *name, Container **ret, Error **err);
/* Newest first; free with container_list_free(). */
int container_list(Runtime *rt, Container ***ret, size_t *ret_n, Error **err);
Container **container_list_free(Container **list, size_t n);
/* The short ID of a container that uses image `image_id`, or NULL: `in_use` for image_remove().
 * `runtime` is a Runtime. Caller frees. */
char *container_using_image(const char *image_id, void *runtime);
