#include "librunner/container-update.h"

#include <fcntl.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/events.h"
#include "librunner/limits-check.h"
#include "librunner/monitor-ask.h"
#include "librunner/options/restart.h"
#include "librunner/options/run-words.h"

/* In the container's directory: one update after the other. The lock of all containers is not held
 * while the monitor is asked: it may be waiting for that one itself. */
#define LOCK_FILE "update.lock"

static int write_config(Runtime *rt, const Container *c, Error **err)
{
	cleanup_free char *path = xasprintf("containers/%s/config.json", c->id);

	return json_write_file(store_fd(rt->store), path, &container_type, c, 0600, FS_SYNC, err);
}

int container_update_lock(Runtime *rt, const char *id, Error **err)
{
	cleanup_free char *path = xasprintf("containers/%s/" LOCK_FILE, id);
	int fd = fs_lock(store_fd(rt->store), path, LOCK_EX);

	if (fd == -ENOENT)
		return error_set(err, ENOENT, "No such container: %s", id);
	return fd < 0 ? error_errno(err, -fd, "lock %s/%s", rt->root, path) : fd;
}

/* Changes what is on disk; *ret_old is what it was. */
static int change(Runtime *rt, const char *id, const ContainerUpdate *u, Container **ret_old,
		  Error **err)
{
	cleanup_container Container *c = NULL, *old = NULL;
	cleanup_strv char **flags = NULL;
	cleanup_fd int lock = containers_lock(rt, err);
	int r = lock < 0 ? lock : container_load(rt, id, &c, err);

	if (r >= 0)
		r = container_load(rt, id, &old, err);
	if (r >= 0) {
		r = update_merge(c, u, err);
		if (r < 0)
			return error_prefix(err, r, "Cannot update container %s", id);
	}
	if (r >= 0 && strv_length(c->racker.config_files)) {
		update_flags(u, &flags);
		run_words_update(&c->racker.flags, flags);
	}
	if (r >= 0)
		r = write_config(rt, c, err);
	if (r >= 0)
		*ret_old = steal(&old);
	return r;
}

/* The monitor could not: the container stays as it was. It may have been renamed meanwhile. */
static void change_back(Runtime *rt, const Container *old)
{
	cleanup_container Container *c = NULL;
	cleanup_fd int lock = containers_lock(rt, NULL);

	if (lock < 0 || container_load(rt, old->id, &c, NULL) < 0)
		return;
	update_assign(c, old);
	strv_free(c->racker.flags);
	c->racker.flags = strv_copy(old->racker.flags);
	(void)write_config(rt, c, NULL);
}

static int tell_monitor(Runtime *rt, const Container *c, Error **err)
{
	MonitorRequest request = { .op = (char *)"update" };
	cleanup_error Error *e = NULL;
	int sock;

	if (!container_is_running(c))
		return 0;
	sock = monitor_ask(rt, c, &request, &e);
	if (sock >= 0) {
		(void)fd_close(sock);
		return 0;
	}
	if (container_has_ended(rt, c->id))
		return 0;
	(void)error_propagate(err, steal(&e));
	return error_prefix(err, sock, "Cannot update container %s", c->id);
}

/* Checks a copy, of which what cannot be had is taken out. */
static int check(const ContainerUpdate *u, ContainerUpdate *ret, char ***warnings, Error **err)
{
	cleanup_limit_support LimitSupport support = { 0 };
	int r;

	*ret = *u;
	ret->host.cpuset_cpus = xstrdup(u->host.cpuset_cpus);
	ret->host.cpuset_mems = xstrdup(u->host.cpuset_mems);
	r = str_empty(u->host.restart.name) ? 0 : restart_policy_check(&u->host.restart, err);
	if (r < 0 || !limits_given(&u->host))
		return r;
	limit_support_detect(&support);
	return limits_check(&ret->host, &support, true, warnings, err);
}

static int update_checked(Runtime *rt, const char *name, const ContainerUpdate *u, Error **err)
{
	cleanup_container Container *c = NULL, *old = NULL;
	cleanup_fd int lock = -1;
	int r = container_find_settled(rt, name, &c, err);

	if (r >= 0)
		r = lock = container_update_lock(rt, c->id, err);
	if (r >= 0)
		r = change(rt, c->id, u, &old, err);
	if (r < 0)
		return r;
	r = tell_monitor(rt, old, err);
	if (r < 0)
		change_back(rt, old);
	else
		container_event(rt, old, "update", NULL);
	return r;
}

int container_update(Runtime *rt, const char *name, const ContainerUpdate *u, char ***warnings,
		     Error **err)
{
	cleanup_container Container *c = NULL;
	ContainerUpdate checked = { 0 };
	int r = check(u, &checked, warnings, err);

	if (r >= 0)
		r = update_checked(rt, name, &checked, err);
	free(checked.host.cpuset_cpus);
	free(checked.host.cpuset_mems);
	return r;
}
