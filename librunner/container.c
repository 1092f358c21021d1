#include "librunner/container.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-brief.h"
#include "librunner/container-index.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"

/* config.json holds the command line and the image's environment: generous, but bounded. */
#define CONFIG_MAX_SIZE (4 << 20)

int container_read(Runtime *rt, const char *id, const JsonType *type, Container *c, Error **err)
{
	cleanup_free char *path = xasprintf("containers/%s/config.json", id);
	int r = json_read_file(store_fd(rt->store), path, CONFIG_MAX_SIZE, type, c, err);

	if (r < 0)
		return r;
	if (c->version > CONTAINER_FORMAT)
		return error_set(err, EPROTONOSUPPORT,
				 "container %.12s was written by a newer racker (format %lld)", id,
				 (long long)c->version);
	if (!streq(c->id, id))
		return error_set(err, EBADMSG, "%s/%s: this is the configuration of container %s",
				 rt->root, path, c->id);
	return container_state_load(rt, id, &c->state, err);
}

int container_load(Runtime *rt, const char *id, Container **ret, Error **err)
{
	cleanup_container Container *c = xnew0(Container, 1);
	int r;

	container_config_init(&c->config);
	host_config_init(&c->host);
	r = container_read(rt, id, &container_type, c, err);
	if (r < 0)
		return r;
	*ret = steal(&c);
	return 0;
}

Container **container_list_free(Container **list, size_t n)
{
	for (size_t i = 0; list && i < n; i++)
		container_free(list[i]);
	free(list);
	return NULL;
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

/* For who has named it: which one it is that cannot be read. */
static int load_named(Runtime *rt, const char *id, const char *name, Container **ret, Error **err)
{
	cleanup_error Error *e = NULL;
	int r = container_load(rt, id, ret, &e);

	if (r >= 0)
		return r;
	if (r == -ENOENT || r == -EPROTONOSUPPORT)
		return error_propagate(err, steal(&e));
	return error_set(err, EBADMSG, "container %s cannot be used: %s", name, e->msg);
}

/* By the whole ID, or by a name that the index knows. -ENOENT: by nothing of the kind (with an
 * error or without). */
static int find_directly(Runtime *rt, const char *bare, Container **ret, Error **err)
{
	cleanup_free char *id = NULL;
	cleanup_container Container *c = NULL;
	bool by_id = container_id_valid(bare);
	int r = -ENOENT;

	if (by_id || index_name_find(rt, bare, &id) >= 0)
		r = load_named(rt, by_id ? bare : id, bare, &c, err);
	if (r < 0)
		return r;
	if (!by_id && !streq(c->name, bare))
		return -ENOENT;
	*ret = steal(&c);
	return 0;
}

/* By name or by the beginning of the ID, among all. */
static int find_among_all(Runtime *rt, const char *name, const char *bare, Container **ret,
			  Error **err)
{
	Container **list = NULL, **match;
	cleanup_free char *id = NULL;
	size_t n = 0;
	bool many = false;
	int r = container_list_brief(rt, 0, &list, &n, err);

	if (r < 0)
		return r;
	match = *bare ? container_match(list, n, bare, &many) : NULL;
	if (match) {
		id = xstrdup((*match)->id);
		if (streq((*match)->name, bare))
			index_name_add(rt, bare, id);
	}
	container_list_free(list, n);
	if (many)
		return error_set(err, EINVAL, "multiple IDs found with provided prefix: %s", name);
	if (!id)
		return error_set(err, ENOENT, "No such container: %s", name);
	return load_named(rt, id, bare, ret, err);
}

Container *container_find_broken(Runtime *rt, const char *name)
{
	const char *bare = name[0] == '/' ? name + 1 : name;
	Container **list = NULL, **match, *c = NULL;
	size_t n = 0;
	bool many;

	if (container_list_brief(rt, 0, &list, &n, NULL) < 0)
		return NULL;
	match = *bare ? container_match(list, n, bare, &many) : NULL;
	if (match && (*match)->broken) {
		c = *match;
		*match = NULL;
	}
	container_list_free(list, n);
	return c;
}

int container_find(Runtime *rt, const char *name, Container **ret, Error **err)
{
	const char *bare = name[0] == '/' ? name + 1 : name;
	cleanup_error Error *e = NULL;
	int r = find_directly(rt, bare, ret, &e);

	if (r != -ENOENT)
		return r < 0 ? error_propagate(err, steal(&e)) : r;
	return find_among_all(rt, name, bare, ret, err);
}
