/* seccomp-compile: a user's seccomp profile as BPF, by libseccomp. */
#pragma once

#include <stdint.h>

#include "libcommon/error.h"

/* A sealed memfd as seccomp_profile_memfd() makes it, of a profile in Docker's JSON format. 0
 * without a descriptor (*ret_fd is -1) when the profile is empty, which means no filter. */
int seccomp_compile_memfd(const char *json, uint64_t caps, int *ret_fd, Error **err);
