/*
 * container-index: finds containers without reading all of them.
 *
 * names/NAME is a symbolic link to the ID of the container of that name. It is a hint: whoever
 * follows it checks the container's own name, so that a link which is missing or wrong after a
 * crash costs time and is never a wrong answer.
 *
 * live/ID exists for every container whose state says that something runs (and perhaps for some
 * that have ended): it is made before the state says so and goes after the state says otherwise.
 */
#pragma once

#include "librunner/runtime.h"

/* The ID that a name leads to; -ENOENT. Caller frees. */
int index_name_find(Runtime *rt, const char *name, char **ret_id);
/* The name that leads to an ID, where its own file does not tell; NULL. Caller frees. */
char *index_name_of(Runtime *rt, const char *id);
/* Notes a name, also when another container had it. */
void index_name_add(Runtime *rt, const char *name, const char *id);
/* Forgets it where it leads to this container. */
void index_name_remove(Runtime *rt, const char *name, const char *id);

int index_live_add(Runtime *rt, const char *id, Error **err);
void index_live_remove(Runtime *rt, const char *id);
/* The IDs below live/. Makes the index of a root that has none. */
int index_live_ids(Runtime *rt, char ***ret, Error **err);
