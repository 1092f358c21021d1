/*
 * order: services in the order of their dependencies.
 */
#pragma once

#include "compose/model.h"

/* The services, each behind those that it depends on. The caller frees the array, which has
 * p->n_services members. -ELOOP: `dependency cycle detected: a -> b -> a`. */
int project_order(const Project *p, const Service ***ret, Error **err);
/* The number of a service in p->services, or n_services. */
size_t project_index(const Project *p, const char *service);
