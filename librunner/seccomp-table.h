/*
 * seccomp-table: Docker's default seccomp profile (moby, profiles/seccomp/default.json) as data.
 * Names that this machine's libseccomp or architecture does not know are left out when it is
 * compiled.
 */
#pragma once

#include <stdint.h>

/* System calls, separated by blanks. */
extern const char seccomp_always[];

typedef struct SeccompCapRow {
	int cap;
	const char *calls; /* allowed to who has the capability */
} SeccompCapRow;
extern const SeccompCapRow seccomp_by_cap[]; /* ended by a row without calls */

/* Allowed with one of these first arguments only. */
extern const uint64_t seccomp_personalities[];
extern const unsigned seccomp_n_personalities;

/* Flags of clone(2) that make namespaces: refused without CAP_SYS_ADMIN. */
#define SECCOMP_CLONE_NAMESPACES UINT64_C(0x7e020000)
