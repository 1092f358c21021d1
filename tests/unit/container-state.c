#include "librunner/container-state.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-store.h"
#include "tests/tap.h"

static void check_process(void)
{
	int64_t start = process_start_time(getpid());
	pid_t child;

	check(start > 0);
	check(process_alive(getpid(), start));
	check(!process_alive(getpid(), start + 1));
	check(!process_alive(getpid(), 0));
	check_int(process_start_time(0), 0);
	check_int(process_start_time(-1), 0);

	/* A name that imitates the rest of the line must not mislead the parser. */
	(void)prctl(PR_SET_NAME, "a) R 1 2 (b");
	check_int(process_start_time(getpid()), start);

	child = fork();
	if (child == 0)
		_exit(0);
	while (process_start_time(child) != 0)
		(void)sched_yield();
	check(!process_alive(child, start)); /* a zombie is no life */
	(void)waitpid(child, NULL, 0);
}

static ContainerState *state_new(const char *status, int64_t pid, int64_t start)
{
	ContainerState *s = xnew0(ContainerState, 1);

	s->status = xstrdup(status);
	s->monitor_pid = pid;
	s->monitor_start = start;
	s->boot_id = kernel_boot_id();
	return s;
}

static void state_delete(ContainerState *s)
{
	json_clear(&container_state_type, s);
	free(s);
}

static void check_stale(void)
{
	int64_t start = process_start_time(getpid());
	ContainerState *s = state_new("running", getpid(), start);

	check(!container_state_is_stale(s));
	s->boot_id[0] = s->boot_id[0] == 'a' ? 'b' : 'a';
	check(container_state_is_stale(s));
	state_delete(s);

	s = state_new("exited", 0, 0);
	check(!container_state_is_stale(s));
	state_delete(s);

	s = state_new("running", getpid(), start + 1);
	check(container_state_is_stale(s));
	container_state_bury(s);
	check_str(s->status, "exited");
	check_int(s->exit_code, 137);
	check_int(s->monitor_pid, 0);
	check(s->error && s->finished_at);
	check(!container_state_is_stale(s));
	state_delete(s);
}

static void check_round_trip(void)
{
	Container c = { .version = CONTAINER_FORMAT };
	Container back = { 0 };
	cleanup_error Error *err = NULL;
	json_t *value;

	c.id = xstrdup("0123");
	c.name = xstrdup("web");
	c.path = xstrdup("sleep");
	strv_add(&c.args, "1");
	strv_add(&c.config.labels, "a=b=c");
	strv_add(&c.config.env, "NAME");
	c.config.stop_timeout = 3;
	strv_add(&c.host.binds, "/a:/b:ro");
	c.racker.boot = true;
	value = json_encode(&container_type, &c);
	check_int(json_decode(value, &container_type, &back, &err), 0);
	check_str(back.name, "web");
	check_str(back.args[0], "1");
	check_str(back.config.labels[0], "a=b=c");
	check_str(back.config.env[0], "NAME");
	check_int(back.config.stop_timeout, 3);
	check_str(back.host.binds[0], "/a:/b:ro");
	check(back.racker.boot);
	check(json_object_get(value, "State") == NULL);
	json_decref(value);
	json_clear(&container_type, &c);
	json_clear(&container_type, &back);
}

int main(void)
{
	cleanup_free char *now = timestamp_now();

	check_int((int)strlen(now), 30);
	check(container_id_valid(
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
	check(!container_id_valid("0123"));
	check(!container_id_valid(
		"0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"));
	check_process();
	check_stale();
	check_round_trip();
	return tap_done();
}
