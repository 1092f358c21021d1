#include "librunner/container.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"

/* config.json holds the command line and the image's environment: generous, but bounded. */
#define CONFIG_MAX_SIZE (4 << 20)

int container_load(Runtime *rt, const char *id, Container **ret, Error **err)
{
	cleanup_container Container *c = xnew0(Container, 1);
	cleanup_free char *path = xasprintf("containers/%s/config.json", id);
	int r;

	container_config_init(&c->config);
	host_config_init(&c->host);
	r = json_read_file(store_fd(rt->store), path, CONFIG_MAX_SIZE, &container_type, c, err);
	if (r < 0)
		return r;
	if (c->version > CONTAINER_FORMAT)
		return error_set(err, EPROTONOSUPPORT,
				 "container %.12s was written by a newer racker (format %lld)", id,
				 (long long)c->version);
	if (!streq(c->id, id))
		return error_set(err, EBADMSG, "%s/%s: this is the configuration of container %s",
				 rt->root, path, c->id);
	r = container_state_load(rt, id, &c->state, err);
	if (r < 0)
		return r;
	*ret = steal(&c);
	return 0;
}

int container_ids(Runtime *rt, char ***ret, Error **err)
{
	cleanup_strv char **ids = NULL;
	cleanup_dir DIR *dir = NULL;
	cleanup_fd int fd = fs_open_dir(store_fd(rt->store), "containers");
	struct dirent *entry;

	if (fd == -ENOENT) {
		*ret = NULL;
		return 0;
	}
	if (fd < 0)
		return error_errno(err, -fd, "open %s/containers", rt->root);
	dir = fdopendir(fd);
	if (!dir)
		return error_errno(err, errno, "read %s/containers", rt->root);
	(void)steal_fd(&fd);
	while ((errno = 0, entry = readdir(dir)))
		if (container_id_valid(entry->d_name))
			strv_add(&ids, entry->d_name);
	if (errno)
		return error_errno(err, errno, "read %s/containers", rt->root);
	*ret = steal(&ids);
	return 0;
}

static int container_newer_first(const void *a, const void *b)
{
	const Container *x = *(Container *const *)a, *y = *(Container *const *)b;
	int r = strcmp(y->created ? y->created : "", x->created ? x->created : "");

	return r ? r : strcmp(x->id, y->id);
}

Container **container_list_free(Container **list, size_t n)
{
	for (size_t i = 0; list && i < n; i++)
		container_free(list[i]);
	free(list);
	return NULL;
}

int container_list(Runtime *rt, Container ***ret, size_t *ret_n, Error **err)
{
	cleanup_strv char **ids = NULL;
	Container **list = NULL;
	size_t n = 0, cap = 0;
	int r = container_ids(rt, &ids, err);

	if (r < 0)
		return r;
	STRV_FOREACH(id, ids) {
		cleanup_error Error *e = NULL;

		GROW(list, n, &cap);
		r = container_load(rt, *id, &list[n], &e);
		if (r >= 0)
			n++;
		else if (r != -ENOENT)
			log_warning("%s", e->msg); /* one broken file hides one container */
	}
	if (n)
		qsort(list, n, sizeof(*list), container_newer_first);
	*ret = list;
	*ret_n = n;
	return 0;
}

/* Docker's order: the full ID, the name, then a unique prefix of the ID. */
static Container **container_match(Container **list, size_t n, const char *name, bool *ret_many)
{
	Container **match = NULL;

	*ret_many = false;
	for (size_t i = 0; i < n; i++)
		if (streq(list[i]->name, name))
			return &list[i];
	for (size_t i = 0; i < n; i++) {
		if (!startswith(list[i]->id, name))
			continue;
		*ret_many = match != NULL;
		if (*ret_many)
			return NULL;
		match = &list[i];
	}
	return match;
}

int container_find(Runtime *rt, const char *name, Container **ret, Error **err)
{
	Container **list = NULL, **match;
	const char *bare = name[0] == '/' ? name + 1 : name;
	size_t n = 0;
	bool many;
	int r;

	if (container_id_valid(bare)) {
		cleanup_error Error *e = NULL;

		r = container_load(rt, bare, ret, &e);
		if (r != -ENOENT)
			return r < 0 ? error_propagate(err, steal(&e)) : 0;
	}
	r = container_list(rt, &list, &n, err);
	if (r < 0)
		return r;
	match = *bare ? container_match(list, n, bare, &many) : NULL;
	if (match)
		*ret = steal(match);
	else if (*bare && many)
		r = error_set(err, EINVAL, "multiple IDs found with provided prefix: %s", name);
	else
		r = error_set(err, ENOENT, "No such container: %s", name);
	container_list_free(list, n);
	return r;
}
