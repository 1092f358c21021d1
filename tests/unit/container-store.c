/* Containers on disk: finding them, and what becomes of those whose monitor has died. */
#include "librunner/container-store.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "tests/tap.h"

#define ID_A "aa00000000000000000000000000000000000000000000000000000000000000"
#define ID_B "ab00000000000000000000000000000000000000000000000000000000000000"
#define ID_C "cc00000000000000000000000000000000000000000000000000000000000000"

static char root[] = "/tmp/container-store.XXXXXX";

static Runtime *open_runtime(void)
{
	cleanup_error Error *err = NULL;
	Runtime *rt = NULL;

	if (runtime_open(root, &rt, &err) < 0) {
		printf("Bail out! %s\n", err->msg);
		exit(1);
	}
	return rt;
}

static void add(Runtime *rt, const char *id, const char *name, const char *created,
		const ContainerState *state, bool auto_remove)
{
	Container c = {
		.version = CONTAINER_FORMAT,
		.id = (char *)id,
		.name = (char *)name,
		.created = (char *)created,
		.path = (char *)"true",
		.host.auto_remove = auto_remove,
		.state = *state,
	};
	cleanup_free char *dir = container_dir(id);
	cleanup_error Error *err = NULL;

	check_int(fs_mkdir_p(store_fd(rt->store), dir, 0711), 0);
	check_int(container_write(rt, dir, &c, &err), 0);
}

static void check_found(Runtime *rt, const char *name, const char *want)
{
	cleanup_container Container *c = NULL;
	cleanup_error Error *err = NULL;

	(void)container_find(rt, name, &c, &err);
	check_str(c ? c->id : err->msg, want);
}

static void check_finding(void)
{
	cleanup_runtime Runtime *rt = open_runtime();
	ContainerState idle = { .status = (char *)"created" };
	Container **list = NULL;
	size_t n = 0;

	add(rt, ID_A, "first", "2026-11-22T10:00:00Z", &idle, false);
	add(rt, ID_B, "second", "2026-11-22T11:00:00Z", &idle, false);
	/* A name that looks like the beginning of another one's ID. */
	add(rt, ID_C, "aa", "2026-11-22T12:00:00Z", &idle, false);
	check_found(rt, "first", ID_A);
	check_found(rt, "/first", ID_A);
	check_found(rt, ID_B, ID_B);
	check_found(rt, "ab0", ID_B);
	check_found(rt, "aa", ID_C);
	check_found(rt, "aa0", ID_A);
	check_found(rt, "a", "multiple IDs found with provided prefix: a");
	check_found(rt, "nosuch", "No such container: nosuch");
	check_found(rt, "", "No such container: ");
	check_int(container_list(rt, &list, &n, NULL), 0);
	check_int((int)n, 3);
	check_str(list[0]->name, "aa");
	check_str(list[2]->name, "first");
	container_list_free(list, n);
	for (size_t i = 0; i < 3; i++)
		check_int(container_discard(rt, (const char *[]){ ID_A, ID_B, ID_C }[i], NULL), 0);
	check_found(rt, ID_A, "No such container: " ID_A);
}

/* One broken file hides one container, and nothing else. */
static void check_broken(void)
{
	cleanup_runtime Runtime *rt = open_runtime();
	ContainerState idle = { .status = (char *)"created" };
	Container **list = NULL;
	size_t n = 0;

	add(rt, ID_A, "good", "", &idle, false);
	add(rt, ID_B, "broken", "", &idle, false);
	check_int(fs_write_atomic(store_fd(rt->store), "containers/" ID_B "/config.json", "{", 1,
				  0600, 0),
		  0);
	log_set_level(LOG_LEVEL_ERROR);
	check_int(container_list(rt, &list, &n, NULL), 0);
	check_int((int)n, 1);
	container_list_free(list, n);
	check_found(rt, "good", ID_A);
	log_set_level(LOG_LEVEL_INFO);
	check_int(container_discard(rt, ID_A, NULL), 0);
	check_int(container_discard(rt, ID_B, NULL), 0);
}

/* A process of ours that plays the leader. */
static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)pause();
		_exit(0);
	}
	return pid;
}

static bool still_runs(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

static void check_collecting(bool this_boot, bool auto_remove)
{
	cleanup_runtime Runtime *rt = open_runtime(), *next = NULL;
	cleanup_container Container *c = NULL;
	pid_t leader = sleeper();
	ContainerState state = {
		.status = (char *)"running",
		.pid = leader,
		.pid_start = process_start_time(leader),
		.monitor_pid = getpid(),
		.monitor_start = process_start_time(getpid()) + 1, /* not us */
		.boot_id = this_boot ? kernel_boot_id() : xstrdup("another"),
	};

	add(rt, ID_A, "stale", "", &state, auto_remove);
	next = open_runtime();
	check_int(container_find(next, "stale", &c, NULL), auto_remove ? -ENOENT : 0);
	if (c) {
		check_str(c->state.status, "exited");
		check_int(c->state.exit_code, 137);
		check_int(container_discard(next, ID_A, NULL), 0);
	}
	/* Another boot's pid is somebody else's now. */
	check(still_runs(leader) == !this_boot);
	if (!this_boot) {
		(void)kill(leader, SIGKILL);
		(void)waitpid(leader, NULL, 0);
	}
	free(state.boot_id);
}

static void check_living(void)
{
	cleanup_runtime Runtime *rt = open_runtime(), *next = NULL;
	cleanup_container Container *c = NULL;
	ContainerState state = {
		.status = (char *)"running",
		.monitor_pid = getpid(),
		.monitor_start = process_start_time(getpid()),
		.boot_id = kernel_boot_id(),
	};

	add(rt, ID_A, "alive", "", &state, true);
	next = open_runtime();
	check_int(container_find(next, "alive", &c, NULL), 0);
	check(c && container_is_running(c));
	check_int(container_discard(next, ID_A, NULL), 0);
	free(state.boot_id);
}

static void check_rundir(void)
{
	cleanup_runtime Runtime *rt = open_runtime();
	cleanup_fd int a = container_rundir_open(rt, ID_A, NULL);
	cleanup_fd int b = container_rundir_open(rt, ID_B, NULL);

	check(a >= 0);
	check(b >= 0);
	container_rundir_remove(rt, ID_A);
	check(access(rt->rundir, F_OK) == 0);
	container_rundir_remove(rt, ID_B);
	check(access(rt->rundir, F_OK) < 0);
}

int main(void)
{
	if (geteuid() != 0) {
		printf("1..0 # SKIP needs root\n");
		return 0;
	}
	if (!mkdtemp(root))
		return 1;
	check_finding();
	check_broken();
	check_collecting(true, false);
	check_collecting(true, true);
	check_collecting(false, false);
	check_living();
	check_rundir();
	(void)fs_remove_tree(AT_FDCWD, root);
	return tap_done();
}
