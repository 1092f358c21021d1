/*
 * registries: how registries are reached: the `registries:` section of config.yaml (/etc/racker, or
 * $RACKER_CONFIG) and the endpoints that follow from it for one registry.
 *
 *	registries:
 *	  docker.io:
 *	    mirrors: [https://mirror.example, http://localhost:5000/prefix]
 *	  registry.example:5000:
 *	    insecure: true          # plain http, or TLS that nobody vouches for
 *	    ca: /etc/ssl/private-ca.pem
 *
 * Plain http is used for loopback hosts, for `insecure` ones and for mirrors written as http://
 *only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "libcommon/error.h"

typedef struct RegistryConfig {
	char *name;
	char **mirrors; /* URLs, tried in order before the registry itself */
	bool insecure;
	char *ca; /* PEM file of further authorities, or NULL */
} RegistryConfig;

typedef struct Registries {
	RegistryConfig *items;
	size_t n;
} Registries;

/* Reads config.yaml; none is an empty configuration. */
int registries_load(Registries **ret, Error **err);
/* The same from text; `path` names it in errors. */
int registries_parse(const char *text, size_t n, const char *path, Registries **ret, Error **err);
Registries *registries_free(Registries *r);
DEFINE_CLEANUP(Registries, registries_free)
#define cleanup_registries cleanup(registries_freep)

/* One place that serves a registry's images. */
typedef struct Endpoint {
	char *scheme; /* "https" or "http"; NULL: https where it answers, else http */
	char *host; /* with its port: "registry-1.docker.io", "[::1]:5000" */
	char *prefix; /* put before the repository's name: "" or "prefix/" */
	char *account; /* whose credentials: "docker.io", or a mirror's host */
	bool mirror;
	bool plain; /* http is allowed */
	bool insecure; /* certificates are not verified */
	char *ca;
} Endpoint;

/* The endpoints of a registry in the order to be tried: mirrors, then itself. */
void registries_endpoints(const Registries *r, const char *registry, Endpoint **ret, size_t *ret_n);
void endpoints_free(Endpoint *e, size_t n);

/* localhost, 127.0.0.0/8 and [::1], with or without a port. */
bool host_is_local(const char *host);
