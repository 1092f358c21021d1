/* spec: racker-init's side of the spec (protocol.h). Strings point into the document. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { MODE_MAIN, MODE_UNIT, MODE_EXEC } Mode;

typedef struct Spec {
	Mode mode;
	/* NULL-terminated, never NULL */
	char **argv, **env, **groups, **mounts, **mask, **readonly, **devices, **sysctls, **rlimits,
		**mount_sources;
	size_t n_argv, n_env, n_groups, n_mounts, n_mask, n_readonly, n_devices, n_sysctls,
		n_rlimits, n_mount_sources;
	char *cwd, *user, *hostname, *domainname, *oom_score_adj; /* may be NULL */
	bool make_cwd, tty, init, no_new_privs, seccomp, detach_run, limit_caps;
	bool root_readonly, sys_writable, no_shm, cgroup_ns;
	uint64_t caps, shm_size;
} Spec;

/* Reads a document of `n` bytes, which must live as long as the spec. NULL, or what is wrong. */
const char *spec_parse(char *data, size_t n, Spec *ret);
void spec_clear(Spec *s);
