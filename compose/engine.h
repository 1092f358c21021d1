/*
 * engine: what Compose does with a project: makes its networks, volumes and containers, changes
 * what has changed, starts and ends it all in the order of its dependencies. Each function tells
 * what it does through the sink; -ECANCELED means that the user has interrupted it.
 */
#pragma once

#include "compose/containers.h"
#include "compose/model.h"
#include "compose/work.h"

typedef struct Compose {
	Runtime *rt;
	Project *project; /* the services that are enabled */
	char **env_files; /* --env-file, for a label */
	bool dry_run; /* tells what would be done */
	int64_t parallel; /* actions at once; -1: any number */
	WorkSink sink;
} Compose;

/* ---- recreating ---- */

typedef enum {
	RECREATE_DIVERGED, /* what has changed */
	RECREATE_FORCE,
	RECREATE_NEVER,
} RecreatePolicy;

typedef struct CreateOptions {
	char *const *services; /* those that were named; NULL: all */
	const char *except; /* the containers of this service are left alone; may be NULL */
	RecreatePolicy recreate, recreate_deps; /* for the named ones, for what they depend on */
	bool renew_anon_volumes;
	bool remove_orphans, ignore_orphans;
	bool quiet_pull;
	const char *pull; /* "always", "missing", "never", NULL: the services' own */
	int64_t timeout; /* seconds to stop what is replaced; -1: the container's own */
} CreateOptions;

/* Images, networks, volumes, containers. */
int compose_create(Compose *c, const CreateOptions *o, Error **err);

typedef struct ComposeStart {
	char *const *services; /* only these; NULL: all */
	/* Of this service nothing is started: what it depends on is waited for. May be NULL. */
	const char *except;
	bool wait; /* until everything is healthy or runs */
	int64_t wait_timeout; /* seconds; 0: no limit */
} ComposeStart;

/* In dependency order; conditions are waited for. */
int compose_start(Compose *c, const ComposeStart *o, Error **err);

/* ---- ending ---- */

typedef enum {
	ACT_STOP,
	ACT_KILL,
	ACT_PAUSE,
	ACT_UNPAUSE,
	ACT_RESTART,
	ACT_REMOVE,
} ActKind;

typedef struct ActOptions {
	ActKind kind;
	char *const *services; /* NULL: all */
	int64_t timeout; /* stop, restart: seconds; -1: the container's own */
	const char *signal; /* kill */
	bool volumes; /* remove: anonymous ones, too */
	bool remove_orphans; /* kill: of services that are not in the files, too */
} ActOptions;

/* Does one thing to the containers of services, in the order that it is done. */
int compose_act(Compose *c, const ActOptions *o, const ProjectContainers *containers, Error **err);

typedef struct DownOptions {
	char *const *services; /* only these; NULL: all, and the networks */
	bool remove_orphans, volumes;
	const char *images; /* "local", "all", NULL */
	int64_t timeout;
} DownOptions;

/* *ret_nothing: there was nothing to remove. */
int compose_down(Compose *c, const DownOptions *o, bool *ret_nothing, Error **err);

/* ---- parts of it ---- */

/* Fills an empty project with what the labels of its containers tell: services, what they depend
 * on. */
void project_from_containers(Project *p, const char *name, const ProjectContainers *containers);

/* The name of a service's container: "p-web-1", or container_name. The caller frees it. */
char *compose_container_name(const Project *p, const Service *s, int64_t number);

/* The hash that tells whether a service has changed; the caller frees it. `resolved` are the
 * references to other containers that were put in. */
char *compose_service_hash(const Service *s, char *const *resolved);

/* Whether it is of a service that is not in the files. */
bool container_is_orphan(const Compose *c, const Container *container);

/* Pulls what is missing, or what policies say. `policy` as in CreateOptions. -EREMOTEIO and others:
 * a pull has failed. */
int compose_images_ensure(Compose *c, const char *policy, bool quiet, Error **err);

typedef struct PullChoice {
	const char *policy; /* "always", "missing" */
	bool quiet, ignore_failures;
	bool explain; /* tells what is not pulled, and why */
} PullChoice;
/* `pull`: the images of all services. */
int compose_pull(Compose *c, const PullChoice *choice, Error **err);

/* Building is another command's work, which there is none of yet: -ENOTSUP in one clear line. */
int compose_build_refused(const Service *s, Error **err);
