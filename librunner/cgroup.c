#include "librunner/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/cgroup-devices.h"
#include "librunner/cgroup-hierarchy.h"
#include "librunner/cgroup-internal.h"
#include "librunner/placement.h"

#define PLACES_FILE "cgroup"
#define MAX_PLACES_FILE (64 << 10)
#define MAX_PROCS_FILE (64 << 20)
/* A payload can nest control groups as it likes; deeper ones are left to a later run. */
#define MAX_DEPTH 64
/* Two seconds at most. */
#define REMOVE_PAUSE_NSEC 5000000
#define REMOVE_TRIES 400

Cgroup *cgroup_free(Cgroup *cg)
{
	if (cg) {
		strv_free(cg->dirs);
		free(cg);
	}
	return NULL;
}

/* ---- making ---- */

/* A new cpuset of v1 has neither processors nor memory, and takes no process before it has. */
static int copy_setting(const char *parent, const char *dir, const char *name)
{
	cleanup_free char *from = xasprintf("%s/%s", parent, name);
	cleanup_free char *to = xasprintf("%s/%s", dir, name);
	cleanup_strbuf Strbuf value = STRBUF_INIT, old = STRBUF_INIT;
	cleanup_fd int fd = -1;

	if (fs_read_file(AT_FDCWD, to, 4096, &old) < 0 || old.len > 1)
		return 0;
	if (fs_read_file(AT_FDCWD, from, 4096, &value) < 0)
		return 0;
	fd = open(to, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd_write_all(fd, value.data, value.len);
}

static int make_dir(const char *parent, const char *dir)
{
	int r;

	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return -errno;
	r = copy_setting(parent, dir, "cpuset.cpus");
	return r < 0 ? r : copy_setting(parent, dir, "cpuset.mems");
}

static int make_place(const char *here, const char *id, char **ret, Error **err)
{
	cleanup_free char *own = placement_base(here);
	cleanup_free char *ours = hierarchy_base(own);
	cleanup_free char *parent = xasprintf("%s/racker", ours);
	cleanup_free char *dir = xasprintf("%s/%s", parent, id);
	int r;

	r = make_dir(ours, parent);
	if (r >= 0) {
		(void)hierarchy_hand_on(parent);
		r = make_dir(parent, dir);
	}
	if (r < 0)
		return error_errno(err, -r, "make the control group %s", dir);
	*ret = steal(&dir);
	return 0;
}

static int save(int dirfd, const Cgroup *cg, Error **err)
{
	cleanup_free char *text = strv_join(cg->dirs, "\n");
	int r = fs_write_atomic(dirfd, PLACES_FILE, text, strlen(text), 0600, 0);

	return r < 0 ? error_errno(err, -r, "write %s", PLACES_FILE) : 0;
}

int cgroup_create(int container_dirfd, const char *id, Cgroup **ret, Error **err)
{
	cleanup_strv char **ours = NULL;
	cleanup_cgroup Cgroup *cg = xnew0(Cgroup, 1);
	int r;

	r = hierarchies_of(0, &ours, err);
	if (r < 0)
		return r;
	STRV_FOREACH(o, ours) {
		char *dir = NULL;

		r = make_place(*o, id, &dir, err);
		if (r < 0) {
			(void)cgroup_remove(cg, NULL);
			return r;
		}
		strv_push(&cg->dirs, dir);
	}
	r = cgroup_devices_restrict(cg->dirs);
	if (r < 0)
		(void)error_errno(err, -r, "restrict the devices of the container");
	else
		r = save(container_dirfd, cg, err);
	if (r < 0) {
		(void)cgroup_remove(cg, NULL);
		return r;
	}
	*ret = steal(&cg);
	return 0;
}

char *const *cgroup_dirs(const Cgroup *cg)
{
	return cg->dirs;
}

int cgroup_open(int container_dirfd, Cgroup **ret, Error **err)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	cleanup_strv char **dirs = NULL;
	cleanup_cgroup Cgroup *cg = xnew0(Cgroup, 1);
	int r = fs_read_file(container_dirfd, PLACES_FILE, MAX_PLACES_FILE, &b);

	if (r < 0)
		return error_errno(err, -r, "read %s", PLACES_FILE);
	dirs = strv_split(b.data, '\n');
	STRV_FOREACH(d, dirs)
		if (strstr(*d, "/racker/"))
			strv_add(&cg->dirs, *d);
	*ret = steal(&cg);
	return 0;
}

/* ---- joining ---- */

static int open_member_file(const char *dir, const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return open(path, O_WRONLY | O_CLOEXEC);
}

/* No allocation: this runs between fork and exec. We are one thread: where there is a file for
 * threads (v1), the kernel moves it at once; whole processes take a grace period of some
 * milliseconds. */
static int join(const char *dir)
{
	int fd = open_member_file(dir, "tasks"), r = 0;

	if (fd < 0)
		fd = open_member_file(dir, "cgroup.procs");
	if (fd < 0)
		return -errno;
	if (write(fd, "0", 1) < 0)
		r = -errno;
	(void)close(fd);
	return r;
}

int cgroup_enter(void *cgroup)
{
	const Cgroup *cg = cgroup;
	int r = 0;

	for (char *const *d = cg->dirs; d && *d && r >= 0; d++)
		r = join(*d);
	return r;
}

static bool is_v2(const char *dir)
{
	cleanup_free char *path = xasprintf("%s/tasks", dir);

	return access(path, F_OK) < 0;
}

/* A child that is in a v2 group from its birth; negative where the kernel cannot do that. */
static pid_t fork_into(char *const *dirs, const char **ret_v2)
{
	cleanup_fd int fd = -1;
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };

	for (char *const *d = dirs; d && *d && !*ret_v2; d++)
		if (is_v2(*d))
			*ret_v2 = *d;
	if (!*ret_v2)
		return -1;
	fd = open(*ret_v2, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	args.cgroup = (uint64_t)fd;
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

pid_t cgroup_fork_of(pid_t pid, int *ret)
{
	cleanup_strv char **dirs = NULL;
	const char *there = NULL;
	pid_t child;

	*ret = hierarchies_of(pid, &dirs, NULL);
	child = *ret < 0 ? -1 : fork_into(dirs, &there);
	if (child < 0) {
		there = NULL;
		child = fork();
	}
	if (child != 0)
		return child < 0 ? -errno : child;
	for (char *const *d = dirs; d && *d && *ret >= 0; d++)
		if (*d != there)
			*ret = join(*d);
	return 0;
}

/* ---- ending ---- */

static int walk(int parent, const char *name, int depth, int (*f)(int dirfd, void *userdata),
		void *userdata)
{
	cleanup_fd int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_dir DIR *d = NULL;
	struct dirent *e;
	int r, sum = 0, copy;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	d = copy < 0 ? NULL : fdopendir(copy);
	if (!d)
		return fd_close(copy);
	while (depth < MAX_DEPTH && (e = readdir(d))) {
		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		r = walk(fd, e->d_name, depth + 1, f, userdata);
		if (r < 0)
			return r;
		sum += r;
	}
	r = f(fd, userdata);
	return r < 0 ? r : sum + r;
}

int cgroup_walk(int parent, const char *name, int (*f)(int dirfd, void *userdata), void *userdata)
{
	return walk(parent, name, 0, f, userdata);
}

/* Sends the signal in *userdata (0: none) to all members of one group; returns how many. */
static int signal_members(int dirfd, void *userdata)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	int sig = *(int *)userdata, n = 0;

	if (fs_read_file(dirfd, "cgroup.procs", MAX_PROCS_FILE, &b) < 0)
		return 0;
	/* A member that our own process namespace does not know reads as 0. */
	for (char *p = b.data, *end; *p; p = *end ? end + 1 : end) {
		long pid = strtol(p, &end, 10);

		if (end == p)
			break;
		n++;
		if (sig && pid > 1 && pid != getpid())
			(void)kill((pid_t)pid, sig);
	}
	return n;
}

/* The kernel kills a whole v2 group at once (5.14); the caller counts and repeats for the others.
 */
static void kill_at_once(const char *dir)
{
	cleanup_free char *path = xasprintf("%s/cgroup.kill", dir);
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)!write(fd, "1", 1);
}

int cgroup_kill(const Cgroup *cg)
{
	int sum = 0;

	STRV_FOREACH(d, cg->dirs) {
		int sig = SIGKILL, r;

		r = cgroup_walk(AT_FDCWD, *d, signal_members, &sig);
		if (r < 0)
			return r;
		if (r > 0)
			kill_at_once(*d);
		sum += r;
	}
	/* What is frozen by v1 dies when it is thawed. */
	cgroup_thaw_at_once(cg);
	return sum;
}

int cgroup_empty(const Cgroup *cg)
{
	STRV_FOREACH(d, cg->dirs) {
		int sig = 0, r = cgroup_walk(AT_FDCWD, *d, signal_members, &sig);

		if (r < 0)
			return r;
		if (r > 0)
			return 0;
	}
	return 1;
}

static int remove_below(int parent, const char *name, int depth)
{
	cleanup_fd int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_dir DIR *d = NULL;
	struct dirent *e;
	int copy;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	d = copy < 0 ? NULL : fdopendir(copy);
	if (!d)
		return fd_close(copy);
	while (depth < MAX_DEPTH && (e = readdir(d)))
		if (e->d_type == DT_DIR && e->d_name[0] != '.')
			(void)remove_below(fd, e->d_name, depth + 1);
	return unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

/* What was killed takes its time to be gone. */
static int remove_place(const char *dir)
{
	static const struct timespec pause = { .tv_nsec = REMOVE_PAUSE_NSEC };
	int r = remove_below(AT_FDCWD, dir, 0);

	for (int i = 0; r == -EBUSY && i < REMOVE_TRIES; i++) {
		(void)nanosleep(&pause, NULL);
		r = remove_below(AT_FDCWD, dir, 0);
	}
	return r;
}

int cgroup_remove(const Cgroup *cg, Error **err)
{
	STRV_FOREACH(d, cg->dirs) {
		cleanup_free char *parent = xstrndup(*d, (size_t)(strrchr(*d, '/') - *d));
		int r = remove_place(*d);

		if (r < 0)
			return error_errno(err, -r, "remove the control group %s", *d);
		/* Another container's keeps it. */
		(void)rmdir(parent);
	}
	return 0;
}
