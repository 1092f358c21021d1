#include "librunner/options/refresh.h"

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-check.h"
#include "librunner/container-configure.h"
#include "librunner/container-inherit.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/container-volumes.h"
#include "librunner/endpoint.h"
#include "librunner/inside-check.h"
#include "librunner/limits-check.h"
#include "librunner/log-settings.h"
#include "librunner/options/run-words.h"
#include "librunner/rootfs-image.h"

/* A copy without what comes from flags, which are about to say it again. */
static int copy_settled(const Container *c, Container **ret, Error **err)
{
	cleanup_container Container *copy = xnew0(Container, 1);
	cleanup_json json_t *value = json_encode(&container_type, c);
	static const char *const keys[] = { "Config", "HostConfig", "NetworkingConfig", "Path",
					    "Args" };
	json_t *racker = json_object_get(value, "Racker");
	int r;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		(void)json_object_del(value, keys[i]);
	(void)json_object_del(racker, "Hooks");
	(void)json_object_del(racker, "MountedImages");
	(void)json_object_del(racker, "System");
	container_config_init(&copy->config);
	host_config_init(&copy->host);
	r = json_decode(value, &container_type, copy, err);
	if (r < 0)
		return r;
	*ret = steal(&copy);
	return 0;
}

static int configure(Runtime *rt, Container *c, const ContainerCreate *req, Error **err)
{
	cleanup_log_settings LogSettings log = { 0 };
	cleanup_image Image *image = NULL;
	cleanup_strv char **made = NULL;
	int r = str_empty(c->racker.rootfs) ? image_find(rt->store, c->image_id, &image, err)
					    : rootfs_image(c->racker.rootfs, &image, err);

	if (r >= 0)
		r = container_check(req, err);
	if (r >= 0)
		r = container_configure(c, req, &image->config, err);
	if (r >= 0)
		r = endpoints_configure(rt, c, err);
	if (r >= 0)
		r = limits_check_new(rt, &c->host, err);
	if (r >= 0)
		r = log_settings_parse(c, &log, err);
	if (r >= 0)
		r = container_find_images(rt, c, err);
	/* Who holds the containers' lock may make volumes; they are filled later. */
	if (r >= 0)
		r = container_volumes_resolve(rt, c, &made, err);
	return r >= 0 && c->racker.boot ? inside_check_boot(c, err) : r;
}

static int request_again(Runtime *rt, Container *c, Error **err)
{
	RunFlags flags = { 0 };
	int r;

	run_flags_init(&flags);
	r = run_words_request(c->racker.config_files, c->racker.flags, &flags, err);
	if (r >= 0)
		r = configure(rt, c, &flags.create, err);
	run_flags_clear(&flags);
	flags_clear(run_flags, &flags);
	return r;
}

static bool is_same(const Container *a, const Container *b)
{
	cleanup_json json_t *left = json_encode(&container_type, a);
	cleanup_json json_t *right = json_encode(&container_type, b);

	return json_equal(left, right);
}

static int replace(Runtime *rt, Container *c, Container *fresh, Error **err)
{
	cleanup_free char *dir = container_dir(c->id), *path = xasprintf("%s/config.json", dir);
	Container old = *c;
	int r = json_write_file(store_fd(rt->store), path, &container_type, fresh, 0600, FS_SYNC,
				err);

	if (r < 0)
		return r;
	fresh->state = old.state;
	*c = *fresh;
	old.state = (ContainerState){ 0 };
	*fresh = old;
	return 1;
}

/* What the container is, and what its files make of it. */
static int make_fresh(Runtime *rt, const char *id, Container **ret_now, Container **ret_fresh,
		      Error **err)
{
	cleanup_error Error *e = NULL;
	int r = container_load(rt, id, ret_now, err);

	if (r < 0)
		return r;
	r = copy_settled(*ret_now, ret_fresh, &e);
	if (r >= 0)
		r = request_again(rt, *ret_fresh, &e);
	/* Not the kinds that say that the container's command does not exist. */
	if (r < 0)
		return error_set(err, EINVAL,
				 "cannot start container %s with its configuration files: %s",
				 (*ret_now)->name, e->msg);
	return 0;
}

int container_refresh(Runtime *rt, Container *c, Error **err)
{
	cleanup_container Container *now = NULL, *fresh = NULL;
	cleanup_fd int lock = -1;
	int r;

	if (!strv_length(c->racker.config_files))
		return 0;
	/* It may be renamed meanwhile. */
	lock = containers_lock(rt, err);
	if (lock < 0)
		return lock;
	r = make_fresh(rt, c->id, &now, &fresh, err);
	if (r < 0)
		return r;
	r = is_same(now, fresh) ? 0 : replace(rt, c, fresh, err);
	lock = fd_close(lock);
	return r > 0 ? container_volumes_fill(rt, c, err) : r;
}

int container_refresh_check(Runtime *rt, const Container *c, Error **err)
{
	cleanup_container Container *now = NULL, *fresh = NULL;

	if (!strv_length(c->racker.config_files))
		return 0;
	return make_fresh(rt, c->id, &now, &fresh, err);
}
