/*
 * hooks: commands that a service wants run in its containers: `post_start`, `pre_stop`, and
 * `x-racker.provision`, which is run once in each container, when it runs for the first time.
 */
#pragma once

#include "compose/engine.h"

/* `fresh`: the container has never run before. -EIO: one has failed. */
int hooks_post_start(Worker *w, const Service *s, const Container *c, bool fresh, Error **err);
/* A failure is told, and keeps nothing from being stopped. `s` may be NULL. */
void hooks_pre_stop(Worker *w, const Service *s, const Container *c);
