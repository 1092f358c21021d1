/*
 * oneoff: containers of `compose run`: of a service, but not one of its own.
 */
#pragma once

#include "compose/engine.h"

typedef struct OneoffOptions {
	const char *name; /* NULL: PROJECT-SERVICE-run-… */
	char *const *publish; /* -p */
	char *const *volumes; /* -v */
	bool service_ports; /* the service's ports are published */
	bool use_aliases; /* it has the service's names */
	bool remove; /* when it ends */
} OneoffOptions;

int compose_oneoff_create(Compose *c, const Service *s, const OneoffOptions *o, char **ret_id,
			  Error **err);
