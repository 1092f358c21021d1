/* container-list: all containers, whole or in brief. */
#include <dirent.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-brief.h"
#include "librunner/container-index.h"
#include "librunner/container-store.h"

int container_ids_in(Runtime *rt, const char *name, char ***ret, Error **err)
{
	cleanup_strv char **ids = NULL;
	cleanup_dir DIR *dir = NULL;
	cleanup_fd int fd = fs_open_dir(store_fd(rt->store), name);
	struct dirent *entry;
	size_t n = 0, cap = 0;

	if (fd == -ENOENT)
		return fd;
	if (fd < 0)
		return error_errno(err, -fd, "open %s/%s", rt->root, name);
	dir = fdopendir(fd);
	if (!dir)
		return error_errno(err, errno, "read %s/%s", rt->root, name);
	(void)steal_fd(&fd);
	while ((errno = 0, entry = readdir(dir))) {
		if (!container_id_valid(entry->d_name))
			continue;
		GROW(ids, n + 1, &cap);
		ids[n++] = xstrdup(entry->d_name);
		ids[n] = NULL;
	}
	if (errno)
		return error_errno(err, errno, "read %s/%s", rt->root, name);
	*ret = steal(&ids);
	return 0;
}

int container_ids(Runtime *rt, char ***ret, Error **err)
{
	int r = container_ids_in(rt, "containers", ret, err);

	if (r == -ENOENT)
		*ret = NULL;
	return r == -ENOENT ? 0 : r;
}

static int newer_first(const void *a, const void *b)
{
	const Container *x = *(Container *const *)a, *y = *(Container *const *)b;
	int r = strcmp(y->created ? y->created : "", x->created ? x->created : "");

	return r ? r : strcmp(x->id, y->id);
}

/* Who wants the whole container cannot have a broken one; it goes to those who list it. */
static void add(Runtime *rt, Container **list, size_t *n, const char *id, bool brief)
{
	cleanup_error Error *e = NULL;
	int r = brief ? container_load_brief(rt, id, &list[*n], &e)
		      : container_load(rt, id, &list[*n], &e);

	if (r < 0 && brief)
		list[*n] = container_load_broken(rt, id, e);
	*n += list[*n] != NULL;
	if (r < 0 && !brief && r != -ENOENT)
		log_warning("%s", e->msg);
}

int container_list(Runtime *rt, Container ***ret, size_t *ret_n, Error **err)
{
	cleanup_strv char **ids = NULL;
	Container **list;
	size_t n = 0;
	int r = container_ids(rt, &ids, err);

	if (r < 0)
		return r;
	list = xnew0(Container *, strv_length(ids) + 1);
	STRV_FOREACH(id, ids)
		add(rt, list, &n, *id, false);
	qsort(list, n, sizeof(*list), newer_first);
	*ret = list;
	*ret_n = n;
	return 0;
}

int container_list_brief(Runtime *rt, unsigned flags, Container ***ret, size_t *ret_n, Error **err)
{
	cleanup_strv char **ids = NULL;
	cleanup_brief_cache BriefCache *cache = NULL;
	Container **list;
	size_t n = 0;
	int r = flags & BRIEF_RUNNING ? index_live_ids(rt, &ids, err)
				      : container_ids(rt, &ids, err);

	if (r < 0)
		return r;
	list = xnew0(Container *, strv_length(ids) + 1);
	if (strv_length(ids) >= BRIEF_CACHE_MIN) {
		cache = brief_cache_open(rt);
		STRV_FOREACH(id, ids)
			brief_cache_add(cache, list, &n, *id);
		if (!(flags & BRIEF_RUNNING))
			brief_cache_close(cache);
	} else {
		STRV_FOREACH(id, ids)
			add(rt, list, &n, *id, true);
	}
	qsort(list, n, sizeof(*list), newer_first);
	*ret = list;
	*ret_n = n;
	return 0;
}
