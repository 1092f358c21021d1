#include "librunner/monitor/nspawn-start.h"

#include <fcntl.h>
#include <signal.h>

#include "libcommon/alloc.h"
#include "libcommon/spawn.h"
#include "librunner/caps.h"
#include "librunner/guest-systemd.h"
#include "librunner/init/protocol.h"
#include "librunner/monitor/boot.h"
#include "librunner/monitor/session.h"

static int run_nspawn(Monitor *m, char *const *argv, char *const *env, Error **err)
{
	cleanup_fd int console = openat(m->dirfd, CONSOLE_LOG,
					O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0640);
	/* It ends its guest when it is told to, also when this process is killed. */
	Spawn s = {
		.argv = argv,
		.env = env,
		.in = -1,
		.out = console,
		.err = console,
		.death_signal = SIGTERM,
		.new_session = true,
		.setup = cgroup_enter,
		.userdata = m->run->cgroup,
	};
	int r;

	if (console < 0)
		return error_errno(err, errno, "open " CONSOLE_LOG);
	r = spawn(&s, &m->run->nspawn, NULL, err);
	if (r < 0) {
		m->run->nspawn = 0;
		return r;
	}
	m->run->nspawn_source = loop_add_child(m->loop, m->run->nspawn, on_nspawn_ended, m);
	if (!m->run->nspawn_source)
		return error_errno(err, errno, "watch systemd-nspawn");
	return 0;
}

int nspawn_start(Monitor *m, const Binds *b, Error **err)
{
	cleanup_free char *root = monitor_path(m, "merged");
	cleanup_free char *notify = xasprintf("%s/" NOTIFY_SOCKET, m->rundir);
	cleanup_free char *uuid = nspawn_uuid(m->c->id);
	char *command[] = { (char *)INIT_GUEST_PROGRAM, (char *)INIT_GUEST_SOCKET,
			    m->run->main ? m->run->main->token : NULL, NULL };
	NspawnSpec spec = {
		.directory = root,
		.machine = m->c->racker.machine,
		.hostname = m->c->config.hostname,
		.uuid = uuid,
		.boot = m->c->racker.boot,
		.notify_socket = notify,
		.private_network = monitor_network_is(m, "none"),
		.binds = b->list,
		.n_binds = b->n,
	};
	cleanup_strv char **argv = NULL, **env = NULL;

	if (spec.boot) {
		spec.unified = guest_systemd_needs_unified(AT_FDCWD, root, host_cgroup());
	} else {
		spec.command = command;
		spec.caps = caps_docker_default;
	}
	argv = nspawn_argv(&spec);
	env = nspawn_env(&spec);
	return run_nspawn(m, argv, env, err);
}
