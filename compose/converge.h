/*
 * converge: what has to be done so that a project's containers are as its files want them.
 */
#pragma once

#include "compose/engine.h"

typedef enum {
	PLAN_KEEP,
	PLAN_CREATE,
	PLAN_RECREATE,
	PLAN_REMOVE, /* there are more than are wanted */
} PlanKind;

/* One container. */
typedef struct Plan {
	PlanKind kind;
	Compose *compose;
	const CreateOptions *options;
	const Service *service;
	const Container *container; /* that is there; NULL for PLAN_CREATE */
	int64_t number;
	size_t item; /* of the Work */
} Plan;

typedef struct Plans {
	Plan **list; /* places that stay the same */
	size_t n, cap;
} Plans;
void plans_clear(Plans *plans);
#define cleanup_plans cleanup(plans_clear)

/* Makes the plan of one service. *ret_recreated: a container of it is replaced, so those of the
 * services that depend on it are, too. */
int plan_service(Compose *c, const CreateOptions *o, const Service *s,
		 const ProjectContainers *containers, bool force, Plans *plans, bool *ret_recreated,
		 Error **err);

/* Does one of them (work.h). */
int plan_act(Worker *w, const void *data, Error **err);

/* Stops and removes a container, telling both. */
int container_end(Worker *w, const Compose *c, const Container *container, int64_t timeout,
		  bool volumes, Error **err);
