/*
 * inside-check: what HostConfig may say about the inside of a container: what contradicts itself,
 * and what cannot be in a booted one.
 */
#pragma once

#include "librunner/container-config.h"

/* What can be told before the image is known. Errors are those of Docker's engine and of runc. */
int inside_check(const ContainerConfig *config, const HostConfig *host, Error **err);
/* What only a booted container has. */
int inside_check_plain(const Container *c, Error **err);
/* What a booted container cannot have, with the reason. */
int inside_check_boot(const Container *c, Error **err);
