/*
 * containers: the containers of a project, found by their labels.
 */
#pragma once

#include "librunner/container.h"

typedef struct ProjectContainers {
	Container **list; /* by service and number, then by name */
	size_t n;
} ProjectContainers;

typedef enum {
	CONTAINERS_SERVICES = 1 << 0, /* those of services */
	CONTAINERS_ONEOFF = 1 << 1, /* those of `run` */
	CONTAINERS_RUNNING = 1 << 2, /* only those that run */
	CONTAINERS_ALL = CONTAINERS_SERVICES | CONTAINERS_ONEOFF,
} ContainersFlags;

/* `project` NULL: of all projects. */
int project_containers(Runtime *rt, const char *project, unsigned flags, ProjectContainers *ret,
		       Error **err);
void project_containers_clear(ProjectContainers *c);
#define cleanup_project_containers cleanup(project_containers_clear)

/* The value of a label, "" where there is none. */
const char *container_label(const Container *c, const char *label);
bool container_of_service(const Container *c, const char *service);
bool container_is_oneoff(const Container *c);
/* Its number in the service, from 1 on; 0 where there is none. */
int64_t container_number(const Container *c);

/* The container `index` of a service (0: the first one), one-off containers aside. -ENOENT:
 * `service "x" is not running`, with the index where one was given. */
int project_container_find(Runtime *rt, const char *project, const char *service, int64_t index,
			   unsigned flags, Container **ret, Error **err);

/* "Container p-web-1", as progress calls it; the caller frees it. */
char *container_title(const Container *c);
