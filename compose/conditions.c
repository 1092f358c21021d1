#include "compose/conditions.h"

#include "compose/resources.h"
#include "libcommon/alloc.h"
#include "libcommon/loop.h"
#include "libcommon/str.h"
#include "librunner/container-store.h"

/* How often states are read: a small file each. */
#define POLL_USEC 20000

typedef enum { OUTCOME_WAITING, OUTCOME_TRUE, OUTCOME_FALSE } Outcome;

/* One condition, with the containers that it is about. */
typedef struct Wait {
	const Condition *condition;
	const Container **list;
	size_t n;
	Outcome outcome;
	char *reason; /* why it is false */
	const char *word; /* what is told of the containers when it is true */
} Wait;

/* ---- one container ---- */

static bool has_check(const Container *c, const ContainerState *state)
{
	const Healthcheck *check = c->config.healthcheck;
	bool none = check && check->test && *check->test && streq(*check->test, "NONE");

	return state->health && !streq_null(state->health->status, "none") && !none;
}

static Outcome health_outcome(Wait *w, const Container *c, const ContainerState *state)
{
	const char *status = state->health->status;

	if (streq_null(status, "healthy"))
		return OUTCOME_TRUE;
	if (!streq_null(status, "unhealthy"))
		return OUTCOME_WAITING;
	w->reason = xasprintf("container %s is unhealthy", c->name);
	return OUTCOME_FALSE;
}

static Outcome outcome_healthy(Wait *w, const Container *c, const ContainerState *state,
			       bool or_running)
{
	w->word = "Healthy";
	if (streq(state->status, "exited") || streq(state->status, "dead")) {
		w->reason = xasprintf("container %s exited (%lld)", c->name,
				      (long long)state->exit_code);
		return OUTCOME_FALSE;
	}
	if (has_check(c, state))
		return health_outcome(w, c, state);
	if (or_running || streq(state->status, "created"))
		return streq(state->status, "running") ? OUTCOME_TRUE : OUTCOME_WAITING;
	w->reason = xasprintf("container %s has no healthcheck configured", c->name);
	return OUTCOME_FALSE;
}

static Outcome outcome_completed(Wait *w, const ContainerState *state)
{
	w->word = "Exited";
	if (!streq(state->status, "exited"))
		return OUTCOME_WAITING;
	if (state->exit_code == 0)
		return OUTCOME_TRUE;
	w->reason = xasprintf("service \"%s\" didn't complete successfully: exit %lld",
			      w->condition->service, (long long)state->exit_code);
	return OUTCOME_FALSE;
}

static Outcome outcome_of(Worker *worker, Wait *w, const Container *c)
{
	ContainerState state = { 0 };
	Outcome outcome = OUTCOME_WAITING;

	if (container_state_load(worker_runtime(worker), c->id, &state, NULL) < 0) {
		w->reason = xasprintf("No such container: %s", c->name);
		return OUTCOME_FALSE;
	}
	if (streq(w->condition->condition, CONDITION_COMPLETED))
		outcome = outcome_completed(w, &state);
	else
		outcome = outcome_healthy(w, c, &state,
					  streq(w->condition->condition,
						CONDITION_RUNNING_OR_HEALTHY));
	json_clear(&container_state_type, &state);
	return outcome;
}

/* ---- one condition ---- */

static void wait_tell(Worker *worker, const Wait *w, WorkStatus status, const char *text)
{
	for (size_t i = 0; i < w->n; i++) {
		cleanup_free char *title = container_title(w->list[i]);

		worker_event(worker, status, title, "", text);
	}
}

static void tell_optional(Worker *worker, const Wait *w)
{
	const char *what = startswith(w->reason, "service ");
	cleanup_free char *text = what ? xasprintf("optional dependency %s", what)
				       : xasprintf("optional dependency \"%s\" failed to start: %s",
						   w->condition->service, w->reason);
	cleanup_free char *skipped = xasprintf("Skipped: %s", text);

	wait_tell(worker, w, WORK_WARNING, skipped);
	worker_warning(worker, text);
}

static int wait_failed(Worker *worker, const Wait *w, Error **err)
{
	bool completed = streq(w->condition->condition, CONDITION_COMPLETED);

	if (!w->condition->required) {
		tell_optional(worker, w);
		return 0;
	}
	wait_tell(worker, w, WORK_ERROR, completed ? w->reason : "Error");
	if (completed || !w->condition->dependent)
		return error_set(err, ECHILD, "%s", w->reason);
	return error_set(err, ECHILD, "dependency failed to start: %s", w->reason);
}

static int wait_look(Worker *worker, Wait *w, Error **err)
{
	Outcome all = OUTCOME_TRUE;

	for (size_t i = 0; i < w->n && all != OUTCOME_FALSE; i++) {
		Outcome one = outcome_of(worker, w, w->list[i]);

		if (one != OUTCOME_TRUE)
			all = one;
	}
	w->outcome = all;
	if (all == OUTCOME_TRUE)
		wait_tell(worker, w, WORK_DONE, w->word ? w->word : "Healthy");
	return all == OUTCOME_FALSE ? wait_failed(worker, w, err) : 0;
}

static void wait_init(Wait *w, const Condition *condition, const ProjectContainers *all)
{
	*w = (Wait){ .condition = condition, .list = xnew0(const Container *, all->n + 1) };
	for (size_t i = 0; i < all->n; i++)
		if (container_of_service(all->list[i], condition->service))
			w->list[w->n++] = all->list[i];
}

static int wait_all(Worker *worker, Wait *waits, size_t n, uint64_t deadline, Error **err)
{
	for (;;) {
		bool done = true;
		int r = 0;

		for (size_t i = 0; i < n && r >= 0; i++) {
			if (waits[i].outcome == OUTCOME_WAITING)
				r = wait_look(worker, &waits[i], err);
			done &= waits[i].outcome != OUTCOME_WAITING;
		}
		if (r < 0 || done)
			return r;
		if (deadline && now_usec() >= deadline)
			return error_set(err, ETIMEDOUT, "timeout");
		if (worker_sleep(worker, POLL_USEC) < 0)
			return error_set(err, ECANCELED, "canceled");
	}
}

int conditions_wait(Worker *w, Compose *c, const Condition *list, size_t n, uint64_t deadline,
		    Error **err)
{
	cleanup_project_containers ProjectContainers all = { 0 };
	Wait *waits = xnew0(Wait, n + 1);
	int r = project_containers(worker_runtime(w), c->project->name, CONTAINERS_SERVICES, &all,
				   err);

	for (size_t i = 0; i < n; i++)
		wait_init(&waits[i], &list[i], &all);
	for (size_t i = 0; i < n && r >= 0; i++)
		wait_tell(w, &waits[i], WORK_WORKING, "Waiting");
	if (r >= 0 && c->dry_run) {
		for (size_t i = 0; i < n; i++)
			wait_tell(w, &waits[i], WORK_DONE, "Healthy");
	} else if (r >= 0) {
		r = wait_all(w, waits, n, deadline, err);
	}
	for (size_t i = 0; i < n; i++) {
		free(waits[i].list);
		free(waits[i].reason);
	}
	free(waits);
	return r;
}
