#include "librunner/container-state.h"

#include <fcntl.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

#define PROC_STAT_MAX_SIZE 4096
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
	/* It never changes, and lists ask for each container. */
	static char known[64];
	cleanup_strbuf Strbuf text = STRBUF_INIT;

	if (*known)
		return xstrdup(known);
	if (fs_read_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", sizeof(known) - 1, &text) < 0)
		return NULL;
	while (text.len && text.data[text.len - 1] == '\n')
		text.data[--text.len] = 0;
	(void)snprintf(known, sizeof(known), "%s", text.data ? text.data : "");
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

bool container_status_is_alive(const char *status)
{
	return status &&
	       (streq(status, "running") || streq(status, "paused") || streq(status, "restarting"));
}

bool container_is_running(const Container *c)
{
	return container_status_is_alive(c->state.status);
}

bool container_state_this_boot(const ContainerState *state)
{
	cleanup_free char *boot_id = kernel_boot_id();

	return !state->boot_id || !boot_id || streq(boot_id, state->boot_id);
}

bool container_state_is_stale(const ContainerState *state)
{
	if (!container_status_is_alive(state->status))
		return false;
	return !process_alive(state->monitor_pid, state->monitor_start) ||
	       !container_state_this_boot(state);
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
