#include "librunner/monitor/hooks.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "librunner/inspect.h"
#include "librunner/process.h"
#include "librunner/settings.h"

#define HOOK_TIMEOUT_SEC 30
/* What an error message shows of the output: its last bytes. */
#define MAX_OUTPUT 2000

/* One call of hooks_run(). */
struct Hooks {
	Monitor *m;
	Hooks *others;
	char *when;
	char **commands, **next;
	void (*done)(Monitor *m, Error *e);
	pid_t pid;
	LoopSource *child, *timer;
	int output;
	bool late;
};

static void hooks_free(Hooks *h)
{
	for (Hooks **p = &h->m->hooks; *p; p = &(*p)->others)
		if (*p == h) {
			*p = h->others;
			break;
		}
	loop_source_free(h->child);
	loop_source_free(h->timer);
	(void)fd_close(h->output);
	strv_free(h->commands);
	free(h->when);
	free(h);
}

static void finish(Hooks *h, Error *e)
{
	void (*done)(Monitor * m, Error * e) = h->done;
	Monitor *m = h->m;

	hooks_free(h);
	done(m, e);
}

static void run_next(Hooks *h);

static char *last_output(int fd)
{
	char text[MAX_OUTPUT + 1];
	off_t size = lseek(fd, 0, SEEK_END);
	ssize_t n = pread(fd, text, MAX_OUTPUT, size > MAX_OUTPUT ? size - MAX_OUTPUT : 0);

	while (n > 0 && text[n - 1] == '\n')
		n--;
	text[n > 0 ? n : 0] = '\0';
	return str_printable(text);
}

static void on_ended(pid_t pid, int status, void *userdata)
{
	Hooks *h = userdata;
	cleanup_free char *output = last_output(h->output);
	const char *colon = *output ? ": " : "";
	Error *e = NULL;

	/* What it has left in the background is not waited for. */
	(void)pid;
	h->child = loop_source_free(h->child);
	h->timer = loop_source_free(h->timer);
	h->output = fd_close(h->output);
	h->pid = 0;
	if (h->late)
		(void)error_set(&e, ETIMEDOUT, "%s hook \"%s\" took more than %d seconds%s%s",
				h->when, *h->next, HOOK_TIMEOUT_SEC, colon, output);
	else if (status)
		(void)error_set(&e, ECANCELED, "%s hook \"%s\" ended with status %d%s%s", h->when,
				*h->next, process_exit_code(status), colon, output);
	h->next++;
	if (e)
		finish(h, e);
	else
		run_next(h);
}

static void kill_hook(Hooks *h)
{
	if (h->pid > 0)
		(void)kill(-h->pid, SIGKILL);
}

static void on_late(void *userdata)
{
	Hooks *h = userdata;

	h->late = true;
	kill_hook(h);
}

void hooks_interrupt(Monitor *m)
{
	for (Hooks *h = m->hooks; h; h = h->others)
		if (!streq(h->when, "post-stop"))
			kill_hook(h);
}

/* The container as it is now. */
static int state_file(Monitor *m, Error **err)
{
	cleanup_json json_t *json = container_inspect_json(m->rt, m->c, 0);
	cleanup_free char *text = json_text(json);
	cleanup_fd int fd = memfd_create("racker-state", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : fd_write_all(fd, text, strlen(text));

	if (r >= 0)
		r = fd_write_all(fd, "\n", 1);
	if (r >= 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = -errno;
	return r < 0 ? error_errno(err, -r, "write the container's state") : steal_fd(&fd);
}

static char **hook_env(const Hooks *h)
{
	const Monitor *m = h->m;
	char **env = strv_copy(environ);
	cleanup_free char *pid = xasprintf("%lld", (long long)m->c->state.pid);
	cleanup_free char *code = xasprintf("%lld", (long long)m->c->state.exit_code);

	env_set(&env, "RACKER_ID", m->c->id);
	env_set(&env, "RACKER_NAME", m->c->name);
	env_set(&env, "RACKER_IMAGE", m->c->config.image ? m->c->config.image : "");
	env_set(&env, "RACKER_HOOK", h->when);
	env_set(&env, "RACKER_PID", pid);
	env_set(&env, "RACKER_EXIT_CODE", code);
	return env;
}

static int start_hook(Hooks *h, Error **err)
{
	cleanup_fd int in = state_file(h->m, err);
	cleanup_strv char **env = hook_env(h);
	char *argv[] = { (char *)"/bin/sh", (char *)"-c", *h->next, NULL };
	Spawn s = { .argv = argv, .env = env, .in = in, .new_session = true };
	int r;

	if (in < 0)
		return in;
	h->output = memfd_create("racker-hook", MFD_CLOEXEC);
	if (h->output < 0)
		return error_errno(err, errno, "make a memfd");
	s.out = s.err = h->output;
	r = spawn(&s, &h->pid, NULL, err);
	if (r < 0)
		return r;
	h->child = loop_add_child(h->m->loop, h->pid, on_ended, h);
	h->timer = loop_add_timer(h->m->loop, HOOK_TIMEOUT_SEC * UINT64_C(1000000), on_late, h);
	return h->child ? 0 : error_errno(err, errno, "watch a hook");
}

static void run_next(Hooks *h)
{
	Error *e = NULL;

	if (!*h->next)
		finish(h, NULL);
	else if (start_hook(h, &e) < 0)
		finish(h, e);
}

static void add(char ***commands, const Hook *hooks, size_t n, const char *when)
{
	for (size_t i = 0; i < n; i++)
		if (streq(hooks[i].when, when))
			strv_add(commands, hooks[i].command);
}

void hooks_run(Monitor *m, const char *when, void (*done)(Monitor *m, Error *e))
{
	cleanup_settings Settings settings = { 0 };
	char **commands = NULL;
	Error *e = NULL;
	Hooks *h;

	if (settings_load(&settings, &e) >= 0) {
		add(&commands, settings.hooks, settings.n_hooks, when);
		add(&commands, m->c->racker.hooks, m->c->racker.n_hooks, when);
	}
	if (!commands) {
		done(m, e);
		return;
	}
	/* Those of the start have nothing to do any more when the container has ended. */
	hooks_interrupt(m);
	h = xnew0(Hooks, 1);
	*h = (Hooks){ .m = m,
		      .others = m->hooks,
		      .when = xstrdup(when),
		      .commands = commands,
		      .next = commands,
		      .done = done,
		      .output = -1 };
	m->hooks = h;
	run_next(h);
}
