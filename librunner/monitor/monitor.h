/*
 * monitor: what the parts of racker-monitor share. One process watches one container, in one thread
 * and one event loop; it lives from container_start() until the container is not started again.
 *
 * It sees one run of the container after the other: a guest reboots, a policy restarts, `racker
 * restart` asks for it. Everything that belongs to one of them is in a Run, which is torn down and
 * made anew; what clients, log and state need goes on in the Monitor.
 *
 * A run is a sequence of phases that only goes forward. Whatever ends it (the command, a stop, a
 * failure) leads through monitor_kill() or monitor_power_off() to the death of the leader and of
 * systemd-nspawn, and from there to monitor_finish(), which decides on another run.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/loop.h"
#include "librunner/cgroup.h"
#include "librunner/container-state.h"
#include "librunner/container.h"
#include "librunner/guest.h"
#include "librunner/log-writer.h"
#include "librunner/machined.h"
#include "librunner/monitor-protocol.h"

typedef struct Session Session;
typedef struct Client Client;
typedef struct PendingInit PendingInit;
typedef struct Health Health;
typedef struct Console Console;
typedef struct Hooks Hooks;
typedef struct Oom Oom;
typedef struct Sampler Sampler;
typedef struct Publishing Publishing;

typedef enum {
	PHASE_STARTING, /* until the command runs */
	PHASE_RUNNING,
	PHASE_STOPPING, /* the end has been asked for, by whomever */
	PHASE_GONE, /* no process is left */
} Phase;

/* Mounts that racker-init attaches: detached copies, in order. */
typedef struct RunMounts {
	int *fds;
	char **targets, **sources;
	size_t n, cap;
} RunMounts;

/* One run of the container, from its mounts to the last process. */
typedef struct Run {
	Phase phase;
	uint64_t since; /* now_usec() of its begin */

	/* what runs */
	Cgroup *cgroup;
	Oom *oom; /* watches it; may be NULL */
	Sampler *sampler;
	pid_t nspawn, leader;
	int leader_pidfd;
	LoopSource *leader_source, *nspawn_source;
	bool nspawn_gone, leader_gone;
	int nspawn_status;
	int notify_fd, init_listener;
	LoopSource *notify_source, *init_source;
	bool ready; /* a booted guest's PID 1 has said READY=1 */
	int netns; /* the container's own network namespace; -1: the host's, or systemd-nspawn's */
	bool network_up; /* netavark has something to take down */
	Guest *guest;
	Console *console; /* NULL: not booted */
	RunMounts *mounts; /* NULL: none */
	char **devices; /* nodes that racker-init makes */
	char **volumes; /* names of those that were mounted, one for each place */
	Machine *machine; /* as systemd-machined knows it */
	PendingInit *pending;
	Session *main; /* NULL: the system itself is the main process */
	Session *sessions; /* main, and one for each exec */

	/* the end */
	LoopSource *deadline; /* start, stop, and then kill */
	LoopSource *command_deadline;
	Error *failure; /* why the start failed */
	bool stop_asked; /* while starting */
	bool killed; /* we sent SIGKILL */
	bool powered_off;
	int64_t start_timeout, stop_timeout; /* seconds */
	int64_t patience; /* seconds of the deadline */
	int64_t waited; /* seconds, in vain, for the guest to power off */
	int exit_code;
	bool have_exit_code;
	bool rebooted; /* the guest has asked for another run */
	Health *health;
	LoopSource *time_limit; /* --timeout */
	bool timed_out;
	bool announced; /* that it runs */
} Run;

typedef struct Monitor {
	Loop *loop;
	Runtime *rt;
	Container *c; /* read again from disk for each run */
	char *dir, *rundir; /* absolute */
	int dirfd, rundirfd, lock;
	ino_t config_inode; /* of the config.json whose name events tell */
	int host_mounts; /* host-mounts.h */
	LogWriter *log;
	Run *run; /* never NULL; in PHASE_GONE between two runs */
	int seccomp_fd; /* of this run's configuration; -1: not made yet */

	/* the end of a run, and the next one */
	bool stop_requested; /* by a user: it is not started again */
	bool restart_asked; /* by a user: it is, at once */
	bool announce_restart; /* events: the next start, the end */
	bool tell_stop;
	LoopSource *next; /* begins the next run; set between two of them */
	uint64_t delay; /* the last one before a restart, microseconds; 0: none yet */
	unsigned runs;
	char *before_started, *before_finished; /* what the state said before the first run */

	Publishing *publishing; /* the host's ports; NULL: none */
	Hooks *hooks; /* that run now */
	bool told; /* that the container has ended */
	int listener;
	Client *clients;
	LoopSource *reaper;
} Monitor;

/* ---- run.c ---- */

/* Makes an empty run. */
Run *run_new(const Container *c);
/* Nothing of it may be running any more. */
Run *run_free(Run *r);
/* Begins the first one. */
void run_begin(Monitor *m);
/* The run has ended and is cleaned up: whether there is another one, later. */
bool run_again(Monitor *m);
/* Between two runs: there is no next one; it begins at once, as a user asks for it. */
void run_cancel_next(Monitor *m);
void run_restart_now(Monitor *m);

/* ---- health.c ---- */

/* The container runs: its health is watched from now on, where there is something to watch. */
void health_begin(Monitor *m);
/* Before the sessions of the run are told. */
void health_end(Monitor *m);

/* ---- prepare.c ---- */

/* Directories, mounts, sockets, systemd-nspawn. */
int monitor_prepare(Monitor *m, Error **err);
/* A path below the container's directory; caller frees. */
char *monitor_path(const Monitor *m, const char *name);
/* Whether HostConfig.NetworkMode is this one. */
bool monitor_network_is(const Monitor *m, const char *mode);

/* ---- stop.c ---- */

/* The start failed. Takes ownership of `e`. */
void monitor_fail(Monitor *m, Error *e);
/* The orderly end: power-off of a booted guest, the stop signal (`sig`, 0: the container's) for the
 * command of a plain one; after `timeout` seconds SIGKILL. */
void monitor_stop(Monitor *m, int64_t timeout, int sig);
void monitor_power_off(Monitor *m);
void monitor_kill(Monitor *m);
/* The main command has ended. */
void monitor_command_ended(Monitor *m, int code);
void on_nspawn_ended(pid_t pid, int status, void *userdata);
/* The container's PID 1 is known. */
int leader_set(Monitor *m, pid_t pid);

/* ---- finish.c ---- */

/* The command (or the system) runs: tells everybody. */
void monitor_started(Monitor *m);
/* Nothing of the run is left: removes what was made, and begins another one or ends. */
void monitor_finish(Monitor *m);
/* There is no further run: records it, tells everybody, ends. */
void monitor_end(Monitor *m);
/* Writes an event; `extra` may be NULL. */
void monitor_event(Monitor *m, const char *action, char *const *extra);
int monitor_write_state(Monitor *m);
/* Ends the program when all is told. */
void monitor_try_exit(Monitor *m);

/* Sends a signal that a user asked for to the main command; SIGKILL ends the container. */
int monitor_signal(Monitor *m, int sig);
int monitor_stop_signal(const Monitor *m);
