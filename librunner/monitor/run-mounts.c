#include "librunner/monitor/run-mounts.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

void run_mounts_add(Run *run, int fd, const char *source, const char *target)
{
	RunMounts *mounts = run->mounts;

	if (!mounts)
		mounts = run->mounts = xnew0(RunMounts, 1);
	GROW(mounts->fds, mounts->n, &mounts->cap);
	mounts->fds[mounts->n++] = fd;
	if (!target)
		return;
	strv_add(&mounts->targets, target);
	strv_add(&mounts->sources, source ? source : "tmpfs");
}

RunMounts *run_mounts_free(RunMounts *mounts)
{
	if (!mounts)
		return NULL;
	for (size_t i = 0; i < mounts->n; i++)
		(void)fd_close(mounts->fds[i]);
	free(mounts->fds);
	strv_free(mounts->targets);
	strv_free(mounts->sources);
	free(mounts);
	return NULL;
}

/* systemd-nspawn always makes a namespace; racker-init goes back to ours. */
static int add_cgroup_ns(Session *s, Error **err)
{
	const char *mode = s->monitor->c->host.cgroupns_mode;
	int fd;

	if (!mode || !streq(mode, "host"))
		return 0;
	fd = open("/proc/self/ns/cgroup", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "open the control group namespace");
	run_mounts_add(s->monitor->run, fd, NULL, NULL);
	s->spec.cgroup_ns = true;
	return 0;
}

int mounts_prepare(Session *s, Error **err)
{
	RunMounts *mounts;
	int r = add_cgroup_ns(s, err);

	if (r < 0)
		return r;
	mounts = s->monitor->run->mounts;
	s->spec.mounts = mounts ? mounts->targets : NULL;
	s->spec.mount_sources = mounts ? mounts->sources : NULL;
	if (strv_contains(s->spec.mounts, "/dev/shm")) {
		s->spec.shm_size = 0;
		s->spec.no_shm = true;
	}
	return 0;
}

int mounts_send(Session *s, Error **err)
{
	RunMounts *mounts = s->monitor->run->mounts;
	int r = mounts ? init_send_mounts(s->init_fd, mounts->fds, mounts->n, err) : 0;

	s->monitor->run->mounts = run_mounts_free(mounts);
	s->spec.mounts = s->spec.mount_sources = NULL;
	return r;
}
