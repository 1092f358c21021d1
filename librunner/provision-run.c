#include "librunner/provision-run.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "librunner/cgroup.h"
#include "librunner/neutral.h"
#include "librunner/nspawn.h"
#include "librunner/rootfs.h"

/* Lines that a failure shows. */
#define SHOWN_LINES 20
/* A longer line of output is cut. */
#define MAX_LINE 4096
/* What the child may say about its failure. */
#define MAX_REPORT 8192

/* ---- the child: everything that needs the mount namespace ---- */

/* Names are resolved as on the host, whose network it is. */
static const char *const host_files[] = { "/etc/resolv.conf", "/etc/hosts" };
#define N_HOST_FILES (sizeof(host_files) / sizeof(*host_files))

/* Where the host gets its packages through a proxy, the image does. */
static void add_proxies(char ***env)
{
	static const char *const names[] = { "http_proxy", "https_proxy", "ftp_proxy", "no_proxy",
					     "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY",
					     "all_proxy",  "ALL_PROXY" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!str_empty(getenv(names[i])))
			env_set(env, names[i], getenv(names[i]));
}

static char **recipe_env(void)
{
	char **env = NULL;

	env_set(&env, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	env_set(&env, "HOME", "/root");
	env_set(&env, "LC_ALL", "C.UTF-8");
	env_set(&env, "DEBIAN_FRONTEND", "noninteractive");
	add_proxies(&env);
	return env;
}

static char **recipe_argv(const Recipe *recipe)
{
	char **argv = NULL;

	strv_add(&argv, "/bin/sh");
	strv_add(&argv, "-c");
	strv_add(&argv, recipe->script);
	strv_add(&argv, "recipe");
	strv_extend(&argv, (char *const *)recipe->packages);
	return argv;
}

/* systemd-nspawn makes the files it binds to; those that the image has not are removed again. */
static void remove_mount_points(int dirfd)
{
	cleanup_fd int upper = fs_open_dir(dirfd, "upper"), etc = -1;
	struct stat st;

	if (upper >= 0)
		etc = fs_open_in_root(upper, "/etc", O_RDONLY | O_DIRECTORY, 0);
	for (size_t i = 0; etc >= 0 && i < N_HOST_FILES; i++) {
		const char *name = strrchr(host_files[i], '/') + 1;

		if (fstatat(etc, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
		    st.st_size == 0)
			(void)unlinkat(etc, name, 0);
	}
}

static int run_nspawn(const NspawnSpec *spec, Cgroup *cg, Error **err)
{
	cleanup_strv char **argv = nspawn_argv(spec), **env = nspawn_env(spec);
	const Spawn s = {
		.argv = argv,
		.env = env,
		.in = -1,
		.out = 1,
		.err = 2,
		.death_signal = SIGTERM,
		.setup = cgroup_enter,
		.userdata = cg,
	};

	/* Nobody loads another filter here, so that systemd-nspawn's own stays. */
	env_unset(env, "SYSTEMD_SECCOMP");
	return spawn_run(&s, NULL, 0, err);
}

static int run_recipe(const ProvisionRun *run, int dirfd, Error **err)
{
	cleanup_strv char **env = recipe_env(), **command = recipe_argv(run->recipe);
	cleanup_free char *id = random_hex(64), *merged = xasprintf("%s/merged", run->dir);
	cleanup_free char *machine = xasprintf("provision-%.12s", id);
	cleanup_cgroup Cgroup *cg = NULL;
	NspawnBind binds[N_HOST_FILES];
	NspawnSpec spec = { .directory = merged,
			    .machine = machine,
			    .command = command,
			    .as_pid2 = true,
			    .env = env,
			    .binds = binds };
	int r, status;

	for (size_t i = 0; i < N_HOST_FILES; i++)
		if (access(host_files[i], R_OK) == 0)
			binds[spec.n_binds++] = (NspawnBind){ host_files[i], host_files[i], true };
	r = cgroup_create(dirfd, id, &cg, err);
	if (r < 0)
		return r;
	status = run_nspawn(&spec, cg, err);
	(void)cgroup_kill(cg);
	(void)cgroup_remove(cg, NULL);
	if (status > 0)
		return error_set(err, EIO, "the package manager failed with status %d", status);
	return status;
}

static int child_change(const ProvisionRun *run, int dirfd, Error **err)
{
	cleanup_free char *merged = xasprintf("%s/merged", run->dir);
	int r = run->recipe ? run_recipe(run, dirfd, err) : 0;

	if (r >= 0)
		r = neutral_apply(dirfd, "merged", err);
	/* The upper directory is about to become a layer: nothing may use it any more. */
	if (umount2(merged, UMOUNT_NOFOLLOW) < 0 && r >= 0)
		r = error_errno(err, errno, "unmount %s", merged);
	if (r >= 0)
		remove_mount_points(dirfd);
	return r;
}

static int child_work(const ProvisionRun *run, Error **err)
{
	cleanup_fd int dirfd = -1;
	int r = rootfs_private(err);

	if (r >= 0)
		r = rootfs_mount(run->rt->store, run->image->layers, run->dir, ROOTFS_VOLATILE,
				 err);
	if (r < 0)
		return r;
	/* Opened in this mount namespace, so that it shows what is mounted here. */
	dirfd = fs_open_dir(AT_FDCWD, run->dir);
	return dirfd < 0 ? error_errno(err, -dirfd, "open %s", run->dir)
			 : child_change(run, dirfd, err);
}

/* Its report is the error's number and text; nothing when all went well. */
static void child_main(const ProvisionRun *run, int output, int report) __attribute__((noreturn));

static void child_main(const ProvisionRun *run, int output, int report)
{
	cleanup_error Error *err = NULL;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (dup2(output, 1) < 0 || dup2(output, 2) < 0)
		_exit(1);
	if (child_work(run, &err) < 0) {
		(void)fd_write_all(report, &err->errnum, sizeof(err->errnum));
		(void)fd_write_all(report, err->msg, strlen(err->msg));
		_exit(1);
	}
	_exit(0);
}

/* ---- the parent: what the child says ---- */

typedef struct Output {
	const ProvisionRun *run;
	int log;
	char *lines[SHOWN_LINES]; /* the last ones, a ring */
	size_t n;
} Output;

static void output_line(Output *o, const char *line)
{
	char **slot = &o->lines[o->n++ % SHOWN_LINES];

	free(*slot);
	*slot = xstrdup(line);
	if (o->run->rt->debug && o->run->rt->notice)
		o->run->rt->notice(line, o->run->rt->userdata);
}

static void output_read(Output *o, int fd)
{
	FILE *f = fdopen(fd, "r");
	char line[MAX_LINE];

	while (f && fgets(line, sizeof(line), f)) {
		(void)fd_write_all(o->log, line, strlen(line));
		line[strcspn(line, "\r\n")] = '\0';
		output_line(o, line);
	}
	if (f)
		(void)fclose(f);
}

/* The package manager's own words come before the error that sums them up. */
static void output_show(const Output *o)
{
	const Runtime *rt = o->run->rt;

	for (size_t i = o->n > SHOWN_LINES ? o->n - SHOWN_LINES : 0; i < o->n; i++)
		if (rt->notice && !rt->debug)
			rt->notice(o->lines[i % SHOWN_LINES], rt->userdata);
}

static void output_clear(Output *o)
{
	(void)fd_close(o->log);
	for (size_t i = 0; i < SHOWN_LINES; i++)
		free(o->lines[i]);
}

static int read_report(int fd, Error **err)
{
	char buf[MAX_REPORT];
	ssize_t n = fd_read_full(fd, buf, sizeof(buf) - 1);
	int errnum;

	if (n < (ssize_t)sizeof(errnum))
		return error_set(err, EIO, "the child process was killed");
	memcpy(&errnum, buf, sizeof(errnum));
	buf[n] = '\0';
	return error_set(err, errnum, "%s", buf + sizeof(errnum));
}

static int follow(const ProvisionRun *run, Output *o, pid_t pid, int output, int report,
		  Error **err)
{
	int r;

	output_read(o, output);
	if (spawn_wait(pid) == 0)
		return 0;
	r = read_report(report, err);
	output_show(o);
	return error_prefix(err, r, "provision %s (output in %s)", run->name, run->log);
}

int provision_run(const ProvisionRun *run, Error **err)
{
	cleanup(output_clear) Output o = { .run = run, .log = -1 };
	cleanup_fd int output = -1, report = -1, output_w = -1, report_w = -1;
	int a[2], b[2];
	pid_t pid;

	o.log = open(run->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (o.log < 0)
		return error_errno(err, errno, "open %s", run->log);
	if (pipe2(a, O_CLOEXEC) < 0)
		return error_errno(err, errno, "make a pipe");
	output = a[0];
	output_w = a[1];
	if (pipe2(b, O_CLOEXEC) < 0)
		return error_errno(err, errno, "make a pipe");
	report = b[0];
	report_w = b[1];
	pid = fork();
	if (pid < 0)
		return error_errno(err, errno, "fork");
	if (pid == 0)
		child_main(run, output_w, report_w);
	output_w = fd_close(output_w);
	report_w = fd_close(report_w);
	return follow(run, &o, pid, steal_fd(&output), report, err);
}
