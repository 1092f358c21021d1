#include "librunner/monitor/payload.h"

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/caps.h"
#include "librunner/privileges.h"
#include "librunner/rlimits.h"
#include "librunner/seccomp-compile.h"
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

/* Booted guests keep the capabilities that their PID 1 gives to units; plain containers get what
 * Docker gives. A filter of the container's is also that of an exec with --privileged. */
static void set_privileges(Session *s, bool privileged)
{
	const Container *c = s->monitor->c;
	Privileges p = { 0 };

	/* Wrong ones are told by monitor_prepare(). */
	(void)privileges_of(&c->host, &p, NULL);
	s->spec.no_new_privs = p.no_new_privs;
	s->spec.keep_caps = c->racker.boot;
	s->spec.caps = privileged ? caps_bounding() : p.caps;
	s->spec.seccomp = c->racker.boot ? p.profile != NULL : !p.unconfined;
}

/* What every command of the container has, also one that comes by exec. */
static void set_limits(Session *s)
{
	const HostConfig *host = &s->monitor->c->host;

	s->spec.groups = host->group_add;
	s->rlimits = rlimits_spec(host);
	s->spec.rlimits = s->rlimits;
	s->spec.oom_score_adj = host->oom_score_adj;
	s->spec.set_oom_score_adj = host->oom_score_adj != 0;
}

static void set_spec(Session *s)
{
	s->spec.argv = s->argv;
	s->spec.env = s->env;
	s->spec.cwd = s->cwd;
	s->spec.user = s->user;
	s->spec.tty = s->tty;
}

static void set_paths(Session *s)
{
	const HostConfig *host = &s->monitor->c->host;

	if (host->privileged || host->unmasked)
		return;
	s->spec.mask = host->masked_paths ? host->masked_paths : init_masked_paths;
	s->spec.readonly = host->readonly_paths ? host->readonly_paths : init_readonly_paths;
}

/* What racker-init makes of a plain container. */
static void set_plain(Session *s)
{
	const Container *c = s->monitor->c;
	const HostConfig *host = &c->host;
	bool no_shm = host->ipc_mode && streq(host->ipc_mode, "none");

	s->spec.no_shm = no_shm;
	if (!no_shm)
		s->spec.shm_size = host->shm_size > 0 ? (uint64_t)host->shm_size : SHM_SIZE;
	s->spec.root_readonly = host->readonly_rootfs;
	s->spec.sys_writable = host->privileged;
	s->spec.init = host->init;
	s->spec.detach_run = true;
	s->spec.sysctls = host->sysctls;
	s->spec.domainname = str_empty(c->config.domainname) ? NULL : c->config.domainname;
	set_paths(s);
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
	set_limits(s);
	if (!c->racker.boot)
		set_plain(s);
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
	set_limits(s);
	s->spec.mode = c->racker.boot ? INIT_MODE_UNIT : INIT_MODE_EXEC;
	return s;
}

int payload_seccomp(Monitor *m, int *ret_fd, Error **err)
{
	Privileges p;
	int r;

	*ret_fd = m->seccomp_fd;
	if (m->seccomp_fd >= 0)
		return 0;
	r = privileges_of(&m->c->host, &p, err);
	if (r >= 0 && p.profile)
		r = seccomp_compile_memfd(p.profile, p.caps, &m->seccomp_fd, err);
	else if (r >= 0)
		r = m->seccomp_fd = seccomp_profile_memfd(p.caps, err);
	*ret_fd = m->seccomp_fd;
	return r < 0 ? r : 0;
}
