/* discover: which files, directory, name and environment a project has; private to the loader. */
#pragma once

#include "compose/load.h"

typedef struct ComposeSite {
	char **files; /* absolute, or `-`; may be none */
	char *dir; /* of the project, absolute */
	char **env_files; /* as asked for, absolute */
	char **environment;
	char **profiles;
} ComposeSite;

int compose_discover(const ComposeOptions *options, ComposeSite *ret, Error **err);
void compose_site_clear(ComposeSite *s);
#define cleanup_compose_site cleanup(compose_site_clear)

/* -EINVAL with compose's words for a name that is not in its normal form. */
int compose_check_name(const char *name, Error **err);
