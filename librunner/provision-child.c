#include "librunner/provision-child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "librunner/cgroup.h"
#include "librunner/neutral.h"
#include "librunner/nspawn.h"
#include "librunner/rootfs.h"
#include "librunner/supervise.h"

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

static int run_nspawn(const NspawnSpec *spec, Cgroup *cg, int signals, Error **err)
{
	cleanup_fd int pidfd = -1;
	bool interrupted;
	pid_t pid;
	int r, status;
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
	r = spawn(&s, &pid, &pidfd, err);
	if (r < 0)
		return r;
	interrupted = supervise_wait(pid, pidfd, signals, cg);
	status = spawn_wait(pid);
	return interrupted ? error_set(err, EINTR, "interrupted") : status;
}

static int run_recipe(const ProvisionRun *run, int dirfd, Error **err)
{
	cleanup_strv char **env = recipe_env(), **command = recipe_argv(run->recipe);
	cleanup_free char *id = random_hex(64), *merged = xasprintf("%s/merged", run->dir);
	cleanup_free char *machine = xasprintf("provision-%.12s", id);
	cleanup_cgroup Cgroup *cg = NULL;
	cleanup_fd int signals = -1;
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
	signals = supervise_signals();
	status = signals < 0 ? error_errno(err, -signals, "read signals")
			     : run_nspawn(&spec, cg, signals, err);
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

int provision_child(const ProvisionRun *run, Error **err)
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
