/*
 * container-state: state.json, and whether to believe it. The monitor writes what it did; the
 * kernel says whether monitor and leader still live. A process is named by pid and start time,
 * because pids are used again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "librunner/container.h"

/* The start time of a process in clock ticks since boot (field 22 of /proc/PID/stat); 0 when there
 * is none or it is a zombie. */
int64_t process_start_time(int64_t pid);
/* Whether that very process still runs. */
bool process_alive(int64_t pid, int64_t start);
/* The kernel's boot ID. */
char *kernel_boot_id(void);
/* Now, as Docker writes times: RFC 3339 in UTC with nanoseconds. */
char *timestamp_now(void);
/* Docker's zero time, for what has not happened. */
#define TIMESTAMP_ZERO "0001-01-01T00:00:00Z"

/* The container's directory relative to the store's descriptor: containers/ID. Caller frees. */
char *container_dir(const char *id);

/* Where the container's run-time files are (sockets, what is bound into the guest): a directory
 * that container removal deletes. Short enough for a socket's 107 characters. Caller frees. */
char *container_rundir(const Runtime *rt, const char *id);

/* Reads state.json as the monitor wrote it, into a struct that the caller zeroed. */
int container_state_read(Runtime *rt, const char *id, ContainerState *ret, Error **err);
/* Writes state.json atomically. */
int container_state_write(Runtime *rt, const char *id, const ContainerState *state, Error **err);

/* Whether the state claims a life that the kernel contradicts: the monitor is gone, or another
 * kernel ran it. Read the state again before believing this: a monitor writes the end before it
 * ends. */
bool container_state_is_stale(const ContainerState *state);
/* Whether the running kernel wrote it: only then do its pids mean anything. */
bool container_state_this_boot(const ContainerState *state);
/* Makes a stale state say what is known: it has ended, with status 137 and a reason. */
void container_state_bury(ContainerState *state);
/* Whether a status says that something runs: "running", "paused", "restarting". */
bool container_status_is_alive(const char *status);
bool container_is_running(const Container *c);

/* Ends what a dead monitor left: kills its leader, writes the corrected state, removes `--rm`
 * containers and run-time files. */
int container_collect(Runtime *rt, Error **err);
