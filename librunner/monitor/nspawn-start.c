#include "librunner/monitor/nspawn-start.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>

#include "libcommon/alloc.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "librunner/caps.h"
#include "librunner/guest-systemd.h"
#include "librunner/init/protocol.h"
#include "librunner/monitor/boot.h"
#include "librunner/monitor/session.h"
#include "librunner/netns.h"
#include "librunner/privileges.h"
#include "librunner/rlimits.h"

typedef struct Enter {
	Cgroup *cgroup;
	char *netns; /* NULL: the host's, or systemd-nspawn makes one */
} Enter;

/* Between fork and exec. */
static int enter(void *userdata)
{
	const Enter *e = userdata;
	int r = cgroup_enter(e->cgroup);

	return r < 0 || !e->netns ? r : netns_enter(e->netns);
}

static int run_nspawn(Monitor *m, char *const *argv, char *const *env, Error **err)
{
	cleanup_fd int console = openat(m->dirfd, CONSOLE_LOG,
					O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0640);
	cleanup_free char *netns = m->run->netns < 0 ? NULL : netns_path(m->run->netns);
	Enter e = { m->run->cgroup, netns };
	/* It ends its guest when it is told to, also when this process is killed. */
	Spawn s = {
		.argv = argv,
		.env = env,
		.in = -1,
		.out = console,
		.err = console,
		.death_signal = SIGTERM,
		.new_session = true,
		.setup = enter,
		.userdata = &e,
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

static bool mode_is(const char *mode, const char *wanted)
{
	return mode && streq(mode, wanted);
}

/* The guest's systemd as a whole gets what the container is allowed; the command of a plain
 * container is confined by racker-init. */
static int set_confinement(Monitor *m, NspawnSpec *spec, Error **err)
{
	const HostConfig *host = &m->c->host;
	Privileges p;
	int r = privileges_of(host, &p, err);

	if (r < 0)
		return r;
	spec->host_pid = mode_is(host->pid_mode, "host");
	spec->host_ipc = mode_is(host->ipc_mode, "host");
	spec->host_uts = mode_is(host->uts_mode, "host");
	if (!m->c->racker.boot) {
		spec->caps = p.caps;
		return 0;
	}
	/* A system of its own network sets it up, unless the user says no. */
	spec->caps = p.added | (spec->joined_network ? CAP_BIT(CAP_NET_ADMIN) & ~p.dropped : 0);
	spec->caps_dropped = p.dropped & ~p.added;
	spec->no_new_privs = p.no_new_privs;
	spec->unconfined = p.unconfined;
	spec->readonly = host->readonly_rootfs;
	spec->sys_writable = host->privileged || host->unmasked;
	spec->oom_score_adj = host->oom_score_adj;
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
		.joined_network = m->run->netns >= 0,
		.binds = b->list,
		.n_binds = b->n,
	};
	cleanup_strv char **argv = NULL, **env = NULL, **rlimits = NULL;
	int r = set_confinement(m, &spec, err);

	if (r < 0)
		return r;
	if (spec.boot) {
		spec.unified = guest_systemd_needs_unified(AT_FDCWD, root, host_cgroup());
		spec.rlimits = rlimits = rlimits_nspawn(&m->c->host);
	} else {
		spec.command = command;
	}
	argv = nspawn_argv(&spec);
	env = nspawn_env(&spec);
	return run_nspawn(m, argv, env, err);
}
