/*
 * seccomp-bpf: writes a filter as BPF (seccomp(2), struct sock_filter): for each architecture a
 * binary tree over ranges of system call numbers. libseccomp's own compiler takes some 15 ms, a
 * fifth of a container's start; this one a tenth of a millisecond.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "libcommon/str.h"

typedef enum {
	SECCOMP_REFUSE, /* EPERM */
	SECCOMP_ALLOW,
	SECCOMP_UNKNOWN, /* ENOSYS */
	SECCOMP_CHECK_SOCKET, /* every address family but AF_VSOCK */
	SECCOMP_CHECK_PERSONALITY, /* those of seccomp_personalities[] */
	SECCOMP_CHECK_CLONE, /* no new namespace */
} SeccompAction;

typedef struct SeccompCall {
	uint32_t nr;
	SeccompAction action;
} SeccompCall;

/* The calls of one architecture (AUDIT_ARCH_…), in any order, each number once. */
typedef struct SeccompArch {
	uint32_t arch;
	SeccompCall *calls;
	size_t n;
} SeccompArch;

/* What is not named is refused, and unknown where it is younger than everything that is named.
 * Other architectures kill the thread. Numbers with the x32 bit are an architecture's second set.
 */
#define SECCOMP_X32_BIT 0x40000000u
void seccomp_bpf_write(Strbuf *b, const SeccompArch *archs, size_t n);
