/*
 * guest-kernel: what is set in the kernel for a booted container before its services start:
 * sysctls and the domain name, from outside, by a child that has joined its namespaces.
 */
#pragma once

#include "librunner/monitor/monitor.h"

/* The leader is known. */
int guest_kernel_set(Monitor *m, Error **err);
