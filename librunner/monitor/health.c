/* Watches the health of a run: by probes, as Docker does, or by what the guest's systemd says. */
#include "librunner/health.h"

#include <signal.h>

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "librunner/monitor/payload.h"

#define NSEC_PER_USEC INT64_C(1000)
/* A probe that cannot be run, or takes too long. */
#define CODE_FAILED (-1)

struct Health {
	HealthPlan plan; /* without argv: the guest tells */
	LoopSource *timer, *timeout;
	Session *probe;
	char *began; /* of the probe */
	uint64_t began_usec, since;
	bool late;
	Strbuf output;
};

static void set_health(Monitor *m, const char *before)
{
	const char *now = m->c->state.health->status;
	cleanup_free char *action = xasprintf("health_status: %s", now);

	(void)monitor_write_state(m);
	if (!streq(now, before))
		monitor_event(m, action, NULL);
}

/* ---- probes ---- */

static void schedule(Monitor *m)
{
	Health *h = m->run->health;

	loop_source_rearm(h->timer,
			  health_delay(m->c->state.health, &h->plan, now_usec() - h->since));
}

static char *probe_output(Health *h, const char *failure)
{
	const char *text = h->output.data ? h->output.data : "";
	cleanup_free char *limit = duration_text((int64_t)h->plan.timeout * NSEC_PER_USEC);

	if (failure)
		return xstrdup(failure);
	if (h->late)
		return xasprintf("Health check exceeded timeout (%s)%s%s", limit, *text ? ": " : "",
				 text);
	return xasprintf("%s%s", text, h->output.len >= HEALTH_MAX_OUTPUT ? "..." : "");
}

static void on_probed(Session *s, int code, const char *failure, void *userdata)
{
	Monitor *m = userdata;
	Health *h = m->run->health;
	cleanup_free char *before = xstrdup(m->c->state.health->status);
	HealthResult r = {
		.start = steal(&h->began),
		.end = timestamp_now(),
		.exit_code = failure || h->late ? CODE_FAILED : code,
		.output = probe_output(h, failure),
	};

	s->capture = NULL;
	h->probe = NULL;
	h->timeout = loop_source_free(h->timeout);
	strbuf_clear(&h->output);
	health_add(m->c->state.health, &h->plan, r, h->began_usec - h->since);
	set_health(m, before);
	schedule(m);
}

/* The probe is killed. What it has left behind is the container's. */
static void on_late(void *userdata)
{
	Monitor *m = userdata;
	Session *s = m->run->health->probe;

	m->run->health->late = true;
	if (session_signal(s, SIGKILL) < 0 && !s->started)
		session_failed(s, 125, "the probe could not be started in time");
}

static void on_probe(void *userdata)
{
	Monitor *m = userdata;
	Health *h = m->run->health;
	MonitorRequest request = { .argv = h->plan.argv };
	cleanup_error Error *e = NULL;

	/* A frozen container would not answer; Docker does not ask it either. */
	if (m->run->phase != PHASE_RUNNING || streq(m->c->state.status, "paused")) {
		schedule(m);
		return;
	}
	h->late = false;
	h->began = timestamp_now();
	h->began_usec = now_usec();
	h->probe = payload_exec(m, &request);
	h->probe->done = on_probed;
	h->probe->userdata = m;
	h->probe->capture = &h->output;
	h->probe->capture_max = HEALTH_MAX_OUTPUT;
	h->timeout = loop_add_timer(m->loop, h->plan.timeout, on_late, m);
	session_event(h->probe, "exec_create", true, 0);
	if (session_launch(h->probe, &e) < 0)
		session_failed(h->probe, 125, e->msg);
}

/* ---- the guest ---- */

static void on_system_state(const char *state, void *userdata)
{
	Monitor *m = userdata;
	HealthState *health = m->c->state.health;
	const char *now = health_of_system(state);
	cleanup_free char *before = xstrdup(health->status);

	/* A guest that goes down is not ill. */
	if (streq(state, "stopping") || streq(now, before) || m->run->phase != PHASE_RUNNING)
		return;
	health_set_status(health, now);
	health->failing_streak = streq(now, HEALTH_UNHEALTHY);
	set_health(m, before);
}

/* ---- begin, end ---- */

void health_begin(Monitor *m)
{
	ContainerState *s = &m->c->state;
	HealthPlan plan;
	Health *h;

	if (!health_plan(&m->c->config, &plan) &&
	    (!m->run->guest || health_disabled(&m->c->config))) {
		s->health = health_free(s->health);
		return;
	}
	s->health = health_restart(s->health);
	m->run->health = h = xnew0(Health, 1);
	h->plan = plan;
	h->since = now_usec();
	if (!plan.argv) {
		guest_watch(m->run->guest, on_system_state, m);
		return;
	}
	h->timer = loop_add_timer(m->loop, UINT64_MAX, on_probe, m);
	schedule(m);
}

void health_end(Monitor *m)
{
	Health *h = m->run->health;

	if (!h)
		return;
	health_set_status(m->c->state.health, HEALTH_UNHEALTHY);
	if (h->probe) {
		h->probe->done = NULL;
		h->probe->capture = NULL;
	}
	loop_source_free(h->timer);
	loop_source_free(h->timeout);
	health_plan_clear(&h->plan);
	strbuf_clear(&h->output);
	free(h->began);
	free(h);
	m->run->health = NULL;
}
