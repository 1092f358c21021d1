#include "librunner/container.h"

#include <fcntl.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-brief.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/container-volumes.h"
#include "librunner/events.h"
#include "librunner/monitor-ask.h"

/* Ends a running container for `rm -f`. One that ends, or goes away, meanwhile is what was wanted.
 */
static int container_end(Runtime *rt, const char *id, Error **err)
{
	cleanup_error Error *e = NULL;
	cleanup_container Container *c = NULL;
	int status, r = container_kill(rt, id, "KILL", &e);

	if (r >= 0)
		r = container_wait(rt, id, &status, &e);
	if (r >= 0)
		return 0;
	r = container_load(rt, id, &c, NULL);
	if (r == -ENOENT || (r >= 0 && !container_is_running(c)))
		return 0;
	return error_propagate(err, steal(&e));
}

static int remove_refused(const Container *c, Error **err)
{
	if (streq_null(c->state.status, "paused"))
		return error_set(err, EBUSY,
				 "cannot remove container \"/%s\": container is paused and must be "
				 "unpaused first",
				 c->name);
	return error_set(
		err, EBUSY,
		"cannot remove container \"/%s\": container is %s: stop the container before "
		"removing or force remove",
		c->name, c->state.status);
}

/* By what is known without its files: its monitor, if there is one, and its control group. */
static int remove_broken(Runtime *rt, const Container *c, bool force, Error **err)
{
	MonitorRequest kill = { .op = (char *)"kill", .signal = (char *)"KILL" };
	cleanup_fd int lock = -1, start = -1, sock = -1;
	cleanup_free char *dir = container_dir(c->id);
	int status, r;

	if (!force)
		return error_set(err, EBUSY,
				 "cannot remove container \"/%s\": %s: only a forced removal is "
				 "possible",
				 c->name, c->state.error);
	sock = monitor_ask(rt, c, &kill, NULL);
	if (sock >= 0)
		(void)monitor_wait_exit(rt, sock, &status, NULL);
	start = container_start_lock(rt, c->id, NULL);
	lock = start < 0 ? start : containers_lock(rt, err);
	if (start < 0 || lock < 0)
		return start < 0 ? 0 : lock;
	container_remains_remove(rt, &c->state, c->id);
	if (faccessat(store_fd(rt->store), dir, F_OK, 0) < 0)
		return 0;
	r = container_discard(rt, c->id, err);
	if (r >= 0)
		container_event(rt, c, "destroy", NULL);
	return r;
}

int container_remove(Runtime *rt, const char *name, bool force, bool volumes, Error **err)
{
	cleanup_container Container *c = NULL, *now = NULL;
	cleanup_error Error *e = NULL;
	cleanup_strv char **anonymous = NULL;
	cleanup_fd int lock = -1, start = -1;
	int r = container_find_settled(rt, name, &c, &e);

	if (r < 0) {
		c = container_find_broken(rt, name);
		return c ? remove_broken(rt, c, force, err) : error_propagate(err, steal(&e));
	}
	if (container_is_running(c)) {
		r = force ? container_end(rt, c->id, err) : remove_refused(c, err);
		if (r < 0)
			return r;
	}
	/* Nobody starts it from here on. It may be gone, as a --rm container that was killed. */
	start = container_start_lock(rt, c->id, NULL);
	if (start < 0)
		return 0;
	lock = containers_lock(rt, err);
	if (lock < 0)
		return lock;
	r = container_load(rt, c->id, &now, NULL);
	if (r == -ENOENT)
		return 0;
	if (r >= 0 && container_is_running(now))
		return remove_refused(now, err);
	r = container_discard(rt, c->id, err);
	if (r < 0)
		return r;
	lock = fd_close(lock);
	if (volumes) {
		anonymous = container_anonymous_volumes(c);
		volumes_remove(rt, anonymous);
	}
	container_event(rt, c, "destroy", NULL);
	return 0;
}

char *container_using_image(const char *image_id, void *runtime)
{
	Container **list = NULL;
	char *id = NULL;
	size_t n = 0;

	if (container_list_brief(runtime, 0, &list, &n, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < n && !id; i++)
		if (streq_null(list[i]->image_id, image_id) ||
		    strv_contains(list[i]->racker.mounted_images, image_id))
			id = xstrndup(list[i]->id, 12);
	container_list_free(list, n);
	return id;
}
