#include "librunner/container-store.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-brief.h"
#include "librunner/container-index.h"
#include "librunner/container-state.h"

/* Thousands of published ports are a few hundred KiB. */
#define STATE_MAX_SIZE (4 << 20)

char *container_dir(const char *id)
{
	return xasprintf("containers/%s", id);
}

char *container_rundir(const Runtime *rt, const char *id)
{
	return xasprintf("%s/%.32s", rt->rundir, id);
}

int container_state_read(Runtime *rt, const char *id, ContainerState *ret, Error **err)
{
	cleanup_free char *path = xasprintf("containers/%s/state.json", id);

	return json_read_file(store_fd(rt->store), path, STATE_MAX_SIZE, &container_state_type, ret,
			      err);
}

int container_state_load(Runtime *rt, const char *id, ContainerState *ret, Error **err)
{
	int r = container_state_read(rt, id, ret, err);

	if (r < 0 || !container_state_is_stale(ret))
		return r;
	json_clear(&container_state_type, ret);
	r = container_state_read(rt, id, ret, err);
	if (r >= 0 && container_state_is_stale(ret))
		container_state_bury(ret);
	return r;
}

/* Somebody else's last container may end between the two steps, and take the directory along. */
#define MAKE_ATTEMPTS 100

int container_rundir_open(Runtime *rt, const char *id, Error **err)
{
	cleanup_free char *path = container_rundir(rt, id);
	int r = -ENOENT;

	for (unsigned i = 0; i < MAKE_ATTEMPTS && r == -ENOENT; i++) {
		r = fs_mkdir_p(AT_FDCWD, rt->rundir, 0711);
		if (r >= 0 && mkdir(path, 0700) < 0 && errno != EEXIST)
			r = -errno;
	}
	if (r >= 0)
		r = fs_open_dir(AT_FDCWD, path);
	return r < 0 ? error_errno(err, -r, "make %s", path) : r;
}

void container_rundir_remove(Runtime *rt, const char *id)
{
	cleanup_free char *path = container_rundir(rt, id);

	(void)fs_remove_tree(AT_FDCWD, path);
	(void)rmdir(rt->rundir);
}

int containers_lock(Runtime *rt, Error **err)
{
	int fd = fs_mkdir_p(store_fd(rt->store), "containers", 0711);

	if (fd >= 0)
		fd = fs_lock(store_fd(rt->store), "containers.lock", LOCK_EX);
	return fd < 0 ? error_errno(err, -fd, "lock %s/containers", rt->root) : fd;
}

int container_start_lock(Runtime *rt, const char *id, Error **err)
{
	cleanup_free char *path = xasprintf("containers/%s/start.lock", id);
	int fd = fs_lock(store_fd(rt->store), path, LOCK_EX);

	if (fd == -ENOENT)
		return error_set(err, ENOENT, "No such container: %s", id);
	return fd < 0 ? error_errno(err, -fd, "lock %s/%s", rt->root, path) : fd;
}

int container_write(Runtime *rt, const char *dir, const Container *c, Error **err)
{
	cleanup_free char *config = xasprintf("%s/config.json", dir);
	cleanup_free char *state = xasprintf("%s/state.json", dir);
	int r = container_is_running(c) ? index_live_add(rt, c->id, err) : 0;

	if (r >= 0)
		r = json_write_file(store_fd(rt->store), config, &container_type, c, 0600, FS_SYNC,
				    err);
	if (r < 0)
		return r;
	return json_write_file(store_fd(rt->store), state, &container_state_type, &c->state, 0600,
			       0, err);
}

/* Takes a container out of the index. */
static void forget(Runtime *rt, const char *id)
{
	cleanup_container Container *c = NULL;
	cleanup_free char *name = NULL;

	if (container_load_brief(rt, id, &c, NULL) < 0)
		name = index_name_of(rt, id);
	if (c || name)
		index_name_remove(rt, c ? c->name : name, id);
	index_live_remove(rt, id);
}

int container_discard(Runtime *rt, const char *id, Error **err)
{
	cleanup_free char *dir = container_dir(id);
	cleanup_free char *suffix = random_hex(8);
	cleanup_free char *trash = xasprintf("tmp/container-%.12s-%s", id, suffix);
	int fd = store_fd(rt->store), r;

	r = fs_mkdir_p(fd, "tmp", 0700);
	if (r < 0)
		return error_errno(err, -r, "make %s/tmp", rt->root);
	forget(rt, id);
	if (renameat(fd, dir, fd, trash) < 0)
		return error_errno(err, errno, "remove %s/%s", rt->root, dir);
	r = fs_remove_tree(fd, trash);
	if (r < 0)
		return error_errno(err, -r, "remove %s/%s", rt->root, trash);
	container_rundir_remove(rt, id);
	return 0;
}
