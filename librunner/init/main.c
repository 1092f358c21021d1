/* racker-init: what runs in a container between systemd-nspawn or systemd and the payload. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "librunner/init/channel.h"
#include "librunner/init/command.h"
#include "librunner/init/identity.h"
#include "librunner/init/kernel.h"
#include "librunner/init/mounts.h"
#include "librunner/init/process.h"
#include "librunner/init/reaper.h"
#include "librunner/init/spec.h"
#include "librunner/init/text.h"

/* `fd:3` is what enter.c passes. */
#define INHERITED_SOCKET 3

static void read_spec(int fd, Spec *ret)
{
	struct stat st;
	const char *wrong;
	char *data;

	if (fstat(fd, &st) < 0 || st.st_size > INIT_MAX_SPEC)
		fail(125, "the spec is too large", NULL);
	data = malloc((size_t)st.st_size + 1);
	if (!data || pread(fd, data, (size_t)st.st_size, 0) != st.st_size)
		fail(125, "the spec cannot be read", NULL);
	wrong = spec_parse(data, (size_t)st.st_size, ret);
	if (wrong)
		fail(125, "the spec ", wrong, NULL);
}

/* Whoever started us may have ignored or blocked signals: the payload starts with none of that. */
static void reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			(void)signal(sig, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void prepare(const Spec *spec, const Go *go, Identity *id)
{
	Text why = { .n = 0 };

	(void)umask(022);
	if (spec->mode == MODE_MAIN)
		mounts_finish(spec);
	if (spec->hostname && sethostname(spec->hostname, strlen(spec->hostname)) < 0)
		fail_errno(125, "set the host name", NULL);
	process_make_cwd(spec);
	if (spec->mode == MODE_MAIN)
		mounts_seal(spec);
	/* Docker's exec, which makes no directory, answers 126 here and `run` 125. */
	if (identity_load(spec->user, spec->groups, id, &why) < 0)
		fail(spec->make_cwd ? 125 : 126, why.s, NULL);
	process_take_streams(spec, go, id);
	kernel_set_limits(spec);
	process_confine(spec, go, id);
}

/* `run COMMAND…`: in a container that is not running, where nobody has a spec for us. */
static _Noreturn void run_alone(char **argv)
{
	int errnum;

	reaper_start();
	(void)execvp(argv[0], argv);
	errnum = errno;
	(void)!write(2, argv[0], strlen(argv[0]));
	(void)!write(2, ": cannot be executed\n", 21);
	_exit(errnum == ENOENT ? 127 : 126);
}

int main(int argc, char **argv)
{
	static Identity id;
	Spec spec;
	Go go;
	const char *path;
	char **env;

	if (argc < 3)
		return 125;
	reset_signals();
	if (strcmp(argv[1], INIT_RUN) == 0)
		run_alone(argv + 2);
	if (argc != 3)
		return 125;
	/* Nothing but our connection comes in: a descriptor that leaked would lead out of the
	 * container. */
	close_from(after(argv[1], "fd:") ? INHERITED_SOCKET + 1 : 3);
	channel_open(argv[1], argv[2], &go);
	read_spec(go.spec, &spec);
	prepare(&spec, &go, &id);
	env = process_environment(&spec, &id);
	path = command_find(spec.argv, env);
	if (spec.init)
		reaper_start();
	command_execute(path, spec.argv, env);
}
