/*
 * runtime: an open RACKER_ROOT with its containers, and where things live at run time.
 *
 * Run-time files (sockets, what is bound into guests) are below /run/racker for the default root
 * and below /run/racker/roots/HASH for others, so that roots do not see each other.
 */
#pragma once

#include "libcommon/error.h"
#include "libimage/image.h"

typedef struct Runtime {
	Store *store;
	char *root; /* RACKER_ROOT */
	char *rundir; /* where this root's run-time files are */
	char *config_dir; /* docker's configuration, for pulls; may be NULL */
	bool debug;
	/* One line that the user must see (a fallback, "provisioning …"); may be NULL. */
	void (*notice)(const char *line, void *userdata);
	/* Progress of a pull; may be NULL. */
	void (*progress)(const json_t *message, void *userdata);
	void *userdata;
} Runtime;

/* runtime_open() also ends what dead monitors left, and starts again what is to run; a monitor
 * leaves that to commands. */
int runtime_open_monitor(const char *root, Runtime **ret, Error **err);
int runtime_open(const char *root, Runtime **ret, Error **err);
Runtime *runtime_free(Runtime *rt);
DEFINE_CLEANUP(Runtime, runtime_free)
#define cleanup_runtime cleanup(runtime_freep)
