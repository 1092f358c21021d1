/* model-internal: what the files of model.h share. */
#pragma once

#include "compose/load.h"
#include "compose/model.h"
#include "compose/place.h"

/* Sorts a vector of pointers or structs whose first member is their name. */
int model_compare_names(const void *a, const void *b);

/* env_file and label_file of the enabled services into environment and labels; those that have
 * been read already are left alone. Without `environment` only the labels. */
int model_resolve_files(Project *project, bool environment, Error **err);
/* Checks of Compose that concern several keys or services. */
int model_check(const Project *project, Error **err);
/* Moves the services that no active profile enables to the disabled ones, and back. */
void model_apply_profiles(Project *project);

/* `dependency cycle detected: a -> b -> a` */
int model_check_cycle(const Project *project, Error **err);
