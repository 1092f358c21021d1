/*
 * cgroup: a cgroup of its own for every container, in each hierarchy that is mounted (v1, hybrid,
 * v2), because two systemd-nspawn processes started from one cgroup would share their payloads'.
 *
 * The cgroup is OURS/racker/<id>, below the cgroup that this process is in, so that limits set on
 * us hold for the container (on v2, where processes in it keep it from handing controllers on,
 * beside it: below the nearest group around it that can); where the monitor is a service
 * (placement.h), below that unit's, which systemd has delegated. Its places are kept in the
 * container's directory, so that any process can kill what is in there and remove it.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "libcommon/error.h"

typedef struct Cgroup Cgroup;

/* Makes the cgroup everywhere, with Docker's list of devices (cgroup-devices.h), and the file
 * `cgroup` in the container's directory. */
int cgroup_create(int container_dirfd, const char *id, Cgroup **ret, Error **err);
/* Reads that file; -ENOENT when the container never had a cgroup. */
int cgroup_open(int container_dirfd, Cgroup **ret, Error **err);
Cgroup *cgroup_free(Cgroup *cg);
DEFINE_CLEANUP(Cgroup, cgroup_free)
#define cleanup_cgroup cleanup(cgroup_freep)

/* Its directory in each hierarchy. */
char *const *cgroup_dirs(const Cgroup *cg);

/* Moves the calling process. Safe between fork and exec: fits Spawn's `setup` with the Cgroup as
 * userdata. 0 or -errno. */
int cgroup_enter(void *cgroup);
/* fork(2), with the child where `pid` is, in every hierarchy (exec into a running container). In
 * the child *ret is 0 or a negative errno. */
pid_t cgroup_fork_of(pid_t pid, int *ret);

/* Freezes or thaws everything in it, and returns when that is so: nothing of it runs, files and
 * memory stay as they are. -ENOTSUP without a freezer, -ETIMEDOUT (and it is thawed) when a process
 * does not stop. Freezing what is frozen is fine. */
int cgroup_freeze(const Cgroup *cg, bool frozen, Error **err);
/* Thaws it without waiting, on the way to its end. */
void cgroup_thaw_at_once(const Cgroup *cg);
/* All processes in it and below it, in ascending order, systemd-nspawn's own included. The caller
 * frees the list, which is NULL when there is none. */
int cgroup_processes(const Cgroup *cg, pid_t **ret, size_t *ret_n, Error **err);

/* Sends SIGKILL to everything in it and below it, and thaws it; returns how many were seen, or
 * -errno. */
int cgroup_kill(const Cgroup *cg);
/* 1 when no process is left in it, 0 when there is one. */
int cgroup_empty(const Cgroup *cg);
/* Removes it with everything below, and the parent `racker` when it is empty. Waits up to two
 * seconds for processes that are dying, then -EBUSY. What is gone already is fine. */
int cgroup_remove(const Cgroup *cg, Error **err);
