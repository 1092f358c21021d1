#include "librunner/container-clone.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-names.h"
#include "librunner/container-new.h"
#include "librunner/container-root.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/container-volumes.h"
#include "librunner/events.h"
#include "librunner/own-files.h"
#include "librunner/tree-copy.h"

#define SHORT_ID 12

static bool is_paused(const ContainerState *s)
{
	return s->status && streq(s->status, "paused");
}

static void set_string(char **to, char *value /* takes ownership */)
{
	free(*to);
	*to = value;
}

/* Addresses that were asked for are the other one's. */
static void forget_addresses(Container *c)
{
	set_string(&c->config.mac_address, NULL);
	for (size_t i = 0; i < c->networking.n_endpoints; i++) {
		EndpointSettings *e = &c->networking.endpoints[i];

		set_string(&e->mac_address, NULL);
		if (!e->ipam)
			continue;
		set_string(&e->ipam->ipv4_address, NULL);
		set_string(&e->ipam->ipv6_address, NULL);
	}
}

/* What makes it another one. */
static void set_identity(Container *c)
{
	char *id = container_id_new();

	if (c->config.hostname && strlen(c->config.hostname) == SHORT_ID &&
	    startswith(c->id, c->config.hostname))
		set_string(&c->config.hostname, xstrndup(id, SHORT_ID));
	set_string(&c->id, id);
	set_string(&c->name, NULL);
	forget_addresses(c);
	set_string(&c->racker.machine, NULL);
	set_string(&c->host.container_id_file, NULL);
	set_string(&c->created, timestamp_now());
	json_clear(&container_state_type, &c->state);
	c->state.status = xstrdup("created");
	c->state.started_at = xstrdup(TIMESTAMP_ZERO);
	c->state.finished_at = xstrdup(TIMESTAMP_ZERO);
}

/* Removes a file of ours from the copy: the next start makes it anew. */
static int remove_own(int upper, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	const char *name = strrchr(path, '/') + 1;
	cleanup_free char *dir = xasprintf(".%.*s", (int)(name - path), path);
	cleanup_fd int fd = -1;

	fd = (int)syscall(__NR_openat2, upper, dir, &how, sizeof(how));
	if (fd < 0)
		return -errno;
	return unlinkat(fd, name, 0) < 0 && errno != ENOENT && errno != EISDIR ? -errno : 0;
}

/* Copies the upper directory into `stage`/upper, without what identifies the first container. */
static int copy_upper(Runtime *rt, const Container *from, int stage, Error **err)
{
	const TreeCopyOptions o = { .xattrs = XATTRS_ALL, .exact = true, .shown = "" };
	cleanup_container_root ContainerRoot image = CONTAINER_ROOT_INIT;
	cleanup_strv char **own = NULL;
	cleanup_fd int upper = container_upper_open(rt, from, err), copy = -1;
	int64_t size = 0;
	int r;

	if (upper == -ENOENT)
		return 0;
	if (upper < 0)
		return upper;
	r = fs_mkdir_p(stage, "upper", 0700);
	copy = r < 0 ? r : fs_open_dir(stage, "upper");
	if (copy < 0)
		return error_errno(err, -copy, "make the upper directory");
	r = container_root_open(rt, from, ROOT_IMAGE, &image, err);
	if (r >= 0)
		r = tree_copy_into(upper, copy, &o, &size, err);
	if (r < 0)
		return r;
	own = own_paths(from, upper, image.fd);
	STRV_FOREACH(path, own) {
		r = remove_own(copy, *path);
		if (r < 0)
			return error_errno(err, -r, "remove %s from the copy", *path);
	}
	return 0;
}

/* Moves the copy into the new container's directory. */
static int move_upper(int dirfd, void *userdata, Error **err)
{
	const int *stage = userdata;

	if (renameat(*stage, "upper", dirfd, "upper") < 0 && errno != ENOENT)
		return error_errno(err, errno, "move the upper directory");
	return 0;
}

/* A container that stands still, and will until the lock is closed (-1: it is paused). */
static int hold_still(Runtime *rt, const Container *c, int *ret_lock, Error **err)
{
	ContainerState now = { 0 };
	int r;

	if (container_is_running(c) && !is_paused(&c->state))
		return error_set(err, EBUSY, "container %s is %s: stop or pause it before copying",
				 c->name, c->state.status);
	if (!str_empty(c->racker.rootfs) && !c->racker.ephemeral)
		return error_set(err, ENOTSUP,
				 "container %s runs in the directory %s, which a copy would share",
				 c->name, c->racker.rootfs);
	if (is_paused(&c->state))
		return 0;
	r = *ret_lock = container_hold(rt, c, err);
	if (r >= 0)
		r = container_state_load(rt, c->id, &now, err);
	if (r >= 0 && now.status && streq(now.status, "running"))
		r = error_set(err, EBUSY, "container %s has been started meanwhile", c->name);
	json_clear(&container_state_type, &now);
	return r;
}

/* One that was paused must be so still: else the copy is of several moments. */
static int check_still(Runtime *rt, const Container *c, Error **err)
{
	ContainerState now = { 0 };
	int r = is_paused(&c->state) ? container_state_load(rt, c->id, &now, err) : 0;

	if (r >= 0 && is_paused(&c->state) && !is_paused(&now))
		r = error_set(err, EBUSY, "container %s did not stay paused", c->name);
	json_clear(&container_state_type, &now);
	return r;
}

static int clone(Runtime *rt, Container *c, const char *name, int stage, Error **err)
{
	cleanup_volume_hold VolumeHold hold = { 0 };
	cleanup_fd int lock = -1;
	int r = hold_still(rt, c, &lock, err);

	if (r >= 0 && !c->racker.ephemeral)
		r = copy_upper(rt, c, stage, err);
	if (r >= 0)
		r = check_still(rt, c, err);
	if (r >= 0)
		r = container_volumes_hold(rt, c, &hold, err);
	if (r < 0)
		return r;
	set_identity(c);
	return container_write_new(rt, c, name, move_upper, &stage, err);
}

int container_clone(Runtime *rt, const char *from, const char *name, char **ret_id, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_free char *stage = NULL;
	int stage_fd, r = container_name_check(name, err);

	if (r >= 0)
		r = container_find(rt, from, &c, err);
	if (r < 0)
		return r;
	stage_fd = store_stage_new(rt->store, "copy", &stage, err);
	if (stage_fd < 0)
		return stage_fd;
	r = clone(rt, c, name, stage_fd, err);
	store_stage_remove(rt->store, stage, stage_fd);
	if (r < 0)
		return r;
	container_event(rt, c, "create", NULL);
	*ret_id = xstrdup(c->id);
	return 0;
}
