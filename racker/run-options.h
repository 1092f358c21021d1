/*
 * run-options: the flags of `run`, and what they ask for.
 */
#pragma once

#include "racker/launch.h"

typedef struct RunOptions {
	bool detach, init, interactive, quiet, rm, sig_proxy, tty;
	char *boot, *cidfile, *entrypoint, *hostname, *name, *platform, *pull, *stop_signal, *user,
		*workdir;
	int64_t stop_timeout;
	char **env, **env_files, **labels, **label_files, **networks, **volumes;
} RunOptions;

extern const Flag run_flags[];
void run_defaults(void *options);
void run_clear(void *options);

/* Fills a request; `operands` are IMAGE [COMMAND [ARG…]]. What it allocates, run_request_clear()
 * frees; the strings of `o` and `operands` are borrowed. */
int run_request(const Cli *cli, const RunOptions *o, char **operands, Launch *ret, Error **err);
void run_request_clear(Launch *l);
