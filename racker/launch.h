/*
 * launch: creates a container, starts it and stays with it until it ends.
 */
#pragma once

#include "racker/engine.h"

typedef struct Launch {
	const ContainerCreate *create;
	bool detach; /* print the ID and return */
	bool sig_proxy;
	const char *help; /* whose --help errors point to: "racker run" */
	const char *detach_keys; /* NULL: those of the configuration */
	const char *cidfile; /* gets the ID; must not exist yet; may be NULL */
} Launch;

/* Creates the container, and the file with its ID. */
int launch_create(Engine *e, const Launch *l, char **ret_id, Error **err);

/* The exit status: the command's, 126 and 127 where it cannot be run (the error is shown then), or
 * -errno with *err. */
int launch(const Cli *cli, const Launch *l, Error **err);

/* Docker's refusal when a terminal is asked for and stdin is none. */
int check_stdin_tty(bool stdin_open, bool tty, Error **err);
