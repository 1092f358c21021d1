/*
 * seccomp: Docker's default profile, compiled for this machine. libseccomp knows the numbers of the
 * system calls.
 */
#pragma once

#include <stdint.h>

#include "libcommon/error.h"

/* A sealed memfd with the BPF program (struct sock_filter[]) for a payload with the capabilities
 * `caps` in its bounding set: some system calls come with a capability. */
int seccomp_profile_memfd(uint64_t caps, Error **err);
