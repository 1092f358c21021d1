#include "librunner/monitor/sampler.h"

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "librunner/usage-log.h"

/* Short lives are seen in some detail; a long one costs next to nothing. */
#define SOON_USEC UINT64_C(10000000)
#define SOON_TIMES 6
#define LATER_USEC UINT64_C(60000000)

struct Sampler {
	Monitor *monitor;
	LoopSource *timer;
	UsageRecord last;
	unsigned taken;
};

static void append(Sampler *s)
{
	int r = usage_log_append(s->monitor->dirfd, &s->last);

	/* A full disk is no reason to disturb the container. */
	if (r < 0)
		log_debug("write usage.log: %d", r);
}

static void sample(Sampler *s)
{
	Usage before = s->last.usage;
	Usage *now = &s->last.usage;

	s->last.when = usage_log_now();
	usage_read(s->monitor->run->cgroup, s->monitor->run->leader, now);
	/* Its network goes with its last process. */
	if (now->net_received < before.net_received || now->net_sent < before.net_sent) {
		now->net_received = before.net_received;
		now->net_sent = before.net_sent;
	}
	append(s);
}

static void on_timer(void *userdata)
{
	Sampler *s = userdata;

	sample(s);
	s->taken++;
	loop_source_rearm(s->timer, s->taken < SOON_TIMES ? SOON_USEC : LATER_USEC);
}

void sampler_start(Monitor *m)
{
	Sampler *s = xnew0(Sampler, 1);

	s->monitor = m;
	s->last.when = s->last.run = usage_log_now();
	s->timer = loop_add_timer(m->loop, SOON_USEC, on_timer, s);
	m->run->sampler = s;
	append(s);
}

void sampler_finish(Monitor *m)
{
	Sampler *s = m->run->sampler;

	if (s && m->run->cgroup && !m->c->host.auto_remove)
		sample(s);
	m->run->sampler = sampler_free(s);
}

Sampler *sampler_free(Sampler *s)
{
	if (!s)
		return NULL;
	loop_source_free(s->timer);
	free(s);
	return NULL;
}
