/* The end of volumes: who has them, removal, prune. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-brief.h"
#include "librunner/container-filter.h"
#include "librunner/container-size.h"
#include "librunner/container-store.h"
#include "librunner/events.h"
#include "librunner/prune-filter.h"
#include "librunner/volume-internal.h"

/* How long another process's hold on a volume is waited for, where it may be our own. */
#define LOCK_PAUSE_NSEC 20000000
#define LOCK_ATTEMPTS 25

/* ---- who has it ---- */

int volume_users(Runtime *rt, const char *name, char ***ret, Error **err)
{
	Container **list = NULL;
	char **ids = NULL;
	size_t n = 0;
	int r = container_list_brief(rt, 0, &list, &n, err);

	if (r < 0)
		return r;
	/* The oldest first. */
	for (size_t i = n; i-- > 0;)
		for (size_t k = 0; k < list[i]->racker.n_volumes; k++)
			if (streq(list[i]->racker.volumes[k].name, name) &&
			    !strv_contains(ids, list[i]->id))
				strv_add(&ids, list[i]->id);
	container_list_free(list, n);
	*ret = ids;
	return 0;
}

int volumes_used(Runtime *rt, char ***ret, Error **err)
{
	Container **list = NULL;
	char **names = NULL;
	size_t n = 0;
	int r = container_list_brief(rt, 0, &list, &n, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < list[i]->racker.n_volumes; k++)
			strv_add(&names, list[i]->racker.volumes[k].name);
	container_list_free(list, n);
	*ret = names;
	return 0;
}

static int check_unused(Runtime *rt, const char *name, Error **err)
{
	cleanup_strv char **users = NULL;
	cleanup_free char *list = NULL;
	int r = volume_users(rt, name, &users, err);

	if (r < 0 || !users)
		return r;
	list = strv_join(users, ", ");
	return error_set(err, EBUSY, "remove %s: volume is in use - [%s]", name, list);
}

/* ---- removal ---- */

/* Takes it out of sight. The caller holds its lock, and that of the containers: nobody begins to
 * use it. */
static int move_away(Runtime *rt, const char *name, char **ret_trash, Error **err)
{
	cleanup_free char *path = xasprintf(VOLUMES_DIR "/%s", name), *suffix = random_hex(8);
	cleanup_free char *trash = xasprintf("tmp/volume-%s", suffix);
	int root = store_fd(rt->store), r = fs_mkdir_p(root, "tmp", 0700);

	if (r < 0)
		return error_errno(err, -r, "make %s/tmp", rt->root);
	if (renameat(root, path, root, trash) < 0)
		return error_errno(err, errno, "remove %s/%s", rt->root, path);
	*ret_trash = steal(&trash);
	return 0;
}

static int remove_locked(Runtime *rt, const char *name, char **ret_trash, Error **err)
{
	cleanup_fd int containers = containers_lock(rt, err);
	int r = containers < 0 ? containers : check_unused(rt, name, err);

	return r < 0 ? r : move_away(rt, name, ret_trash, err);
}

/* The caller holds the lock. */
static int remove_held(Runtime *rt, const char *name, Error **err)
{
	cleanup_free char *trash = NULL;
	int r = remove_locked(rt, name, &trash, err);

	if (r < 0)
		return r;
	volume_event(rt, name, "destroy", NULL);
	r = fs_remove_tree(store_fd(rt->store), trash);
	return r < 0 ? error_errno(err, -r, "remove %s/%s", rt->root, trash) : 0;
}

int volume_remove(Runtime *rt, const char *name, bool force, Error **err)
{
	cleanup_error Error *e = NULL;
	cleanup_fd int lock = volume_lock(rt, name, LOCK_EX, &e);

	if (lock == -ENOENT && force)
		return 0;
	return lock < 0 ? error_propagate(err, steal(&e)) : remove_held(rt, name, err);
}

int volume_remove_unused(Runtime *rt, const char *name, Error **err)
{
	struct timespec pause = { .tv_nsec = LOCK_PAUSE_NSEC };
	cleanup_error Error *e = NULL;
	cleanup_fd int lock = -EWOULDBLOCK;

	for (unsigned i = 0; i < LOCK_ATTEMPTS && lock == -EWOULDBLOCK; i++) {
		e = error_free(e);
		lock = volume_lock(rt, name, LOCK_EX | LOCK_NB, &e);
		if (lock == -EWOULDBLOCK)
			(void)nanosleep(&pause, NULL);
	}
	if (lock == -EWOULDBLOCK)
		return error_set(err, EBUSY, "remove %s: volume is in use", name);
	return lock < 0 ? error_propagate(err, steal(&e)) : remove_held(rt, name, err);
}

/* ---- prune ---- */

/* One that was removed, or is used, meanwhile is left out. */
static void prune_one(Runtime *rt, const Volume *v, VolumePrune *result)
{
	cleanup_free char *path = xasprintf(VOLUMES_DIR "/%s/" VOLUME_DATA, v->name);
	cleanup_error Error *e = NULL;
	int64_t size = tree_size(store_fd(rt->store), path);

	if (volume_remove(rt, v->name, false, &e) < 0) {
		if (e->errnum != ENOENT && e->errnum != EBUSY)
			log_warning("%s", e->msg);
		return;
	}
	strv_add(&result->deleted, v->name);
	result->reclaimed += size;
}

static void tell_prune(Runtime *rt, int64_t reclaimed)
{
	cleanup_strv char **attributes = NULL;

	strv_addf(&attributes, "reclaimed=%lld", (long long)reclaimed);
	event_write(rt, "volume", "prune", "", attributes);
}

int volume_prune(Runtime *rt, char *const *filters, VolumePrune *ret, Error **err)
{
	static char *const dangling[] = { (char *)"dangling=true", NULL };
	cleanup_prune_filter PruneFilter f = { 0 };
	Volume **list = NULL;
	size_t n = 0;
	int r = prune_filter_parse(filters, PRUNE_ALL, &f, err);

	if (r >= 0)
		r = volume_list(rt, dangling, &list, &n, err);
	if (r < 0)
		return r;
	*ret = (VolumePrune){ 0 };
	for (size_t i = 0; i < n; i++)
		if ((f.all || labels_match(list[i]->labels, VOLUME_LABEL_ANONYMOUS)) &&
		    prune_filter_match(&f, list[i]->labels, NULL))
			prune_one(rt, list[i], ret);
	volume_list_free(list, n);
	tell_prune(rt, ret->reclaimed);
	return 0;
}

void volume_prune_clear(VolumePrune *p)
{
	p->deleted = strv_free(p->deleted);
}
