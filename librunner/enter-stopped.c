#include "librunner/enter-stopped.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "librunner/caps.h"
#include "librunner/cgroup.h"
#include "librunner/container-mounts.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/init/protocol.h"
#include "librunner/merge.h"
#include "librunner/nspawn.h"
#include "librunner/rootfs.h"
#include "librunner/supervise.h"

#define STATUS_FAILED 125
/* Where systemd-nspawn makes directories that it does not remove when /run is on a disk. */
#define NSPAWN_RUN "/run/systemd/nspawn"
/* PID 1, a copy that the command can do no harm to, and where it is inside. */
#define INIT_COPY NSPAWN_RUN "/racker-init"
#define INIT_INSIDE "/run/racker-init"
/* Numbers of capabilities that systemd-nspawn of any age knows by name. */
#define OLD_CAPS 38
#define COPY_CHUNK (1 << 20)

typedef struct Enter {
	Runtime *rt;
	const Container *c;
	char *const *argv;
	char *dir;
	int root;
	bool terminal;
} Enter;

/* The system's own shell, as root would get it. */
static char *const shell[] = {
	(char *)"/bin/sh", (char *)"-c",
	(char *)"if [ -x /bin/bash ]; then exec /bin/bash -l; else exec /bin/sh -l; fi", NULL
};

/* ---- the command ---- */

/* 0, or -ENOENT, -EACCES: there is such a program in the root. */
static int check_program(int root, const char *path)
{
	cleanup_fd int fd = fs_open_in_root(root, path, O_PATH, 0);
	struct stat st;

	if (fd < 0)
		return fd == -EACCES ? fd : -ENOENT;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return -EACCES;
	return 0;
}

static int check_command(const Enter *e, char *const *env, Error **err)
{
	cleanup_strv char **dirs =
		strv_split(env_get(env, "PATH") ? env_get(env, "PATH") : "", ':');
	const char *name = e->argv[0];
	cleanup_free char *quoted = str_quote(name);
	int r = -ENOENT;

	if (strchr(name, '/')) {
		r = check_program(e->root, name);
		if (r == -ENOENT)
			return error_set(err, ENOENT,
					 "exec: %s: stat %s: no such file or directory", quoted,
					 name);
	} else {
		STRV_FOREACH(dir, dirs) {
			cleanup_free char *path = xasprintf("%s/%s", *dir, name);

			if (**dir == '/' && (r = check_program(e->root, path)) == 0)
				break;
		}
		if (r == -ENOENT)
			return error_set(err, ENOENT,
					 "exec: %s: executable file not found in $PATH", quoted);
	}
	return r < 0 ? error_set(err, EACCES, "exec: %s: permission denied", quoted) : 0;
}

/* ---- systemd-nspawn ---- */

/* What a plain container's command would not have either. */
static char *dropped_capabilities(void)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	for (unsigned cap = 0; cap < OLD_CAPS; cap++)
		if (!(caps_docker_default & CAP_BIT(cap)) && cap_name(cap))
			strbuf_addf(&b, "%s%s", b.len ? "," : "--drop-capability=", cap_name(cap));
	return strbuf_steal(&b);
}

/* Options that are its own case: a terminal, and the capabilities. */
static char **enter_argv(const Enter *e, const NspawnSpec *spec)
{
	cleanup_strv char **plain = nspawn_argv(spec);
	char **argv = NULL;

	STRV_FOREACH(it, plain) {
		bool console = e->terminal && streq(*it, "--console=pipe");

		strv_add(&argv, console ? "--console=interactive" : *it);
		if (it == plain && !e->c->racker.boot && !e->c->host.privileged)
			strv_push(&argv, dropped_capabilities());
	}
	return argv;
}

static int run_nspawn(const Enter *e, const NspawnSpec *spec, Cgroup *cg, Error **err)
{
	cleanup_strv char **argv = enter_argv(e, spec), **env = nspawn_env(spec);
	cleanup_fd int pidfd = -1, signals = supervise_signals();
	Spawn s = SPAWN_INIT;
	pid_t pid;
	int r;

	if (signals < 0)
		return error_errno(err, -signals, "read signals");
	/* Nobody loads another filter here, so that systemd-nspawn's own stays. */
	env_unset(env, "SYSTEMD_SECCOMP");
	s.argv = argv;
	s.env = env;
	s.death_signal = SIGTERM;
	s.setup = cgroup_enter;
	s.userdata = cg;
	r = spawn(&s, &pid, &pidfd, err);
	if (r < 0)
		return r;
	(void)supervise_wait(pid, pidfd, signals, cg);
	return spawn_wait(pid);
}

static int run_command(const Enter *e, int dirfd, char **env, Error **err)
{
	cleanup_free char *merged = xasprintf("%s/merged", e->dir);
	cleanup_free char *journal = xasprintf("%s/journal", e->dir);
	cleanup_free char *uuid = nspawn_uuid(e->c->id);
	cleanup_cgroup Cgroup *cg = NULL;
	cleanup_strv char **command = NULL;
	/* The second one: what a sick system wrote last. */
	const NspawnBind binds[] = { { INIT_COPY, INIT_INSIDE, true },
				     { journal, "/run/log/journal", true } };
	NspawnSpec spec = {
		.directory = merged,
		.machine = e->c->racker.machine,
		.hostname = e->c->config.hostname,
		.uuid = uuid,
		.private_network = streq_null(e->c->host.network_mode, "none"),
		.binds = binds,
		.n_binds = access(journal, F_OK) == 0 ? 2 : 1,
		.env = env,
	};
	int status, r = cgroup_create(dirfd, e->c->id, &cg, err);

	if (r < 0)
		return r;
	strv_add(&command, INIT_INSIDE);
	strv_add(&command, INIT_RUN);
	strv_extend(&command, e->argv);
	spec.command = command;
	status = run_nspawn(e, &spec, cg, err);
	(void)cgroup_kill(cg);
	(void)cgroup_remove(cg, NULL);
	return status;
}

static char **command_env(const Enter *e)
{
	char **env = container_environment(e->c);

	if (!env_get(env, "HOME"))
		strv_add(&env, "HOME=/root");
	if (e->terminal && getenv("TERM"))
		env_set(&env, "TERM", getenv("TERM"));
	return env;
}

static int copy_program(const char *from, const char *to)
{
	cleanup_fd int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
	ssize_t n = 1;

	if (in < 0)
		return -errno;
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	while (out >= 0 && n > 0)
		n = sendfile(out, in, NULL, COPY_CHUNK);
	return out < 0 || n < 0 ? -errno : 0;
}

static int mount_all(Enter *e, Error **err)
{
	cleanup_free char *program = helper_path("racker-init");
	int r = rootfs_private(err);

	if (r >= 0)
		r = container_mount(e->rt, e->c, ROOT_ENTER, &e->root, err);
	if (r < 0)
		return r;
	r = fs_mkdir_p(AT_FDCWD, NSPAWN_RUN, 0755);
	if (r >= 0 && mount("tmpfs", NSPAWN_RUN, "tmpfs", 0, "mode=0755") < 0)
		r = -errno;
	if (r < 0)
		return error_errno(err, -r, "mount " NSPAWN_RUN);
	r = copy_program(program, INIT_COPY);
	return r < 0 ? error_errno(err, -r, "copy %s", program) : 0;
}

static int enter(Enter *e, Error **err)
{
	cleanup_strv char **env = command_env(e);
	cleanup_fd int dirfd = -1;
	int r = mount_all(e, err);

	/* These kinds are for a command that cannot be run. */
	if (r == -ENOENT || r == -EACCES)
		(*err)->errnum = EIO;
	if (r >= 0)
		r = check_command(e, env, err);
	if (r < 0)
		return r;
	dirfd = fs_open_dir(AT_FDCWD, e->dir);
	return dirfd < 0 ? error_errno(err, -dirfd, "open %s", e->dir)
			 : run_command(e, dirfd, env, err);
}

/* ---- the process that has the mounts ---- */

typedef struct Failure {
	int errnum;
	char text[1024];
} Failure;

static _Noreturn void child(Enter *e, int report)
{
	Failure f = { 0 };
	Error *err = NULL;
	int status;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	status = enter(e, &err);
	if (status < 0) {
		f.errnum = err ? err->errnum : EIO;
		(void)snprintf(f.text, sizeof(f.text), "%s", err ? err->msg : "it failed");
		(void)!write(report, &f, sizeof(f));
		status = STATUS_FAILED;
	}
	_exit(status);
}

static int wait_for_child(pid_t pid, int report, Error **err)
{
	Failure f;
	ssize_t n = fd_read_full(report, &f, sizeof(f));
	int status = spawn_wait(pid);

	if (n != (ssize_t)sizeof(f))
		return status;
	f.text[sizeof(f.text) - 1] = '\0';
	return error_set(err, f.errnum, "%s", f.text);
}

/* SIGINT and the like are for the command, and for the process that has the mounts; whoever holds
 * the terminal waits. */
static int run_child(Enter *e, Error **err)
{
	cleanup_fd int in = -1, out = -1;
	sigset_t set, before;
	int fds[2], r;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "make a pipe");
	in = fds[0];
	out = fds[1];
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGQUIT);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	pid = fork();
	if (pid < 0)
		return error_errno(err, errno, "fork");
	if (pid == 0)
		child(e, out);
	out = fd_close(out);
	r = wait_for_child(pid, in, err);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

static int start(Runtime *rt, const Container *c, Enter *e, Error **err)
{
	cleanup_fd int lock = container_hold(rt, c, err);
	ContainerState now = { 0 };
	struct termios saved;
	bool restore;
	int r;

	if (lock < 0)
		return lock;
	r = container_state_load(rt, c->id, &now, err);
	if (r >= 0 && now.status && streq(now.status, "running"))
		r = error_set(err, EBUSY, "container %s has been started meanwhile", c->name);
	json_clear(&container_state_type, &now);
	if (r < 0)
		return r;
	restore = e->terminal && tcgetattr(0, &saved) == 0;
	r = run_child(e, err);
	if (restore)
		(void)tcsetattr(0, TCSADRAIN, &saved);
	return r;
}

int container_enter_stopped(Runtime *rt, const Container *c, char *const *argv, Error **err)
{
	cleanup_free char *dir = xasprintf("%s/containers/%s", rt->root, c->id);
	Enter e = { .rt = rt,
		    .c = c,
		    .argv = argv ? argv : shell,
		    .dir = dir,
		    .root = -1,
		    .terminal = isatty(0) && isatty(1) };

	return start(rt, c, &e, err);
}
