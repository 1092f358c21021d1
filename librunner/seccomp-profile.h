/*
 * seccomp-profile: seccomp profiles in Docker's JSON format (moby, profiles/seccomp), as people
 * give them to `--security-opt seccomp=FILE`. Reading needs no libseccomp, so that a wrong profile
 * is refused when the container is created.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/json.h"

typedef struct SeccompArg {
	int64_t index, value, value_two;
	char *op; /* "SCMP_CMP_EQ" … */
} SeccompArg;

typedef struct SeccompFilter {
	char **caps, **arches;
	char *min_kernel;
} SeccompFilter;

typedef struct SeccompRule {
	char *name, **names;
	char *action;
	int64_t errno_ret; /* -1: EPERM */
	SeccompArg *args;
	size_t n_args;
	SeccompFilter includes, excludes;
} SeccompRule;

typedef struct SeccompArchMap {
	char *arch, **sub;
} SeccompArchMap;

typedef struct SeccompProfile {
	char *default_action;
	int64_t default_errno;
	char **architectures, **flags;
	SeccompArchMap *arch_map;
	size_t n_arch_map;
	SeccompRule *rules;
	size_t n_rules;
	char *listener_path;
} SeccompProfile;

/* Errors are those of Docker and runc. */
int seccomp_profile_parse(const char *json, SeccompProfile *ret, Error **err);
void seccomp_profile_clear(SeccompProfile *p);
#define cleanup_seccomp_profile cleanup(seccomp_profile_clear)

/* Whether a rule counts for a container with these capabilities, on this machine (`arch` in Go's
 * words, `release` as uname(2) has it). */
bool seccomp_rule_applies(const SeccompRule *rule, uint64_t caps, const char *arch,
			  const char *release);
