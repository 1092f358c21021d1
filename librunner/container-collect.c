#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/cgroup.h"
#include "librunner/container-index.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/container-volumes.h"
#include "librunner/endpoint.h"
#include "librunner/process.h"

/* How long the kernel may take to end a killed leader and all processes of its pid namespace. */
#define KILL_DEADLINE_MS 10000
#define CGROUP_PAUSE_NSEC 5000000
#define CGROUP_ATTEMPTS 400

/* Kills a leader that outlived its monitor, and waits until it is gone. One that is frozen by v1
 * dies when it is thawed. */
static void leader_kill(const ContainerState *state, const Cgroup *cg)
{
	cleanup_fd int fd = -1;
	struct pollfd p = { .events = POLLIN };

	if (!container_state_this_boot(state))
		return;
	p.fd = fd = process_open((pid_t)state->pid, state->pid_start);
	if (fd < 0 || process_signal(fd, SIGKILL) < 0)
		return;
	if (cg)
		cgroup_thaw_at_once(cg);
	if (poll(&p, 1, KILL_DEADLINE_MS) != 1)
		log_warning("process %lld of a dead container does not end", (long long)state->pid);
}

/* What was started for it ends with its cgroup, which empties when the kernel has reaped them. */
static void cgroup_end(Cgroup *cg)
{
	cleanup_error Error *e = NULL;
	struct timespec pause = { .tv_nsec = CGROUP_PAUSE_NSEC };

	for (unsigned i = 0; i < CGROUP_ATTEMPTS; i++) {
		(void)cgroup_kill(cg);
		e = error_free(e);
		if (cgroup_remove(cg, &e) != -EBUSY)
			break;
		(void)nanosleep(&pause, NULL);
	}
	if (e)
		log_warning("%s", e->msg);
}

/* Its mounts go with the last process. */
void container_remains_remove(Runtime *rt, const ContainerState *state, const char *id)
{
	cleanup_free char *dir = container_dir(id);
	cleanup_fd int dirfd = fs_open_dir(store_fd(rt->store), dir);
	cleanup_cgroup Cgroup *cg = NULL;

	if (dirfd >= 0)
		(void)cgroup_open(dirfd, &cg, NULL);
	leader_kill(state, cg);
	if (cg)
		cgroup_end(cg);
	network_release(rt, id);
	container_rundir_remove(rt, id);
}

/* What its volumes ask for when the containers' lock is free again. */
typedef struct Remains {
	Container *c;
	bool removed;
} Remains;

static void ports_clear(ContainerState *s)
{
	for (size_t i = 0; i < s->n_ports; i++)
		json_clear(&port_mapping_type, &s->ports[i]);
	free(s->ports);
	s->ports = NULL;
	s->n_ports = 0;
}

/* Under the containers' lock, so that two commands do not bury one container twice. Positive when
 * it died while the host was up. */
static int container_collect_one(Runtime *rt, const char *id, Remains *ret, Error **err)
{
	cleanup_container Container *c = NULL;
	ContainerState state = { 0 };
	bool stale, now = false;
	int r = container_state_read(rt, id, &state, err);

	stale = r >= 0 && container_state_is_stale(&state);
	if (stale) {
		log_debug("container %.12s: the monitor is gone", id);
		now = container_state_this_boot(&state);
		container_remains_remove(rt, &state, id);
		container_state_bury(&state);
		endpoint_states_clear(&state);
		ports_clear(&state);
		r = container_state_write(rt, id, &state, err);
	}
	json_clear(&container_state_type, &state);
	if (r < 0 || !stale)
		return r;
	r = container_load(rt, id, &c, err);
	ret->removed = r >= 0 && c->host.auto_remove;
	if (ret->removed)
		r = container_discard(rt, id, err);
	now = now && !ret->removed;
	ret->c = steal(&c);
	return r < 0 ? r : now;
}

static void volumes_end(Runtime *rt, Remains *remains)
{
	cleanup_container Container *c = remains->c;
	cleanup_strv char **anonymous = NULL;

	if (!c)
		return;
	container_volumes_unmount(rt, c, -1);
	anonymous = remains->removed ? container_anonymous_volumes(c) : NULL;
	volumes_remove(rt, anonymous);
}

int container_collect(Runtime *rt, Error **err)
{
	cleanup_strv char **ids = NULL, **stale = NULL, **died = NULL;
	cleanup_free Remains *remains = NULL;
	cleanup_fd int lock = -1;
	int r = index_live_ids(rt, &ids, err);

	if (r < 0)
		return r;
	STRV_FOREACH(id, ids) {
		ContainerState state = { 0 };

		if (container_state_read(rt, *id, &state, NULL) >= 0 &&
		    container_state_is_stale(&state))
			strv_add(&stale, *id);
		json_clear(&container_state_type, &state);
	}
	if (!stale)
		return 0;
	lock = containers_lock(rt, err);
	if (lock < 0)
		return lock;
	remains = xnew0(Remains, strv_length(stale));
	STRV_FOREACH(id, stale) {
		cleanup_error Error *e = NULL;

		r = container_collect_one(rt, *id, &remains[id - stale], &e);
		if (r > 0)
			strv_add(&died, *id);
		if (r < 0 && e->errnum != ENOENT)
			log_warning("container %.12s: %s", *id, e->msg);
	}
	lock = fd_close(lock);
	for (size_t i = 0; i < strv_length(stale); i++)
		volumes_end(rt, &remains[i]);
	if (died)
		containers_revive(rt, died);
	return 0;
}
