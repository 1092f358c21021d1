#include "libimage/bootstrap-source.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "libimage/bootstrap-host.h"
#include "libimage/layer.h"
#include "libimage/platform.h"

#define VARIANT "minbase"
/* What a tree needs to be booted and spoken to. */
#define PACKAGES "systemd,systemd-sysv,dbus"
/* A longer line of mmdebstrap's output is cut. */
#define MAX_LINE 4096
/* What an error quotes; dpkg's command lines name a hundred packages. */
#define MAX_COMPLAINT 300
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
	char *stage_name, *tmp; /* TMPDIR, in RACKER_ROOT/tmp */
	int stage;
	pid_t pid; /* 0: not running */
	int pidfd, out, messages;
	pthread_t reader; /* of `messages` */
	bool reading;
	char *complaint; /* the first one */
	bool disk_full;
} Run;

/* ---- what mmdebstrap says ---- */

/* Steps are told as `I: downloading packages with apt...`. */
static bool is_step(const char *text)
{
	static const char *const verbs[] = { "running ",    "downloading ", "extracting ",
					     "installing ", "cleaning ",    "creating " };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (startswith(text, verbs[i]))
			return endswith(text, "...");
	return false;
}

/* What went wrong starts with `E: `, both of apt and of mmdebstrap; the first is the cause. */
static void handle_line(Run *run, const char *line)
{
	const char *step = startswith(line, "I: "), *complaint = startswith(line, "E: ");
	cleanup_free char *text = NULL;

	/* dpkg tells that in the middle of its own output. */
	if (strstr(line, "No space left on device"))
		run->disk_full = true;
	if (complaint && !run->complaint)
		run->complaint = xstrndup(complaint, MAX_COMPLAINT);
	if (!step || !is_step(step) || !run->options->progress)
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

static int check_installed(const BootstrapSource *s, Error **err)
{
	const BootstrapDistribution *d = bootstrap_distribution(s->distribution);
	const char *keyring = d ? bootstrap_keyring(d, s->codename) : NULL;

	if (!host_has_program("mmdebstrap"))
		return error_set(err, ENOENT,
				 "mmdebstrap is not installed (install the package mmdebstrap)");
	if (keyring && access(keyring, R_OK) < 0)
		return error_set(err, ENOENT, "%s is missing (install the package %s)", keyring,
				 d->keyring_package);
	return 0;
}

static char **make_env(const Run *run)
{
	char **env = strv_copy(environ);

	host_add_proxies(&env);
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
	/* Our lines name the keyring where that is needed. */
	strv_add(&argv, "--skip=check/signed-by");
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

/* Its mounts below TMPDIR vanish with it, however it ends. */
static int private_mounts(void *userdata)
{
	(void)userdata;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return -errno;
	return 0;
}

static int start(Run *run, Error **err)
{
	cleanup_strv char **argv = make_argv(run), **env = make_env(run);
	cleanup_fd int out = -1, messages = -1;
	/* When it fails it sends a signal to its whole process group, which must not be ours. */
	Spawn s = {
		.argv = argv,
		.env = env,
		.in = -1,
		.death_signal = SIGTERM,
		.new_session = true,
		.setup = private_mounts,
	};
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
	/* Alone it would wait for the programs it has started; they are of its session. */
	(void)kill(-run->pid, SIGTERM);
	wait_ended(run);
	(void)kill(-run->pid, SIGKILL);
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
	const char *said = run->complaint;

	if (run->disk_full)
		return error_set(err, ENOSPC, "mmdebstrap failed: No space left on device (see %s)",
				 run->log_path);
	return error_set(err, EIO, "mmdebstrap failed%s%s (see %s)", said ? ": " : "",
			 said ? said : "", run->log_path);
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
	if (run->stage_name)
		store_stage_remove(run->store, run->stage_name, run->stage);
	free(run->stage_name);
	bootstrap_source_free(run->source);
	free(run->title);
	free(run->arch);
	free(run->log_path);
	free(run->tmp);
	free(run->complaint);
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

/* The packages are downloaded by a user of their own, who must be able to get there. */
static int make_tmp(Run *run, Error **err)
{
	run->stage = store_stage_new(run->store, "bootstrap", &run->stage_name, err);
	if (run->stage < 0)
		return run->stage;
	if (fchmod(run->stage, 0755) < 0)
		return error_errno(err, errno, "chmod %s", run->stage_name);
	run->tmp = xasprintf("%s/%s", store_path(run->store), run->stage_name);
	return 0;
}

static int prepare(Run *run, const char *architecture, const char *variant, Error **err)
{
	const char *arch = bootstrap_debian_arch(architecture, variant);

	if (!arch)
		return error_set(err, EINVAL, "%s has no architecture %s",
				 run->source->distribution, architecture);
	run->arch = xstrdup(arch);
	run->title = xasprintf("%s %s", run->source->distribution, run->source->codename);
	return check_installed(run->source, err);
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
	if (status > 0 && (run->complaint || run->disk_full))
		return explain(run, err);
	return error_propagate(err, steal(&e));
}

static int make_image(Run *run, const Platform *platform, char **ret_id, Error **err)
{
	int r = open_log(run, err);

	if (r >= 0)
		r = make_tmp(run, err);
	if (r >= 0)
		r = start(run, err);
	return r < 0 ? r : import(run, platform, ret_id, err);
}

static char *current_image(const Run *run)
{
	char *const *names = run->options->names;
	cleanup_image Image *image = NULL;

	if (strv_length(names) == 0 || image_find(run->store, names[0], &image, NULL) < 0)
		return NULL;
	return steal(&image->id);
}

/* Makes the image, unless another program has made it while we waited for our turn. */
static int make_in_turn(Run *run, const char *key, const Platform *platform, char **ret_id,
			Error **err)
{
	cleanup_free char *before = current_image(run), *now = NULL;
	int lock = store_work_lock(run->store, key, err), r = 0;

	if (lock < 0)
		return lock;
	now = current_image(run);
	if (now && !streq_null(before, now))
		*ret_id = steal(&now);
	else
		r = make_image(run, platform, ret_id, err);
	store_work_unlock(run->store, key, lock);
	return r;
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
		.stage = -1,
	};
	cleanup_platform Platform platform = { 0 };
	cleanup_free char *key = NULL;
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
	if (r >= 0) {
		key = xasprintf("bootstrap-%s-%s-%s", run.source->distribution,
				run.source->codename, run.arch);
		r = make_in_turn(&run, key, &platform, ret_id, err);
	}
	return error_prefix(err, r, "bootstrap %s %s", run.source->distribution,
			    run.source->codename);
}
