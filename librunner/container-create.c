#include <fcntl.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-brief.h"
#include "librunner/container-check.h"
#include "librunner/container-configure.h"
#include "librunner/container-image.h"
#include "librunner/container-index.h"
#include "librunner/container-inherit.h"
#include "librunner/container-names.h"
#include "librunner/container-new.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/container-volumes.h"
#include "librunner/container.h"
#include "librunner/endpoint-check.h"
#include "librunner/endpoint.h"
#include "librunner/events.h"
#include "librunner/inside-check.h"
#include "librunner/limits-check.h"
#include "librunner/log-settings.h"
#include "librunner/merge.h"
#include "librunner/monitor-ask.h"
#include "librunner/mount-plan.h"
#include "librunner/nspawn.h"
#include "librunner/provision.h"
#include "librunner/rootfs-image.h"

int boot_mode_parse(const char *text, BootMode *ret)
{
	static const struct {
		const char *text;
		BootMode mode;
	} modes[] = {
		{ "auto", BOOT_AUTO },	 { "always", BOOT_ALWAYS }, { "never", BOOT_NEVER },
		{ "true", BOOT_ALWAYS }, { "1", BOOT_ALWAYS },	    { "t", BOOT_ALWAYS },
		{ "T", BOOT_ALWAYS },	 { "TRUE", BOOT_ALWAYS },   { "True", BOOT_ALWAYS },
		{ "false", BOOT_NEVER }, { "0", BOOT_NEVER },	    { "f", BOOT_NEVER },
		{ "F", BOOT_NEVER },	 { "FALSE", BOOT_NEVER },   { "False", BOOT_NEVER },
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (streq(modes[i].text, text)) {
			*ret = modes[i].mode;
			return 0;
		}
	return -EINVAL;
}

static int name_in_use(const Container *other, Error **err)
{
	return error_set(
		err, EEXIST,
		"Conflict. The container name \"/%s\" is already in use by container \"%s\". "
		"You have to remove (or rename) that container to be able to reuse that name.",
		other->name, other->id);
}

/* Fills c->name; the caller holds the containers' lock. With `wanted` NULL it makes one up. */
static int name_reserve(Runtime *rt, const char *wanted, char **ret, Error **err)
{
	Container **list = NULL;
	size_t n = 0;
	int r = container_list_brief(rt, 0, &list, &n, err);

	for (unsigned attempt = 0; r >= 0 && !*ret; attempt++) {
		cleanup_free char *name =
			wanted ? xstrdup(wanted) : container_name_generate(attempt);
		const Container *other = NULL;

		for (size_t i = 0; i < n && !other; i++)
			if (streq(list[i]->name, name))
				other = list[i];
		if (!other)
			*ret = steal(&name);
		else if (wanted)
			r = name_in_use(other, err);
	}
	container_list_free(list, n);
	return r;
}

/* Docker's IDs never look like a number in their short form, because they become host names. */
char *container_id_new(void)
{
	char *id = random_hex(CONTAINER_ID_LENGTH);

	while (strspn(id, "0123456789") >= 12) {
		free(id);
		id = random_hex(CONTAINER_ID_LENGTH);
	}
	return id;
}

static Container *container_new(const Image *image, bool boot)
{
	Container *c = xnew0(Container, 1);

	c->version = CONTAINER_FORMAT;
	c->id = container_id_new();
	c->created = timestamp_now();
	c->image_id = xstrdup(image->id);
	c->platform = xstrdup(image->os);
	c->racker.boot = boot;
	c->racker.layers = strv_copy(image->layers);
	c->state.status = xstrdup("created");
	c->state.started_at = xstrdup(TIMESTAMP_ZERO);
	c->state.finished_at = xstrdup(TIMESTAMP_ZERO);
	container_config_init(&c->config);
	host_config_init(&c->host);
	return c;
}

/* Docker makes missing source directories of -v. */
static int binds_prepare(const Container *c, Error **err)
{
	cleanup_mount_plan MountPlan plan = { 0 };
	int r = mount_plan_make(&c->host, NULL, &plan, err);

	for (size_t i = 0; r >= 0 && i < plan.n; i++) {
		const PlannedMount *p = &plan.list[i];

		if (p->kind != PLANNED_BIND || !p->create || access(p->source, F_OK) == 0)
			continue;
		r = fs_mkdir_p(AT_FDCWD, p->source, 0755);
		if (r < 0)
			return error_errno(err, -r, "make %s for volume %s", p->source, p->target);
	}
	return r < 0 ? r : 0;
}

/* Writes the container where it is seen only when complete. The caller holds the containers' lock.
 */
static int container_commit(Runtime *rt, const Container *c,
			    int (*fill)(int dirfd, void *userdata, Error **err), void *userdata,
			    Error **err)
{
	cleanup_fd int dirfd = -1;
	cleanup_free char *stage = NULL, *staged = NULL, *dir = container_dir(c->id);
	int fd = store_fd(rt->store), stage_fd, r;

	stage_fd = store_stage_new(rt->store, "container", &stage, err);
	if (stage_fd < 0)
		return stage_fd;
	staged = xasprintf("%s/%s", stage, c->id);
	r = fs_mkdir_p(fd, staged, 0711);
	if (r < 0)
		r = error_errno(err, -r, "make %s/%s", rt->root, staged);
	else
		r = container_write(rt, staged, c, err);
	if (r >= 0 && fill) {
		dirfd = fs_open_dir(fd, staged);
		r = dirfd < 0 ? error_errno(err, -dirfd, "open %s/%s", rt->root, staged)
			      : fill(dirfd, userdata, err);
	}
	if (r >= 0)
		index_name_add(rt, c->name, c->id);
	if (r >= 0 && renameat(fd, staged, fd, dir) < 0)
		r = error_errno(err, errno, "make %s/%s", rt->root, dir);
	store_stage_remove(rt->store, stage, stage_fd);
	return r;
}

/* The image must still be there when the container is: both under the store's lock. */
int container_write_new(Runtime *rt, Container *c, const char *name,
			int (*fill)(int dirfd, void *userdata, Error **err), void *userdata,
			Error **err)
{
	cleanup_image Image *image = NULL;
	cleanup_fd int lock = -1, store = -1;
	int r;

	lock = containers_lock(rt, err);
	if (lock < 0)
		return lock;
	r = name_reserve(rt, name, &c->name, err);
	if (r < 0)
		return r;
	c->racker.machine = nspawn_machine_name(c->name, c->id);
	store = store_lock(rt->store, LOCK_SH, err);
	if (store < 0)
		return store;
	if (!c->racker.rootfs)
		r = image_find(rt->store, c->image_id, &image, err);
	return r < 0 ? r : container_commit(rt, c, fill, userdata, err);
}

/* Whether the name is taken, before a pull is made for nothing. */
static int name_check_free(Runtime *rt, const char *name, Error **err)
{
	cleanup_free char *free_name = NULL;

	return name ? name_reserve(rt, name, &free_name, err) : 0;
}

/* The image, or the directory that stands for it. */
static int find_root(Runtime *rt, const ContainerCreate *req, Image **ret, bool *ret_boot,
		     Error **err)
{
	const char *rootfs = req->racker.rootfs;
	int r = rootfs ? rootfs_image(rootfs, ret, err) : container_find_image(rt, req, ret, err);

	if (r < 0)
		return r;
	return rootfs ? rootfs_boot_decide(rootfs, req, ret_boot, err)
		      : boot_decide(rt, *ret, req->config.image, req->boot, req, ret_boot, err);
}

/* `--replace`: as late as can be, when nothing else can fail. */
static int replace_old(Runtime *rt, const char *name, Error **err)
{
	cleanup_container Container *old = NULL;
	cleanup_error Error *e = NULL;
	int r = container_find(rt, name, &old, &e);

	if (r == -ENOENT || (r >= 0 && !streq(old->name, name)))
		return 0;
	return r < 0 ? error_propagate(err, steal(&e))
		     : container_remove(rt, old->id, true, true, err);
}

/* With its volumes, which go again where the container does not come to be. */
static int write_with_volumes(Runtime *rt, const ContainerCreate *req, Container *c,
			      const char *name, Error **err)
{
	cleanup_volume_hold VolumeHold hold = { 0 };
	cleanup_strv char **made = NULL;
	int r = container_volumes_prepare(rt, c, &hold, &made, err);

	if (r >= 0 && req->hold_signals)
		signals_hold(NULL);
	if (r >= 0 && req->replace)
		r = replace_old(rt, name, err);
	if (r >= 0)
		r = container_write_new(rt, c, name, NULL, NULL, err);
	volume_hold_release(&hold);
	if (r < 0)
		volumes_remove(rt, made);
	return r;
}

int container_create(Runtime *rt, const ContainerCreate *req, char **ret_id, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_log_settings LogSettings log = { 0 };
	cleanup_image Image *image = NULL;
	cleanup_free char *prepared = NULL;
	const char *name = str_empty(req->name) ? NULL : req->name + (req->name[0] == '/');
	bool boot = false;
	int r = container_check(req, err);

	if (r >= 0 && req->replace && !name)
		r = error_set(err, EINVAL, "cannot replace a container without --name");
	if (r >= 0 && !req->replace)
		r = name_check_free(rt, name, err);
	if (r >= 0)
		r = find_root(rt, req, &image, &boot, err);
	if (r < 0)
		return r;
	c = container_new(image, boot);
	r = container_configure(c, req, &image->config, err);
	if (r >= 0)
		r = endpoints_configure(rt, c, err);
	if (r >= 0)
		r = links_check(rt, c, err);
	if (r >= 0)
		r = limits_check_new(rt, &c->host, err);
	if (r >= 0)
		network_warn(rt, c);
	if (r >= 0)
		r = log_settings_parse(c, &log, err);
	if (r >= 0)
		r = container_inherit(rt, c, err);
	if (r >= 0)
		r = boot ? inside_check_boot(c, err) : inside_check_plain(c, err);
	if (r >= 0)
		r = binds_prepare(c, err);
	if (r >= 0 && boot && !c->racker.rootfs)
		r = provision_image(rt, image, &prepared, err);
	if (r < 0)
		return r;
	if (prepared)
		strv_add(&c->racker.layers, prepared);
	r = write_with_volumes(rt, req, c, name, err);
	if (r < 0)
		return r;
	container_event(rt, c, "create", NULL);
	*ret_id = xstrdup(c->id);
	return 0;
}
