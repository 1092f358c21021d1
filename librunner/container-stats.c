#include "librunner/container-stats.h"

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/loop.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"

#define SHORT_ID 12
#define NSEC_PER_USEC 1000.0
#define PERCENT 100.0

void container_stats_init(ContainerStats *s, const Container *c, const char *asked)
{
	*s = (ContainerStats){ .id = xstrdup(c->id), .name = xstrdup(c->name) };
	s->asked = asked ? xstrdup(asked) : xstrndup(c->id, SHORT_ID);
}

void container_stats_clear(ContainerStats *s)
{
	free(s->asked);
	free(s->id);
	free(s->name);
	*s = (ContainerStats){ 0 };
}

/* Docker divides by the machine's processor time and multiplies by its processors: the same. */
static void set_percent(ContainerStats *s, const Usage *before, uint64_t when)
{
	bool grown = s->usage.cpu_nsec > before->cpu_nsec;
	double used = grown ? (double)(s->usage.cpu_nsec - before->cpu_nsec) / NSEC_PER_USEC : 0;

	s->cpu_percent = 0;
	if (when && s->when > when && before->cpu_nsec)
		s->cpu_percent = used / (double)(s->when - when) * PERCENT;
}

int container_stats_read(Runtime *rt, ContainerStats *s, Error **err)
{
	cleanup_free char *dir = container_dir(s->id);
	cleanup_fd int dirfd = -1;
	cleanup_cgroup Cgroup *cg = NULL;
	Usage before = s->usage;
	uint64_t when = s->when;
	ContainerState state = { 0 };
	int r = container_state_load(rt, s->id, &state, err);

	if (r < 0)
		return r;
	s->running = container_status_is_alive(state.status);
	s->usage = (Usage){ 0 };
	s->cpu_percent = 0;
	if (s->running)
		dirfd = fs_open_dir(store_fd(rt->store), dir);
	if (dirfd >= 0 && cgroup_open(dirfd, &cg, NULL) >= 0) {
		usage_read(cg, (pid_t)state.pid, &s->usage);
		s->when = now_usec();
		set_percent(s, &before, when);
	}
	json_clear(&container_state_type, &state);
	return 0;
}
