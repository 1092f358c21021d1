/*
 * run-flags: the flags of `run` and `create`, and the request that they make. Compose and
 * configuration fragments share them.
 *
 * Use: run_flags_init(), flags_parse() with run_flags[] or create_flags, run_flags_complete(); then
 * `create` is the request. run_flags_clear() and flags_clear() free everything.
 */
#pragma once

#include "libcommon/cli/flags.h"
#include "librunner/container.h"

typedef struct RunFlags {
	ContainerCreate create; /* filled by flags, completed by run_flags_complete() */
	/* The folder of relative paths, while a fragment is read; NULL: the working directory. */
	const char *base;
	char *name, *platform, *pull, *boot, *entrypoint, *restart;
	bool quiet, rootfs, no_healthcheck, no_content_trust;
	char **attach; /* "stdin", "stdout", "stderr" */
	char **env, **env_files, **labels, **label_files, **networks, **volumes, **devices;
	char **publish, **expose, **links;
	char **attachments; /* values of --network, folded */
	char *ip, *ip6, *mac_address; /* of the first network, as what follows */
	char **aliases, **link_local_ips;
	char **log_opts, **security_opts, **tmpfs;
	Healthcheck health;
	char *health_cmd;
	char **config_files;
	/* the front-end's own */
	bool detach, sig_proxy;
	char *cidfile, *detach_keys;
} RunFlags;

/* Of `run`; `create` has the same but those in front, which are about staying with it. */
extern const Flag run_flags[];
#define RUN_ONLY_FLAGS 3
#define create_flags (run_flags + RUN_ONLY_FLAGS)

/* The struct's defaults, and what flags_clear() does not know of; both fit struct Command. */
void run_flags_init(void *flags);
void run_flags_clear(void *flags);

/* Takes what flags have collected so far (files of variables before variables) into the request, so
 * that flags which are parsed afterwards count for more. */
int run_flags_fold(RunFlags *f, Error **err);

/* Folds, and checks what Docker's client checks. `operands` are IMAGE [COMMAND [ARG…]]; with
 * --rootfs a directory stands for IMAGE. The strings of `create` that are const belong to `f`. */
int run_flags_complete(RunFlags *f, char *const *operands, Error **err);
