/*
 * container-store: containers as directories below RACKER_ROOT/containers, for librunner itself.
 * A directory appears complete (renamed into place) and disappears at once (renamed into tmp/),
 * both under the lock that also keeps names unique.
 */
#pragma once

#include "librunner/container.h"

/* The version of config.json and state.json. */
#define CONTAINER_FORMAT 1
#define CONTAINER_ID_LENGTH 64

bool container_id_valid(const char *id);
/* The IDs of all containers, in no order. */
int container_ids(Runtime *rt, char ***ret, Error **err);
/* Those that a directory of the root has entries for; -ENOENT without an error when there is no
 * such directory. */
int container_ids_in(Runtime *rt, const char *name, char ***ret, Error **err);
/* Reads one by its full ID, with the state checked against the kernel. -ENOENT when it is gone. */
int container_load(Runtime *rt, const char *id, Container **ret, Error **err);
/* What container_load() and container_load_brief() have in common: fills *c, which is zeroed. */
int container_read(Runtime *rt, const char *id, const JsonType *type, Container *c, Error **err);
/* Reads the state and corrects it where it is stale. */
int container_state_load(Runtime *rt, const char *id, ContainerState *ret, Error **err);
/* Writes config.json and state.json into `dir`, relative to the store. */
int container_write(Runtime *rt, const char *dir, const Container *c, Error **err);
/* Takes the lock that container names, creation and removal need. */
int containers_lock(Runtime *rt, Error **err);
/* Held from before a monitor is started until other commands can see that it is there: who has it
 * knows that the container is not about to start. Waits. -ENOENT when it is gone. */
int container_start_lock(Runtime *rt, const char *id, Error **err);
/* Ends what a dead monitor left running. */
void container_remains_remove(Runtime *rt, const ContainerState *state, const char *id);
/* Removes directory and run-time files of a container that does not run. */
int container_discard(Runtime *rt, const char *id, Error **err);

/* What can be told of one whose files cannot be read, and why; NULL when it is gone. */
Container *container_load_broken(Runtime *rt, const char *id, const Error *why);
/* The container of that name when it is a broken one; NULL otherwise. */
Container *container_find_broken(Runtime *rt, const char *name);
/* Starts those of them that their policy wants, whose monitors have died. Waits for a while until
 * they run. */
void containers_revive(Runtime *rt, char *const *ids);
/* Starts a monitor and does not wait; the descriptor becomes readable when the container runs, or
 * does not. */
int container_start_begin(Runtime *rt, const char *id, Error **err);

/* Makes the container's run-time directory (0700) and opens it. */
int container_rundir_open(Runtime *rt, const char *id, Error **err);
/* Removes it, and with the last one the root's own. */
void container_rundir_remove(Runtime *rt, const char *id);
