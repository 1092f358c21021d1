/*
 * init-spec: the monitor's side of the protocol with racker-init (init/protocol.h), in pieces that
 * never block, for an event loop.
 *
 * The order is: init_listen() before the container starts; when the listener is readable
 * init_accept(); when that connection is readable init_hello(); then (for a terminal
 * init_open_pty() and) init_go(); whenever it is readable again init_result().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "libcommon/error.h"
#include "libcommon/str.h"

typedef enum { INIT_MODE_MAIN, INIT_MODE_UNIT, INIT_MODE_EXEC } InitMode;

/* Everything is borrowed. */
typedef struct InitSpec {
	InitMode mode;
	char *const *argv; /* at least one */
	char *const *env;
	const char *cwd; /* NULL or "": `/` */
	bool make_cwd; /* make it when it is missing (run does, exec does not) */
	const char *user; /* USER[:GROUP], names or numbers of the image; NULL or "": root */
	char *const *groups; /* further groups (--group-add), names or numbers */
	const char *hostname; /* NULL: leave it */
	bool tty; /* stdin is a terminal that becomes the controlling one */
	bool init; /* racker-init stays as PID 1 (--init) */
	bool no_new_privs;
	bool keep_caps; /* leave the capability sets alone (booted: what the guest's PID 1 has) */
	uint64_t caps; /* bounding and, for root, effective set */
	bool seccomp; /* a BPF program goes along with init_go() */
	/* Mode main only: paths to hide and to make read-only; the size of /dev/shm in bytes (0:
	 * leave it alone, because the user bound something there); the image's own /run is seen. */
	char *const *mount_sources; /* what they are called in errors, one for each */
	char *const *mounts; /* where the mounts of init_send_mounts() go */
	char *const *mask;
	char *const *readonly;
	uint64_t shm_size;
	bool detach_run;
	bool root_readonly;
	bool sys_writable;
	bool no_shm;
	bool cgroup_ns; /* init_send_mounts() has the namespace's descriptor behind the mounts */
	char *const *devices; /* as init/protocol.h has them */
	char *const *sysctls; /* NAME=value */
	char *const *rlimits; /* as init/protocol.h has them, in every mode */
	int64_t oom_score_adj; /* in every mode */
	bool set_oom_score_adj;
	const char *domainname; /* NULL: leave it */
} InitSpec;

/* What Docker does by default, for `mask`, `readonly` and `shm_size`. */
extern char *const init_masked_paths[];
extern char *const init_readonly_paths[];
#define INIT_SHM_SIZE (UINT64_C(64) << 20)

/* A sealed memfd with the spec. -E2BIG when argv and env are beyond what execve(2) takes. */
int init_spec_memfd(const InitSpec *s, Error **err);

/* A secret for one connection, 32 hex digits. */
char *init_token(void);

/* Makes `init.sock` in the directory, replacing one that is there, connectable for every user;
 * returns the non-blocking listener. */
int init_listen(int dirfd, Error **err);
/* A connection, non-blocking; -EAGAIN when there is none. */
int init_accept(int listener);
/* A pair for enter.h: ret[0] is ours and non-blocking, ret[1] is for racker-init (`fd:N`). */
int init_socketpair(int ret[2], Error **err);

/* Reads the hello. 1: `token` matches; 0: nothing there yet; -EPROTO, -EPERM (another token),
 * -ECONNRESET: close the connection and go on waiting for the right one. */
int init_hello(int fd, const char *token);
/* The process at the other end, as we see it; -errno. */
pid_t init_peer(int fd);
/* Opens a terminal in the /dev/pts that process `pid` sees, so that its name is right inside. Both
 * ends are close-on-exec, the master is non-blocking. */
int init_open_pty_of(pid_t pid, int *ret_master, int *ret_slave, Error **err);
/* The same for the peer of an accepted connection. A socket pair's peer counts as ourselves: with
 * exec it is init_open_pty_of() and the container's leader. */
int init_open_pty(int fd, int *ret_master, int *ret_slave, Error **err);
/* Answers with stdin, stdout, stderr, the spec and (seccomp_fd >= 0) the BPF program. The
 * descriptors stay the caller's. */
int init_go(int fd, const int stdio[3], int spec_fd, int seccomp_fd, Error **err);

/* Behind init_go(), when the spec has mounts: their detached copies, at most 240. */
int init_send_mounts(int fd, const int *mounts, size_t n, Error **err);

/* 0: nothing yet. 1: end of file, the payload runs. 2: it failed: *ret_code is the exit status
 * (125, 126, 127), *ret_text says why in Docker's words. -errno: the connection broke; then the
 * process's exit status is all there is. */
int init_result(int fd, int *ret_code, char **ret_text);
