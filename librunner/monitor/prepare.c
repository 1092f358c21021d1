/* Everything that is there before systemd-nspawn starts, and its start. */
#include <fcntl.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "librunner/caps.h"
#include "librunner/etc-files.h"
#include "librunner/guest-systemd.h"
#include "librunner/guest-units.h"
#include "librunner/init/protocol.h"
#include "librunner/monitor/boot.h"
#include "librunner/monitor/payload.h"
#include "librunner/nspawn.h"
#include "librunner/rootfs.h"

/* Below the run-time directory: all that the guest sees of it. */
#define GUEST_DIR "guest"
#define PROGRAM_CHUNK (1 << 20)
/* Below the container's directory: the journal of a booted system, which outlives it. */
#define JOURNAL_DIR "journal"
#define MANAGER_CONF "manager.conf"

typedef struct Binds {
	NspawnBind *list;
	size_t n, cap;
	char **strings; /* what the list borrows */
} Binds;

static void binds_clear(Binds *b)
{
	free(b->list);
	strv_free(b->strings);
}

/* Takes ownership of `source`. */
static void binds_add(Binds *b, char *source, const char *target, bool readonly)
{
	strv_push(&b->strings, source);
	GROW(b->list, b->n, &b->cap);
	b->list[b->n++] = (NspawnBind){ .source = source, .target = target, .readonly = readonly };
}

/* As Docker, makes a directory where the source does not exist. */
static int binds_add_user(Binds *b, const char *text, Error **err)
{
	char **parts = strv_split(text, ':');
	bool readonly = false;
	int r;

	for (size_t i = 0; parts[i]; i++)
		strv_add(&b->strings, parts[i]);
	if (strv_length(parts) < 2) {
		strv_free(parts);
		return error_set(err, EINVAL, "invalid volume specification: '%s'", text);
	}
	if (parts[2]) {
		cleanup_strv char **options = strv_split(parts[2], ',');

		readonly = strv_contains(options, "ro");
	}
	r = access(parts[0], F_OK) < 0 ? fs_mkdir_p(AT_FDCWD, parts[0], 0755) : 0;
	if (r < 0)
		(void)error_errno(err, -r, "make %s", parts[0]);
	else
		binds_add(b, xstrdup(parts[0]),
			  b->strings[strv_length(b->strings) - strv_length(parts) + 1], readonly);
	strv_free(parts);
	return r;
}

/* ---- files ---- */

static char *in_dir(const Monitor *m, const char *name)
{
	return xasprintf("%s/%s", m->dir, name);
}

static void add_quoted(Strbuf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '\n') {
			strbuf_adds(b, "\\n");
			continue;
		}
		if (*s == '"' || *s == '\\' || *s == '%')
			strbuf_addc(b, *s == '%' ? '%' : '\\');
		strbuf_addc(b, *s);
	}
}

/* The container's environment is that of the guest's services, but for what each has of its own. */
static int write_manager_conf(Monitor *m, Error **err)
{
	static const char *const own[] = { "PATH=", "HOME=", "HOSTNAME=", "TERM=", "container=" };
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	int r;

	strbuf_adds(&b, "[Manager]\n");
	STRV_FOREACH(e, m->c->config.env) {
		bool skip = !strchr(*e, '=');

		for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
			skip = skip || startswith(*e, own[i]);
		if (skip)
			continue;
		strbuf_adds(&b, "DefaultEnvironment=\"");
		add_quoted(&b, *e);
		strbuf_adds(&b, "\"\n");
	}
	r = fs_write_atomic(m->dirfd, MANAGER_CONF, b.data, b.len, 0644, 0);
	return r < 0 ? error_errno(err, -r, "write " MANAGER_CONF) : 0;
}

static int add_boot_files(Monitor *m, Binds *b, Error **err)
{
	int r = guest_units_write(m->dirfd, err);

	if (r >= 0)
		r = write_manager_conf(m, err);
	if (r < 0)
		return r;
	binds_add(b, in_dir(m, GUEST_UNITS_DIR), guest_units_target, false);
	binds_add(b, in_dir(m, GUEST_GENERATORS_DIR), guest_generators_target, true);
	binds_add(b, in_dir(m, MANAGER_CONF), "/run/systemd/system.conf.d/50-racker.conf", true);
	/* Nobody will read it where the command alone matters and nothing is kept. */
	if (m->main && m->c->host.auto_remove)
		return 0;
	r = fs_mkdir_p(m->dirfd, JOURNAL_DIR, 0755);
	if (r < 0)
		return error_errno(err, -r, "make the journal's directory");
	binds_add(b, in_dir(m, JOURNAL_DIR), "/run/log/journal", false);
	return 0;
}

static bool network_is(const Monitor *m, const char *mode)
{
	return m->c->host.network_mode && streq(m->c->host.network_mode, mode);
}

static int add_files(Monitor *m, Binds *b, Error **err)
{
	static const char *const etc[] = { "hostname", "hosts", "resolv.conf" };
	static const char *const targets[] = { "/etc/hostname", "/etc/hosts", "/etc/resolv.conf" };
	int r = etc_files_write(m->dirfd, m->c->config.hostname, !network_is(m, "none"), err);

	if (r < 0)
		return r;
	/* A booted system's own tools may change its name: it has a file that is not bound. */
	for (size_t i = m->c->racker.boot ? 1 : 0; i < 3; i++)
		binds_add(b, in_dir(m, etc[i]), targets[i], false);
	binds_add(b, xasprintf("%s/" GUEST_DIR, m->rundir), INIT_GUEST_DIR, true);
	if (m->c->racker.boot)
		r = add_boot_files(m, b, err);
	STRV_FOREACH(text, m->c->host.binds) {
		r = r < 0 ? r : binds_add_user(b, *text, err);
		if (r >= 0 && m->c->racker.boot)
			r = guest_units_keep_mounted(m->dirfd, b->list[b->n - 1].target, err);
	}
	return r;
}

/* A copy of racker-init: a guest's root can make any bind writable, and the program is the host's.
 */
static int copy_program(int dir, Error **err)
{
	cleanup_free char *path = helper_path("racker-init");
	cleanup_fd int in = open(path, O_RDONLY | O_CLOEXEC), out = -1;
	ssize_t n;

	if (in < 0)
		return error_errno(err, errno, "open %s", path);
	if (unlinkat(dir, "init", 0) < 0 && errno != ENOENT)
		return error_errno(err, errno, "remove the old racker-init");
	out = openat(dir, "init", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	if (out < 0 || fchmod(out, 0755) < 0)
		return error_errno(err, errno, "make " GUEST_DIR "/init");
	do
		n = sendfile(out, in, NULL, PROGRAM_CHUNK);
	while (n > 0);
	return n < 0 ? error_errno(err, errno, "copy %s", path) : 0;
}

/* What the guest sees: the socket and racker-init. */
static int open_guest_dir(Monitor *m, Error **err)
{
	cleanup_fd int dir = -1;
	int r = fs_mkdir_p(m->rundirfd, GUEST_DIR, 0755);

	dir = r < 0 ? r : fs_open_dir(m->rundirfd, GUEST_DIR);
	if (dir < 0)
		return error_errno(err, -dir, "make %s/" GUEST_DIR, m->rundir);
	r = copy_program(dir, err);
	if (r < 0)
		return r;
	m->init_listener = init_listen(dir, err);
	return m->init_listener < 0 ? m->init_listener : session_listen(m, err);
}

/* ---- systemd-nspawn ---- */

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
		.userdata = m->cgroup,
	};
	int r;

	if (console < 0)
		return error_errno(err, errno, "open " CONSOLE_LOG);
	r = spawn(&s, &m->nspawn, NULL, err);
	if (r < 0) {
		m->nspawn = 0;
		return r;
	}
	if (!loop_add_child(m->loop, m->nspawn, on_nspawn_ended, m))
		return error_errno(err, errno, "watch systemd-nspawn");
	return 0;
}

static int start_nspawn(Monitor *m, const Binds *b, Error **err)
{
	cleanup_free char *root = in_dir(m, "merged");
	cleanup_free char *notify = xasprintf("%s/" NOTIFY_SOCKET, m->rundir);
	cleanup_free char *uuid = nspawn_uuid(m->c->id);
	char *command[] = { (char *)INIT_GUEST_PROGRAM, (char *)INIT_GUEST_SOCKET,
			    m->main ? m->main->token : NULL, NULL };
	NspawnSpec spec = {
		.directory = root,
		.machine = m->c->racker.machine,
		.hostname = m->c->config.hostname,
		.uuid = uuid,
		.boot = m->c->racker.boot,
		.notify_socket = notify,
		.private_network = network_is(m, "none"),
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

int monitor_prepare(Monitor *m, Error **err)
{
	cleanup(binds_clear) Binds b = { 0 };
	cleanup_free char *root = in_dir(m, "merged");
	int r = rootfs_mount(m->rt->store, m->c->racker.layers, m->dir,
			     m->c->host.auto_remove ? ROOTFS_VOLATILE : 0, err);

	if (r >= 0)
		r = rootfs_complete(root, m->c->racker.boot, err);
	if (r >= 0 && m->c->racker.boot)
		r = rootfs_write_hostname(root, m->c->config.hostname, err);
	if (r >= 0)
		r = cgroup_create(m->dirfd, m->c->id, &m->cgroup, err);
	if (r >= 0)
		r = open_guest_dir(m, err);
	if (r >= 0)
		r = boot_listen(m, err);
	if (r >= 0)
		r = add_files(m, &b, err);
	return r < 0 ? r : start_nspawn(m, &b, err);
}
