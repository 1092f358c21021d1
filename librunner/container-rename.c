/* container-rename: another name for a container. */
#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-change.h"
#include "librunner/container-index.h"
#include "librunner/container-names.h"
#include "librunner/container-store.h"
#include "librunner/events.h"

#define NEW_NAME "Error when allocating new name: "

static int check_new_name(const char *name, Error **err)
{
	/* Docker names it as it keeps it. */
	if (container_name_check(name, NULL) < 0)
		return error_set(err, EINVAL,
				 NEW_NAME "Invalid container name (/%s), only "
					  "[a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
				 name);
	return 0;
}

/* The lock is held: nobody else takes the name. */
static int check_free(Runtime *rt, const char *name, Error **err)
{
	cleanup_container Container *other = NULL;
	cleanup_error Error *e = NULL;
	int r = container_find(rt, name, &other, &e);

	/* What the name is a prefix of an ID of is no matter. */
	if (r == -ENOENT || (r >= 0 && !streq(other->name, name)) || r == -EINVAL)
		return 0;
	if (r < 0)
		return error_propagate(err, steal(&e));
	return error_set(err, EEXIST,
			 NEW_NAME "Conflict. The container name \"/%s\" is already in use by "
				  "container \"%s\". You have to remove (or rename) that "
				  "container to be able to reuse that name.",
			 name, other->id);
}

/* The state is the monitor's: only the configuration is written. */
static int write_config(Runtime *rt, const Container *c, Error **err)
{
	cleanup_free char *path = xasprintf("containers/%s/config.json", c->id);

	return json_write_file(store_fd(rt->store), path, &container_type, c, 0600, FS_SYNC, err);
}

static int rename_locked(Runtime *rt, const char *id, const char *name, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_strv char **attributes = NULL;
	cleanup_free char *old = NULL;
	int r = container_load(rt, id, &c, err);

	if (r < 0)
		return r;
	if (streq(c->name, name))
		return error_set(err, EINVAL,
				 "Renaming a container with the same name as its current name");
	r = check_new_name(name, err);
	if (r >= 0)
		r = check_free(rt, name, err);
	if (r < 0)
		return r;
	old = c->name;
	c->name = xstrdup(name);
	/* The index leads to the new name before the container has it. */
	index_name_add(rt, name, id);
	r = write_config(rt, c, err);
	if (r < 0) {
		index_name_remove(rt, name, id);
		return r;
	}
	index_name_remove(rt, old, id);
	strv_addf(&attributes, "oldName=/%s", old);
	container_event(rt, c, "rename", attributes);
	return 0;
}

int container_rename(Runtime *rt, const char *name, const char *new_name, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_fd int lock = -1;
	int r = container_find(rt, name, &c, err);

	if (r < 0)
		return r;
	lock = containers_lock(rt, err);
	if (lock < 0)
		return lock;
	return rename_locked(rt, c->id, new_name[0] == '/' ? new_name + 1 : new_name, err);
}
