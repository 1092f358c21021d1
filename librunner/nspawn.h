/*
 * nspawn: the systemd-nspawn command line and environment of a container, as a pure function of its
 * description, so that tests can compare them word for word.
 *
 * Everything in a spec is borrowed. The caller opens the mount namespace, mounts the root, joins
 * cgroups and starts the program (spawn.h) with what these functions return; systemd-nspawn's
 * stdout and stderr are its diagnostics, and with `boot` also the guest's console.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/error.h"

typedef struct NspawnBind {
	const char *source; /* absolute, on the host */
	const char *target; /* absolute, in the container; made when missing */
	bool readonly;
} NspawnBind;

typedef struct NspawnSpec {
	const char *directory; /* the container's root */
	const char *machine; /* a name made by nspawn_machine_name() */
	const char *hostname; /* NULL: the machine's name */
	const char *uuid; /* the machine ID, 32 hex digits; NULL: random */
	bool boot; /* the guest's init; otherwise `command` */
	/* Booted: where READY=1 and X_NSPAWN_LEADER_PID= go, an AF_UNIX datagram socket. Not
	 * booted: may be NULL. */
	const char *notify_socket;
	/* The guest gets cgroup v2 whatever the host has; else what the host has and it can use. */
	bool unified;
	bool private_network; /* a network namespace of its own, with lo alone */
	bool joined_network; /* systemd-nspawn is started in the container's network namespace */
	bool registered; /* with systemd-machined, in a scope of its own; else in our cgroup */
	const char *stop_signal; /* booted: what systemd-nspawn sends to PID 1 when it gets SIGTERM;
				  * NULL: SIGRTMIN+4 */
	/* Not booted: argv of PID 1; with `as_pid2` systemd-nspawn keeps PID 1 for itself. */
	char *const *command;
	bool as_pid2;
	/* Capabilities that are left beyond systemd-nspawn's default, and (booted) taken from it;
	 * 64-bit masks. */
	uint64_t caps, caps_dropped;
	bool no_new_privs;
	bool unconfined; /* booted: without systemd-nspawn's system-call filter */
	bool readonly; /* booted: the root, but not what is mounted in it */
	bool sys_writable; /* booted: /sys and /proc/sys may be written */
	char *const *rlimits; /* "NOFILE=100:200" */
	int64_t oom_score_adj; /* 0: leave it */
	/* Namespaces that the host's are used instead of; pid and uts not when booted. */
	bool host_pid, host_ipc, host_uts;
	const NspawnBind *binds;
	size_t n_binds;
	char *const
		*env; /* NAME=value of the payload (booted: of the guest's PID 1); may be NULL */
} NspawnSpec;

/* The caller frees it with strv_free(). */
char **nspawn_argv(const NspawnSpec *s);
/* The whole environment of systemd-nspawn. */
char **nspawn_env(const NspawnSpec *s);

/* What systemd-nspawn takes for the name of a host or of a machine. */
bool nspawn_hostname_valid(const char *name);
/* A machine name for a container: its name where systemd accepts that (host name characters, no
 * leading or trailing `.` or `-`, at most 64), else what is left of it, `-` and the short ID. */
char *nspawn_machine_name(const char *container_name, const char *id);

/* The machine ID of a container, 32 hex digits: the front of its ID, as an RFC 4122 version 4 UUID.
 */
char *nspawn_uuid(const char *id);

/* The exit status of a payload that was not booted, from systemd-nspawn's own (0-255) and the text
 * of its diagnostics: it ends with 1 when the payload was killed by a signal and names that in its
 * last words. 128+n then. Needed where the kernel does not tell by pidfd (before 6.15). */
int nspawn_payload_status(int status, const char *diagnostics);

/* Removes the empty directories below /run/systemd/nspawn that a systemd-nspawn leaves when it is
 * killed. */
void nspawn_forget(const char *machine);
