/*
 * mounts: makes of the tree that systemd-nspawn leaves to a plain container's PID 1 the one that
 * Docker's payloads see. Failures that would leave something open end the program.
 */
#pragma once

#include "librunner/init/spec.h"

void mounts_finish(const Spec *spec);
/* The last change of the root has been made. */
void mounts_seal(const Spec *spec);
