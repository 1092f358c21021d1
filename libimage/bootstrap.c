#include "libimage/bootstrap-source.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "libimage/layer.h"
#include "libimage/platform.h"

#define VARIANT "minbase"
/* What a tree needs to be booted and spoken to. */
#define PACKAGES "systemd,systemd-sysv,dbus"
/* Output of apt about the host's repositories. */
#define MAX_INDEXTARGETS (1024 * 1024)
#define MAX_PROXY 4096
/* A longer line of mmdebstrap's output is cut. */
#define MAX_LINE 4096
/* Lines of the log that an error quotes. */
#define MAX_QUOTED 5
/* How long mmdebstrap may take to end after its stream has ended, and after a signal. */
#define GRACE_MS 5000

/* One run of mmdebstrap. */
typedef struct Run {
	Store *store;
	const BootstrapOptions *options;
	BootstrapSource *source;
	char *title; /* "debian bookworm" */
	char *arch; /* Debian's name */
	char *log_path;
	int log;
	char *tmp; /* TMPDIR, below RACKER_ROOT */
	pid_t pid; /* 0: not running */
	int pidfd, out, messages;
	pthread_t reader; /* of `messages` */
	bool reading;
	char **quoted; /* the last complaints */
} Run;

/* ---- what mmdebstrap says ---- */

static void quote(Run *run, const char *line)
{
	strv_add(&run->quoted, line);
	if (strv_length(run->quoted) > MAX_QUOTED) {
		free(run->quoted[0]);
		memmove(run->quoted, run->quoted + 1, (MAX_QUOTED + 1) * sizeof(char *));
	}
}

/* Steps are told as `I: downloading packages with apt...`; what went wrong starts with `E: `, both
 * of apt and of mmdebstrap. */
static void handle_line(Run *run, const char *line)
{
	const char *step = startswith(line, "I: ");
	cleanup_free char *text = NULL;

	if (startswith(line, "E: "))
		quote(run, line + 3);
	if (!step || !endswith(step, "...") || !run->options->progress)
		return;
	text = xasprintf("bootstrap %s: %.*s", run->title, (int)strlen(step) - 3, step);
	run->options->progress(text, run->options->userdata);
}

static void *read_messages(void *userdata)
{
	Run *run = userdata;
	FILE *f = fdopen(run->messages, "r");
	char line[MAX_LINE];

	while (f && fgets(line, sizeof(line), f)) {
		(void)fd_write_all(run->log, line, strlen(line));
		line[strcspn(line, "\n")] = '\0';
		handle_line(run, line);
	}
	if (f)
		(void)fclose(f);
	return NULL;
}

/* ---- starting it ---- */

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	cleanup_strv char **dirs = strv_split(path ? path : "/usr/sbin:/usr/bin:/sbin:/bin", ':');

	STRV_FOREACH(it, dirs) {
		cleanup_free char *file = xasprintf("%s/%s", *it, program);

		if (access(file, X_OK) == 0)
			return true;
	}
	return false;
}

static int check_installed(const BootstrapSource *s, Error **err)
{
	const BootstrapDistribution *d = bootstrap_distribution(s->distribution);
	const char *keyring = d ? bootstrap_keyring(d, s->codename) : NULL;

	if (!in_path("mmdebstrap"))
		return error_set(err, ENOENT,
				 "mmdebstrap is not installed (install the package mmdebstrap)");
	if (keyring && access(keyring, R_OK) < 0)
		return error_set(err, ENOENT, "%s is missing (install the package %s)", keyring,
				 d->keyring_package);
	return 0;
}

/* What apt says about the host; nothing on hosts without apt. */
static char *ask_apt(const char *const *argv, size_t limit)
{
	Spawn s = { .argv = (char *const *)argv, .in = -1, .out = -1, .err = -1 };
	Strbuf out = STRBUF_INIT;

	if (!in_path(argv[0]) || spawn_run(&s, &out, limit, NULL) != 0)
		strbuf_clear(&out);
	return strbuf_steal(&out);
}

static char *host_repositories(void)
{
	static const char *const argv[] = { "apt-get",
					    "indextargets",
					    "--format",
					    BOOTSTRAP_INDEXTARGETS,
					    "Created-By: Packages",
					    NULL };

	return ask_apt(argv, MAX_INDEXTARGETS);
}

/* The proxy that the host's apt uses is used by the new tree's apt while it is made; it is not
 * written into the tree. */
static void add_proxy(char ***env, const char *variable, const char *option)
{
	const char *argv[] = { "apt-config", "dump", "--format", "%v%n", option, NULL };
	cleanup_free char *value = NULL;

	if (env_get(*env, variable))
		return;
	value = ask_apt(argv, MAX_PROXY);
	value[strcspn(value, "\n")] = '\0';
	if (*value && !streq(value, "DIRECT"))
		env_set(env, variable, value);
}

static char **make_env(const Run *run)
{
	char **env = strv_copy(environ);

	add_proxy(&env, "http_proxy", "Acquire::http::Proxy");
	add_proxy(&env, "https_proxy", "Acquire::https::Proxy");
	env_set(&env, "TMPDIR", run->tmp);
	env_set(&env, "LC_ALL", "C.UTF-8");
	return env;
}

static char **make_argv(const Run *run)
{
	const BootstrapSource *s = run->source;
	const BootstrapDistribution *d = bootstrap_distribution(s->distribution);
	cleanup_free char *repositories = host_repositories();
	cleanup_strv char **lines = bootstrap_apt_lines(s, run->arch, repositories);
	char **argv = NULL;

	strv_add(&argv, "mmdebstrap");
	strv_add(&argv, "--variant=" VARIANT);
	strv_add(&argv, "--include=" PACKAGES);
	strv_add(&argv, "--format=tar");
	strv_addf(&argv, "--architectures=%s", run->arch);
	if (d)
		strv_addf(&argv, "--keyring=%s", bootstrap_keyring(d, s->codename));
	strv_add(&argv, s->codename);
	strv_add(&argv, "-");
	strv_extend(&argv, lines);
	return argv;
}

static int make_pipe(int *ret_reader, int *ret_writer)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	*ret_reader = fds[0];
	*ret_writer = fds[1];
	return 0;
}

static int start(Run *run, Error **err)
{
	cleanup_strv char **argv = make_argv(run), **env = make_env(run);
	cleanup_fd int out = -1, messages = -1;
	Spawn s = { .argv = argv, .env = env, .in = -1, .death_signal = SIGTERM };
	cleanup_free char *command = strv_join(argv, " ");
	int r;

	(void)fd_write_all(run->log, command, strlen(command));
	(void)fd_write_all(run->log, "\n", 1);
	r = make_pipe(&run->out, &out);
	if (r >= 0)
		r = make_pipe(&run->messages, &messages);
	if (r < 0)
		return error_errno(err, -r, "make a pipe");
	s.out = out;
	s.err = messages;
	r = spawn(&s, &run->pid, &run->pidfd, err);
	if (r < 0)
		return r;
	r = pthread_create(&run->reader, NULL, read_messages, run);
	if (r > 0)
		return error_errno(err, r, "make a thread");
	run->reading = true;
	return 0;
}

/* ---- its end ---- */

static void wait_ended(const Run *run)
{
	struct pollfd p = { .fd = run->pidfd, .events = POLLIN };

	(void)poll(&p, 1, GRACE_MS);
}

/* Waits for mmdebstrap, which a signal ends when it does not do so by itself. Returns its status.
 */
static int end(Run *run)
{
	int status;

	if (run->pid == 0)
		return 0;
	run->out = fd_close(run->out);
	wait_ended(run);
	(void)kill(run->pid, SIGTERM);
	wait_ended(run);
	(void)kill(run->pid, SIGKILL);
	status = spawn_wait(run->pid);
	run->pid = 0;
	if (run->reading) {
		(void)pthread_join(run->reader, NULL);
		run->messages = -1;
	}
	run->reading = false;
	return status;
}

static int explain(const Run *run, Error **err)
{
	cleanup_free char *said = strv_join(run->quoted, "; ");

	return error_set(err, EIO, "mmdebstrap failed%s%s (see %s)", *said ? ": " : "", said,
			 run->log_path);
}

/* The store has read the whole stream. */
static int finish(void *userdata, Error **err)
{
	Run *run = userdata;

	return end(run) == 0 ? 0 : explain(run, err);
}

static void run_clear(Run *run)
{
	(void)end(run);
	(void)fd_close(run->out);
	(void)fd_close(run->pidfd);
	(void)fd_close(run->messages);
	(void)fd_close(run->log);
	if (run->tmp)
		(void)fs_remove_tree(AT_FDCWD, run->tmp);
	bootstrap_source_free(run->source);
	free(run->title);
	free(run->arch);
	free(run->log_path);
	free(run->tmp);
	strv_free(run->quoted);
}

/* ---- all of it ---- */

static int open_log(Run *run, Error **err)
{
	int r = fs_mkdir_p(store_fd(run->store), "log", 0755);

	run->log_path = xasprintf("%s/log/bootstrap-%s-%s.log", store_path(run->store),
				  run->source->distribution, run->source->codename);
	if (r < 0)
		return error_errno(err, -r, "make %s/log", store_path(run->store));
	run->log = open(run->log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	return run->log < 0 ? error_errno(err, errno, "open %s", run->log_path) : 0;
}

static int make_tmp(Run *run, Error **err)
{
	cleanup_free char *suffix = random_hex(12);
	int r;

	run->tmp = xasprintf("%s/tmp/bootstrap-%s", store_path(run->store), suffix);
	r = fs_mkdir_p(AT_FDCWD, run->tmp, 0755);
	return r < 0 ? error_errno(err, -r, "make %s", run->tmp) : 0;
}

static int prepare(Run *run, const char *architecture, const char *variant, Error **err)
{
	const char *arch = bootstrap_debian_arch(architecture, variant);
	int r;

	if (!arch)
		return error_set(err, EINVAL, "%s has no architecture %s",
				 run->source->distribution, architecture);
	run->arch = xstrdup(arch);
	run->title = xasprintf("%s %s", run->source->distribution, run->source->codename);
	r = check_installed(run->source, err);
	if (r >= 0)
		r = open_log(run, err);
	if (r >= 0)
		r = make_tmp(run, err);
	return r;
}

static int import(Run *run, const Platform *platform, char **ret_id, Error **err)
{
	static char *cmd[] = { (char *)"bash", NULL };
	static char *env[] = {
		(char *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL
	};
	cleanup_free char *comment = xasprintf("bootstrap %s", run->title);
	const ImageConfig config = { .cmd = cmd, .env = env };
	const ImportOptions o = {
		.config = &config,
		.architecture = platform->architecture,
		.variant = platform->variant,
		.comment = comment,
		.finish = finish,
		.userdata = run,
	};
	cleanup_error Error *e = NULL;
	int r, status;

	r = store_import_tar(run->store, run->out, &o, run->options->names, ret_id, &e);
	if (r >= 0)
		return r;
	/* A stream that broke off is explained by the program that broke it off. */
	status = e->errnum == ENOSPC || run->pid == 0 ? 0 : end(run);
	if (status > 0 && run->quoted)
		return explain(run, err);
	return error_propagate(err, steal(&e));
}

int bootstrap_image(Store *store, const BootstrapOptions *o, char **ret_id, Error **err)
{
	cleanup(run_clear) Run run = {
		.store = store,
		.options = o,
		.pidfd = -1,
		.out = -1,
		.messages = -1,
		.log = -1,
	};
	cleanup_platform Platform platform = { 0 };
	int r;

	r = bootstrap_source_parse(o->source, &run.source, err);
	if (r < 0)
		return r;
	r = platform_choose(NULL, &platform, err);
	if (r >= 0 && o->architecture) {
		free(platform.architecture);
		free(platform.variant);
		platform.architecture = xstrdup(o->architecture);
		platform.variant = xstrdup(o->variant);
	}
	if (r >= 0)
		r = prepare(&run, platform.architecture, platform.variant, err);
	if (r >= 0)
		r = start(&run, err);
	if (r >= 0)
		r = import(&run, &platform, ret_id, err);
	return error_prefix(err, r, "bootstrap %s %s", run.source->distribution,
			    run.source->codename);
}
