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

#include "libcommon/json.h"
#include "librunner/runtime.h"

/* Docker's Config. Vectors are NULL-terminated; NULL means "not given" (take the image's). */
typedef struct ContainerConfig {
	char *hostname;
	char *user;
	bool attach_stdin, attach_stdout, attach_stderr;
	bool tty, open_stdin, stdin_once;
	char **env;
	char **cmd;
	char *image; /* as the user typed it */
	char *working_dir;
	char **entrypoint; /* {""} resets the image's */
	char **labels;
	char *stop_signal;
	int64_t stop_timeout; /* seconds; -1: not given (then 10) */
	json_t *healthcheck; /* kept for the life cycle's health checks */
} ContainerConfig;

/* Docker's HostConfig, the part that exists so far. */
typedef struct HostConfig {
	char **binds; /* "/host:/guest[:ro]" */
	char *network_mode; /* "host" (default for now) or "none" */
	bool auto_remove;
	bool init;
} HostConfig;

typedef enum { BOOT_AUTO, BOOT_ALWAYS, BOOT_NEVER } BootMode;
int boot_mode_parse(const char *text,
		    BootMode *ret); /* "auto", "always", "never" (and Go's booleans) */

/* What is ours in config.json. */
typedef struct RackerConfig {
	bool boot; /* decided at creation */
	bool system; /* booted without a command: the system itself is the main process */
	char *machine; /* the machine's name */
	char **layers; /* short IDs, lowest first, prepared layer included */
} RackerConfig;

typedef struct ContainerState {
	char *status; /* created, running, exited, dead… as Docker */
	int64_t pid; /* leader of the running container (its PID 1 seen from the host), 0 otherwise
		      */
	int64_t pid_start; /* its start time, field 22 of /proc/PID/stat */
	int64_t monitor_pid, monitor_start;
	int64_t exit_code;
	char *error;
	char *started_at, *finished_at; /* RFC 3339 with nanoseconds, UTC */
	bool oom_killed;
	char *boot_id; /* of the kernel that ran it */
} ContainerState;

typedef struct Container {
	int64_t version; /* of the files' format */
	char *id, *name, *created, *image_id, *platform;
	/* What runs: path and arguments after merging with the image. An empty path is a booted
	 * system without a command: it is the main process itself, its log is its journal. */
	char *path;
	char **args;
	ContainerConfig config; /* merged with the image's */
	HostConfig host;
	RackerConfig racker;
	ContainerState state;
} Container;
extern const JsonType container_config_type, host_config_type, container_type, container_state_type;
Container *container_free(Container *c);
DEFINE_CLEANUP(Container, container_free)
#define cleanup_container cleanup(container_freep)

typedef struct ContainerCreate {
	const char *name; /* NULL: a generated one (adjective_surname) */
	const char *platform;
	BootMode boot;
	PullPolicy pull;
	bool quiet_pull;
	ContainerConfig config;
	HostConfig host;
} ContainerCreate;

/* Finds the image (pulls by policy: `Unable to find image 'x:latest' locally` through rt->notice),
 * decides whether to boot, provisions, writes the container. -EEXIST: Docker's "name is already in
 * use" text. */
int container_create(Runtime *rt, const ContainerCreate *req, char **ret_id, Error **err);

/* Starts the monitor, which starts the container. *ret_client (may be NULL) is a connection that
 * is attached before the first byte of output: give it to client_attach(). Errors of the payload's
 * exec come as errnum ENOENT (status 127) or EACCES (126) with Docker's text. */
int container_start(Runtime *rt, const char *id, int *ret_client, Error **err);

/* One more connection to a running container, for attach. */
int container_connect(Runtime *rt, const char *name, int *ret_client, Error **err);

typedef struct ClientOptions {
	bool stdin_open; /* forward our stdin */
	bool tty; /* raw mode, resize */
	bool sig_proxy; /* forward signals to the command */
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
/* Sends a signal to the command ("KILL", "SIGTERM", "9"); KILL ends the whole container. */
int container_kill(Runtime *rt, const char *name, const char *signal, Error **err);
/* Docker's refusal when it runs and not `force`. */
int container_remove(Runtime *rt, const char *name, bool force, bool volumes, Error **err);
/* Waits for the end; *ret_status is the exit status. */
int container_wait(Runtime *rt, const char *name, int *ret_status, Error **err);

typedef struct LogsOptions {
	bool follow, timestamps;
	const char *since,
		*until; /* Docker's forms: RFC 3339, Unix seconds, Go duration back from now */
	int64_t tail; /* -1: all */
} LogsOptions;
/* Writes the log to our stdout and stderr. Booted systems without a command: the guest's journal.
 */
int container_logs(Runtime *rt, const char *name, const LogsOptions *o, Error **err);

int container_find(Runtime *rt, const char *name, Container **ret, Error **err);
/* Newest first; free with container_list_free(). */
int container_list(Runtime *rt, Container ***ret, size_t *ret_n, Error **err);
Container **container_list_free(Container **list, size_t n);
/* The short ID of a container that uses image `image_id`, or NULL: `in_use` for image_remove().
 * `runtime` is a Runtime. Caller frees. */
char *container_using_image(const char *image_id, void *runtime);
