#include "librunner/container-state.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-store.h"

#define STATE_MAX_SIZE (64 << 10)
#define PROC_STAT_MAX_SIZE 4096
/* How long the kernel may take to end a killed leader and all processes of its pid namespace. */
#define KILL_DEADLINE_MS 10000
/* Status of a container that nobody saw ending: as if killed. */
#define EXIT_STATUS_LOST 137

/* The rest of a /proc/PID/stat line behind the command's name, which may hold blanks and brackets.
 */
static int64_t stat_start_time(const char *line)
{
	const char *p = strrchr(line, ')');
	unsigned long long start;
	char state;

	if (!p || sscanf(p + 1,
			 " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			 "%*s %llu",
			 &state, &start) != 2)
		return 0;
	return state == 'Z' || state == 'X' ? 0 : (int64_t)start;
}

int64_t process_start_time(int64_t pid)
{
	cleanup_free char *path = xasprintf("/proc/%lld/stat", (long long)pid);
	cleanup_strbuf Strbuf line = STRBUF_INIT;

	if (pid <= 0 || fs_read_file(AT_FDCWD, path, PROC_STAT_MAX_SIZE, &line) < 0 || !line.data)
		return 0;
	return stat_start_time(line.data);
}

bool process_alive(int64_t pid, int64_t start)
{
	return start > 0 && process_start_time(pid) == start;
}

char *kernel_boot_id(void)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;

	if (fs_read_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64, &text) < 0)
		return NULL;
	while (text.len && text.data[text.len - 1] == '\n')
		text.data[--text.len] = 0;
	return strbuf_steal(&text);
}

char *timestamp_now(void)
{
	struct timespec now;
	struct tm tm;
	char date[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	return xasprintf("%s.%09ldZ", date, now.tv_nsec);
}

char *container_dir(const char *id)
{
	return xasprintf("containers/%s", id);
}

char *container_rundir(const Runtime *rt, const char *id)
{
	return xasprintf("%s/%.32s", rt->rundir, id);
}

int container_state_read(Runtime *rt, const char *id, ContainerState *ret, Error **err)
{
	cleanup_free char *path = xasprintf("containers/%s/state.json", id);

	return json_read_file(store_fd(rt->store), path, STATE_MAX_SIZE, &container_state_type, ret,
			      err);
}

int container_state_write(Runtime *rt, const char *id, const ContainerState *state, Error **err)
{
	cleanup_free char *path = xasprintf("containers/%s/state.json", id);

	return json_write_file(store_fd(rt->store), path, &container_state_type, state, 0600, 0,
			       err);
}

static bool status_is_alive(const char *status)
{
	return status &&
	       (streq(status, "running") || streq(status, "paused") || streq(status, "restarting"));
}

bool container_is_running(const Container *c)
{
	return status_is_alive(c->state.status);
}

bool container_state_is_stale(const ContainerState *state)
{
	cleanup_free char *boot_id = NULL;

	if (!status_is_alive(state->status))
		return false;
	if (!process_alive(state->monitor_pid, state->monitor_start))
		return true;
	boot_id = kernel_boot_id();
	return state->boot_id && boot_id && !streq(boot_id, state->boot_id);
}

void container_state_bury(ContainerState *state)
{
	free(state->status);
	state->status = xstrdup("exited");
	free(state->error);
	state->error = xstrdup("the monitor of this container died");
	if (str_empty(state->finished_at) || streq(state->finished_at, TIMESTAMP_ZERO)) {
		free(state->finished_at);
		state->finished_at = timestamp_now();
	}
	state->exit_code = EXIT_STATUS_LOST;
	state->pid = state->pid_start = 0;
	state->monitor_pid = state->monitor_start = 0;
}

int container_state_load(Runtime *rt, const char *id, ContainerState *ret, Error **err)
{
	int r = container_state_read(rt, id, ret, err);

	if (r < 0 || !container_state_is_stale(ret))
		return r;
	json_clear(&container_state_type, ret);
	r = container_state_read(rt, id, ret, err);
	if (r >= 0 && container_state_is_stale(ret))
		container_state_bury(ret);
	return r;
}

/* Kills the very process, not whoever has its pid now, and waits until it is gone. */
static void process_kill(int64_t pid, int64_t start)
{
	cleanup_fd int fd = -1;
	struct pollfd p = { .events = POLLIN };

	if (!process_alive(pid, start))
		return;
	fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	if (fd < 0 || !process_alive(pid, start))
		return;
	(void)syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
	p.fd = fd;
	if (poll(&p, 1, KILL_DEADLINE_MS) != 1)
		log_warning("process %lld of a dead container does not end", (long long)pid);
}

/* Under the containers' lock, so that two commands do not bury one container twice. */
static int container_collect_one(Runtime *rt, const char *id, Error **err)
{
	cleanup_container Container *c = NULL;
	ContainerState state = { 0 };
	bool stale, remove;
	int r = container_state_read(rt, id, &state, err);

	stale = r >= 0 && container_state_is_stale(&state);
	if (stale) {
		log_debug("container %.12s: the monitor is gone", id);
		process_kill(state.pid, state.pid_start);
		container_state_bury(&state);
		r = container_state_write(rt, id, &state, err);
	}
	json_clear(&container_state_type, &state);
	if (r < 0 || !stale)
		return r;
	r = container_load(rt, id, &c, err);
	remove = r >= 0 && c->host.auto_remove;
	return remove ? container_discard(rt, id, err) : r;
}

int container_collect(Runtime *rt, Error **err)
{
	cleanup_strv char **ids = NULL, **stale = NULL;
	cleanup_fd int lock = -1;
	int r = container_ids(rt, &ids, err);

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
	STRV_FOREACH(id, stale) {
		cleanup_error Error *e = NULL;

		if (container_collect_one(rt, *id, &e) < 0 && e->errnum != ENOENT)
			log_warning("container %.12s: %s", *id, e->msg);
	}
	return 0;
}
