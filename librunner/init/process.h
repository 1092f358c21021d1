/*
 * process: turns racker-init into the payload's process: streams, terminal, user, capabilities,
 * seccomp, environment. Every function ends the program when it cannot do its part.
 */
#pragma once

#include "librunner/init/channel.h"
#include "librunner/init/identity.h"
#include "librunner/init/spec.h"

/* Makes the working directory as root would, with its parents. */
void process_make_cwd(const Spec *spec);
/* Puts the streams in place, gives them to the payload's user, takes the terminal. */
void process_take_streams(const Spec *spec, const Go *go, const Identity *id);
/* Gives up what the payload may not have: capabilities, root, system calls. */
void process_confine(const Spec *spec, const Go *go, const Identity *id);
/* The payload's environment, with PATH, HOSTNAME, TERM and HOME where they are missing. */
char **process_environment(const Spec *spec, const Identity *id);
