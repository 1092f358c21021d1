#include "librunner/monitor/payload.h"

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/caps.h"
#include "librunner/seccomp.h"

/* Docker's default where the image does not say. */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
/* Docker's default. */
#define SHM_SIZE (UINT64_C(64) << 20)

static char **payload_env(const Container *c, bool tty, char *const *more)
{
	char **env = NULL;

	env_set(&env, "PATH", DEFAULT_PATH);
	if (!str_empty(c->config.hostname))
		env_set(&env, "HOSTNAME", c->config.hostname);
	if (tty)
		env_set(&env, "TERM", "xterm");
	for (int i = 0; i < 2; i++) {
		STRV_FOREACH(e, i ? more : c->config.env) {
			const char *equals = strchr(*e, '=');
			cleanup_free char *name = NULL;

			if (!equals)
				continue;
			name = xstrndup(*e, (size_t)(equals - *e));
			env_set(&env, name, equals + 1);
		}
	}
	return env;
}

/* Booted guests keep what their PID 1 gives to units; plain containers get what Docker gives. */
static void set_privileges(Session *s, bool privileged)
{
	s->spec.keep_caps = s->monitor->c->racker.boot;
	if (s->spec.keep_caps)
		return;
	s->spec.caps = privileged ? caps_bounding() : caps_docker_default & caps_bounding();
	s->spec.seccomp = !privileged;
}

static void set_spec(Session *s)
{
	s->spec.argv = s->argv;
	s->spec.env = s->env;
	s->spec.cwd = s->cwd;
	s->spec.user = s->user;
	s->spec.tty = s->tty;
}

Session *payload_main(Monitor *m)
{
	const Container *c = m->c;
	Session *s = session_new(m);

	s->name = xstrndup(c->id, 12);
	strv_add(&s->argv, c->path);
	strv_extend(&s->argv, c->args);
	s->tty = c->config.tty;
	s->env = payload_env(c, s->tty, NULL);
	s->user = xstrdup(c->config.user);
	s->cwd = xstrdup(c->config.working_dir);
	s->open_stdin = c->config.open_stdin;
	s->stdin_once = c->config.stdin_once;
	set_spec(s);
	set_privileges(s, false);
	s->spec.mode = c->racker.boot ? INIT_MODE_UNIT : INIT_MODE_MAIN;
	s->spec.make_cwd = true;
	if (!c->racker.boot) {
		s->spec.shm_size = c->host.shm_size > 0 ? (uint64_t)c->host.shm_size : SHM_SIZE;
		s->spec.root_readonly = c->host.readonly_rootfs;
		s->spec.init = c->host.init;
		s->spec.mask = init_masked_paths;
		s->spec.readonly = init_readonly_paths;
		s->spec.detach_run = true;
	}
	return s;
}

Session *payload_exec(Monitor *m, const MonitorRequest *r)
{
	const Container *c = m->c;
	cleanup_free char *suffix = random_hex(12);
	Session *s = session_new(m);

	s->name = xasprintf("%.12s-exec-%s", c->id, suffix);
	s->exec_id = random_hex(64);
	s->argv = strv_copy(r->argv);
	s->tty = r->tty;
	s->env = payload_env(c, s->tty, r->env);
	s->user = xstrdup(r->user ? r->user : c->config.user);
	s->cwd = xstrdup(r->working_dir ? r->working_dir : c->config.working_dir);
	s->open_stdin = r->stdin_open;
	s->stdin_once = true;
	s->rows = (uint16_t)r->rows;
	s->columns = (uint16_t)r->columns;
	set_spec(s);
	set_privileges(s, r->privileged);
	s->spec.mode = c->racker.boot ? INIT_MODE_UNIT : INIT_MODE_EXEC;
	return s;
}

int payload_seccomp(Monitor *m, uint64_t caps, Error **err)
{
	if (m->seccomp_fd >= 0 && m->seccomp_caps == caps)
		return m->seccomp_fd;
	m->seccomp_fd = fd_close(m->seccomp_fd);
	m->seccomp_caps = caps;
	m->seccomp_fd = seccomp_profile_memfd(caps, err);
	return m->seccomp_fd;
}
