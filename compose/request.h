/*
 * request: the container that a service describes, as a request to create it (container.h).
 */
#pragma once

#include "compose/engine.h"

typedef struct RequestOptions {
	int64_t number; /* of the container in its service */
	const char *name; /* of the container */
	const Container *inherit; /* its anonymous volumes are taken over; may be NULL */
	const char *replaces; /* name of the container that it takes the place of; may be NULL */
	const char *image_id; /* for a label and for what the image's volumes are; may be NULL */
	bool oneoff;
	const char *slug; /* of a one-off */
	bool no_aliases; /* the service's names are not its own */
	bool no_ports;
} RequestOptions;

/* `ret` is initialised here; strings of it that are const belong to the service. Containers that
 * the service refers to must be there. */
int compose_request(Compose *c, const Service *s, const RequestOptions *o, ContainerCreate *ret,
		    Error **err);
void compose_request_clear(ContainerCreate *req);
#define cleanup_request cleanup(compose_request_clear)

/* A copy; NULL where there is nothing in it, because an empty list can mean something else. */
char **request_list(char *const *v);

/* ---- parts of it ---- */

/* request-host.c: HostConfig but for files and networks. */
int request_host(Compose *c, const Service *s, HostConfig *host, Error **err);
/* request-limits.c */
void request_limits(const Service *s, HostConfig *host);
/* request-mounts.c */
int request_mounts(Compose *c, const Service *s, const RequestOptions *o, ContainerCreate *req,
		   Error **err);
/* request-network.c */
int request_network(Compose *c, const Service *s, const RequestOptions *o, ContainerCreate *req,
		    Error **err);

/* The container that a service means in `service:X`: its first one. -ENOENT. */
int compose_reference(Compose *c, const char *service, char **ret_id, Error **err);
/* References of a service that change when other containers do: "network_mode=container:ID". */
int compose_references(Compose *c, const Service *s, char ***ret, Error **err);

/* secrets.c: writes the secrets and configs of a container that are not files of the host; *ret is
 * the file's path. */
int compose_secret_write(Compose *c, const char *container, const ProjectFile *file,
			 const ServiceFile *use, char **ret, Error **err);
/* Forgets those of a container. */
void compose_secrets_remove(Compose *c, const char *container);
