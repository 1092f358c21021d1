#include "librunner/container-index.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-names.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"

#define NAMES "names"
#define LIVE "live"

/* ---- names ---- */

/* NULL for what cannot be a file's name: a name that long has no link. */
static char *name_path(const char *name)
{
	if (container_name_check(name, NULL) < 0 || strlen(name) > NAME_MAX)
		return NULL;
	return xasprintf(NAMES "/%s", name);
}

int index_name_find(Runtime *rt, const char *name, char **ret_id)
{
	cleanup_free char *path = name_path(name);
	char id[CONTAINER_ID_LENGTH + 2];
	ssize_t n;

	if (!path)
		return -ENOENT;
	n = readlinkat(store_fd(rt->store), path, id, sizeof(id) - 1);
	if (n < 0)
		return -errno;
	id[n] = '\0';
	if (!container_id_valid(id))
		return -ENOENT;
	*ret_id = xstrdup(id);
	return 0;
}

void index_name_add(Runtime *rt, const char *name, const char *id)
{
	cleanup_free char *path = name_path(name), *suffix = random_hex(8);
	cleanup_free char *staged = xasprintf(NAMES "/.%s", suffix);
	int fd = store_fd(rt->store);

	if (!path || (mkdirat(fd, NAMES, 0711) < 0 && errno != EEXIST))
		return;
	if (symlinkat(id, fd, path) == 0)
		return;
	/* Somebody had it: the link is replaced in one step. */
	if (symlinkat(id, fd, staged) == 0 && renameat(fd, staged, fd, path) < 0)
		(void)unlinkat(fd, staged, 0);
}

void index_name_remove(Runtime *rt, const char *name, const char *id)
{
	cleanup_free char *path = name_path(name), *found = NULL;

	if (path && index_name_find(rt, name, &found) >= 0 && streq(found, id))
		(void)unlinkat(store_fd(rt->store), path, 0);
}

char *index_name_of(Runtime *rt, const char *id)
{
	cleanup_fd int fd = fs_open_dir(store_fd(rt->store), NAMES);
	cleanup_strv char **names = NULL;

	if (fd < 0 || fs_names(fd, &names) < 0)
		return NULL;
	STRV_FOREACH(name, names) {
		cleanup_free char *found = NULL;

		if (index_name_find(rt, *name, &found) >= 0 && streq(found, id))
			return xstrdup(*name);
	}
	return NULL;
}

/* ---- what runs ---- */

static int make_entry(int dirfd, const char *dir, const char *id)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, id);
	cleanup_fd int fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : 0;
}

int index_live_add(Runtime *rt, const char *id, Error **err)
{
	int r = make_entry(store_fd(rt->store), LIVE, id);

	return r < 0 ? error_errno(err, -r, "make %s/" LIVE "/%s", rt->root, id) : 0;
}

void index_live_remove(Runtime *rt, const char *id)
{
	cleanup_free char *path = xasprintf(LIVE "/%s", id);

	(void)unlinkat(store_fd(rt->store), path, 0);
}

static int add_running(Runtime *rt, const char *id, const char *dir)
{
	ContainerState state = { 0 };
	int r = 0;

	if (container_state_read(rt, id, &state, NULL) >= 0 &&
	    container_status_is_alive(state.status))
		r = make_entry(store_fd(rt->store), dir, id);
	json_clear(&container_state_type, &state);
	return r;
}

/* The directory appears complete. The caller holds the containers' lock. */
static int live_build(Runtime *rt, Error **err)
{
	cleanup_strv char **ids = NULL;
	cleanup_free char *stage = NULL, *dir = NULL;
	int fd = store_fd(rt->store), stage_fd, r = container_ids(rt, &ids, err);

	if (r < 0)
		return r;
	(void)fs_mkdir_p(fd, "tmp", 0700);
	stage_fd = store_stage_new(rt->store, "live", &stage, err);
	if (stage_fd < 0)
		return stage_fd;
	dir = xasprintf("%s/" LIVE, stage);
	r = mkdirat(fd, dir, 0700) < 0 ? -errno : 0;
	STRV_FOREACH(id, ids)
		if (r >= 0)
			r = add_running(rt, *id, dir);
	if (r >= 0 && renameat(fd, dir, fd, LIVE) < 0)
		r = errno == EEXIST || errno == ENOTEMPTY ? 0 : -errno;
	store_stage_remove(rt->store, stage, stage_fd);
	return r < 0 ? error_errno(err, -r, "make %s/" LIVE, rt->root) : 0;
}

int index_live_ids(Runtime *rt, char ***ret, Error **err)
{
	cleanup_fd int lock = -1;
	int r = container_ids_in(rt, LIVE, ret, err);

	if (r != -ENOENT)
		return r;
	lock = containers_lock(rt, err);
	r = lock < 0 ? lock : live_build(rt, err);
	return r < 0 ? r : container_ids_in(rt, LIVE, ret, err);
}
