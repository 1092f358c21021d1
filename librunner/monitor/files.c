#include "librunner/monitor/files.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/guest-units.h"
#include "librunner/init/protocol.h"
#include "librunner/monitor/network.h"
#include "librunner/monitor/session.h"
#include "librunner/rlimits.h"

/* Below the run-time directory: all that the guest sees of it. */
#define GUEST_DIR "guest"
#define PROGRAM_CHUNK (1 << 20)
/* Below the container's directory: the journal of a booted system, which outlives it. */
#define JOURNAL_DIR "journal"
#define MANAGER_CONF "manager.conf"

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

/* Debian's initramfs mounts /run with noexec, and a bind keeps that. In our mount namespace, which
 * systemd-nspawn sees too, the directory is a mount of its own without it. */
static int make_executable(Monitor *m, int dir, Error **err)
{
	cleanup_free char *path = xasprintf("%s/" GUEST_DIR, m->rundir);
	struct statvfs st;

	if (fstatvfs(dir, &st) < 0 || !(st.f_flag & ST_NOEXEC))
		return 0;
	if (mount(path, path, NULL, MS_BIND, NULL) < 0 ||
	    mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_NOSUID | MS_NODEV, NULL) < 0)
		return error_errno(err, errno, "mount %s without noexec", path);
	return 0;
}

void files_close_guest_dir(Monitor *m)
{
	cleanup_free char *path = xasprintf("%s/" GUEST_DIR, m->rundir);

	(void)umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
}

int files_open_guest_dir(Monitor *m, Error **err)
{
	cleanup_fd int dir = -1;
	int r = fs_mkdir_p(m->rundirfd, GUEST_DIR, 0755);

	dir = r < 0 ? r : fs_open_dir(m->rundirfd, GUEST_DIR);
	if (dir < 0)
		return error_errno(err, -dir, "make %s/" GUEST_DIR, m->rundir);
	r = copy_program(dir, err);
	if (r >= 0)
		r = make_executable(m, dir, err);
	if (r < 0)
		return r;
	m->run->init_listener = init_listen(dir, err);
	return m->run->init_listener < 0 ? m->run->init_listener : session_listen(m, err);
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
	cleanup_strv char **limits = NULL;
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
	limits = rlimits_manager(&m->c->host);
	STRV_FOREACH(it, limits)
		strbuf_addf(&b, "%s\n", *it);
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
	binds_add(b, monitor_path(m, GUEST_UNITS_DIR), guest_units_target, false);
	binds_add(b, monitor_path(m, GUEST_GENERATORS_DIR), guest_generators_target, true);
	binds_add(b, monitor_path(m, MANAGER_CONF), "/run/systemd/system.conf.d/50-racker.conf",
		  true);
	r = network_add_guest_files(m, b, err);
	if (r < 0)
		return r;
	/* Nobody will read it where the command alone matters and nothing is kept. */
	if (m->run->main && m->c->host.auto_remove)
		return 0;
	r = fs_mkdir_p(m->dirfd, JOURNAL_DIR, 0755);
	if (r < 0)
		return error_errno(err, -r, "make the journal's directory");
	binds_add(b, monitor_path(m, JOURNAL_DIR), "/run/log/journal", false);
	return 0;
}

/* A booted system's own tools may change its name: it has a file that is not bound. */
static void add_etc_files(Monitor *m, Binds *b, MountPlan *plan)
{
	static const char *const names[] = { "hostname", "hosts", "resolv.conf" };
	static const char *const targets[] = { "/etc/hostname", "/etc/hosts", "/etc/resolv.conf" };
	bool boot = m->c->racker.boot;

	for (size_t i = boot ? 1 : 0; i < 3; i++) {
		cleanup_free char *path = monitor_path(m, names[i]);

		if (mount_plan_has(plan, targets[i]))
			continue;
		if (boot)
			binds_add(b, steal(&path), targets[i], false);
		else
			mount_plan_add_bind(plan, path, targets[i], m->c->host.readonly_rootfs);
	}
}

/* The host's own shared memory, or for a booted container one of the size that was asked for:
 * racker-init mounts it in a plain one. */
static void add_shm(Monitor *m, MountPlan *plan)
{
	const HostConfig *host = &m->c->host;
	cleanup_free char *options = NULL;

	if (mount_plan_has(plan, "/dev/shm"))
		return;
	if (streq_null(host->ipc_mode, "host")) {
		mount_plan_add_bind(plan, "/dev/shm", "/dev/shm", false);
	} else if (m->c->racker.boot && host->shm_size > 0) {
		options = xasprintf("mode=1777,size=%lld", (long long)host->shm_size);
		mount_plan_add_tmpfs(plan, "/dev/shm", options);
	}
}

/* What a booted system has to write to when its root is read-only, beside /run: as podman has it.
 */
static void add_writable(Monitor *m, MountPlan *plan)
{
	static const char *const places[] = { "/tmp", "/var/tmp" };

	if (!m->c->racker.boot || !m->c->host.readonly_rootfs)
		return;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!mount_plan_has(plan, places[i]))
			mount_plan_add_tmpfs(plan, places[i], "mode=1777,exec");
}

int files_add(Monitor *m, Binds *b, MountPlan *plan, Error **err)
{
	int r = network_write_files(m, err);

	if (r < 0)
		return r;
	add_etc_files(m, b, plan);
	add_shm(m, plan);
	add_writable(m, plan);
	binds_add(b, xasprintf("%s/" GUEST_DIR, m->rundir), INIT_GUEST_DIR, true);
	return m->c->racker.boot ? add_boot_files(m, b, err) : 0;
}
