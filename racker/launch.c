#include "racker/launch.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/monitor-ask.h"
#include "racker/stay.h"

#define STATUS_NOT_FOUND 127
#define STATUS_CANNOT_RUN 126

int check_stdin_tty(bool stdin_open, bool tty, Error **err)
{
	if (stdin_open && tty && !isatty(0))
		return error_set(err, ENOTTY, "the input device is not a TTY");
	return 0;
}

/* Before anything is done, so that one file never names two containers. */
static int cidfile_open(const char *path, Error **err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0 && errno == EEXIST)
		return error_set(
			err, EEXIST,
			"container ID file found, make sure the other container isn't running "
			"or delete %s",
			path);
	if (fd < 0 && errno == ENOENT)
		return error_set(err, EIO,
				 "failed to create the container ID file: open %s: no such file or "
				 "directory",
				 path);
	return fd < 0 ? error_errno(err, errno, "failed to create the container ID file: open %s",
				    path)
		      : fd;
}

/* The file that is empty so far; a signal's handler can be told in no other way. */
static const char *volatile cidfile_empty;

static void cidfile_remove(int sig)
{
	if (cidfile_empty)
		(void)unlink(cidfile_empty);
	cidfile_empty = NULL;
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

/* An empty file would keep the next `run` from starting. */
static void cidfile_watch(const char *path)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

	cidfile_empty = path;
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (signal(ending[i], path ? cidfile_remove : SIG_DFL) == SIG_IGN)
			(void)signal(ending[i], SIG_IGN);
}

static int create_with_cidfile(Engine *e, const Launch *l, char **ret_id, Error **err)
{
	cleanup_fd int fd = l->cidfile ? cidfile_open(l->cidfile, err) : -1;
	int r;

	if (!l->cidfile)
		return container_create(e->rt, l->create, ret_id, err);
	if (fd < 0)
		return fd;
	cidfile_watch(l->cidfile);
	r = container_create(e->rt, l->create, ret_id, err);
	cidfile_watch(NULL);
	if (r < 0) {
		(void)unlink(l->cidfile);
		return r;
	}
	r = fd_write_all(fd, *ret_id, strlen(*ret_id));
	return r < 0 ? error_errno(err, -r, "write %s", l->cidfile) : 0;
}

/* As Docker's client. */
static void warn_of_localhost_dns(const HostConfig *host)
{
	STRV_FOREACH(it, host->dns)
		if (startswith(*it, "127.") || streq(*it, "::1")) {
			fprintf(stderr, "WARNING: Localhost DNS (%s) may fail in containers.\n",
				*it);
			return;
		}
}

int launch_create(Engine *e, const Launch *l, char **ret_id, Error **err)
{
	int r;

	warn_of_localhost_dns(&l->create->host);
	e->quiet = l->create->quiet_pull;
	r = create_with_cidfile(e, l, ret_id, err);
	engine_finish_progress(e);
	return r;
}

/* Errors of the command itself have exit statuses of their own. */
static int start_failed(const Cli *cli, Engine *e, const Launch *l, const char *id, int r,
			Error **err)
{
	if (l->create->host.auto_remove)
		(void)container_remove(e->rt, id, true, true, NULL);
	if (r != -ENOENT && r != -EACCES)
		return r;
	cli_print_error(cli, *err);
	fprintf(stderr, "\nRun '%s --help' for more information\n", l->help);
	*err = error_free(*err);
	return r == -ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN;
}

/* What the user sees of it, by `-a`, and how. */
static ClientOptions attach_options(const Launch *l, const char *keys)
{
	const ContainerConfig *config = &l->create->config;

	return (ClientOptions){
		.stdin_open = config->open_stdin && config->attach_stdin,
		.tty = config->tty,
		.sig_proxy = l->sig_proxy,
		.no_stdout = !config->attach_stdout,
		.no_stderr = !config->attach_stderr,
		.detach_keys = keys,
	};
}

/* What came while the container was made: it ends us now, and --rm is kept. */
static void signals_due(Engine *e, const Launch *l, const char *id)
{
	static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	bool due = false;
	sigset_t set;

	(void)sigpending(&set);
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		due = due || sigismember(&set, ending[i]) > 0;
	if (!due)
		return;
	if (l->create->host.auto_remove)
		(void)container_remove(e->rt, id, true, true, NULL);
	signals_release();
}

static int launch_run(const Cli *cli, Engine *engine, const Launch *l, const ClientOptions *attach,
		      Error **err)
{
	cleanup_error Error *e = NULL;
	cleanup_container Container *c = NULL;
	cleanup_free char *id = NULL;
	cleanup_fd int client = -1;
	bool silent = attach->no_stdout && attach->no_stderr;
	bool detach = l->detach || (silent && !attach->stdin_open);
	const StartOptions start = {
		.stdin_open = attach->stdin_open,
		.sig_proxy = l->sig_proxy && !detach,
		.release_signals = !l->sig_proxy || detach,
	};
	int r = launch_create(engine, l, &id, err);

	if (r < 0)
		return r;
	if (start.release_signals)
		signals_due(engine, l, id);
	r = container_start_with(engine->rt, id, &start, detach ? NULL : &client, &e);
	if (r < 0) {
		r = start_failed(cli, engine, l, id, r, &e);
		return e ? error_propagate(err, steal(&e)) : r;
	}
	/* Without output to wait for, Docker shows the ID. */
	if (silent)
		puts(id);
	if (detach)
		return 0;
	(void)container_find(engine->rt, id, &c, NULL);
	return c ? stay(engine->rt, c, client, attach, 0, err) : client_attach(client, attach, err);
}

int launch(const Cli *cli, const Launch *l, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_free char *keys = stay_detach_keys(cli, l->detach_keys);
	const ClientOptions attach = attach_options(l, keys);
	int r = stay_check_keys(attach.detach_keys, err);

	if (r >= 0)
		r = engine_open(cli, &engine, err);
	return r < 0 ? r : launch_run(cli, &engine, l, &attach, err);
}
