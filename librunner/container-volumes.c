#include "librunner/container-volumes.h"

#include <stdlib.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/mount-plan.h"
#include "librunner/options/paths.h"
#include "librunner/volume-copy.h"
#include "librunner/volume-mount.h"
#include "librunner/volume.h"

/* Somebody may remove a volume between our finding and our locking it. */
#define HOLD_ATTEMPTS 8

void volume_hold_release(VolumeHold *hold)
{
	for (size_t i = 0; i < hold->n; i++)
		(void)fd_close(hold->fds[i]);
	free(hold->fds);
	*hold = (VolumeHold){ 0 };
}

/* ---- which there are ---- */

static VolumeMount *find_mount(const RackerConfig *racker, const PlannedMount *p)
{
	for (size_t i = 0; i < racker->n_volumes; i++)
		if (streq(racker->volumes[i].target, p->target) &&
		    (!p->source || streq(racker->volumes[i].name, p->source)))
			return &racker->volumes[i];
	return NULL;
}

static void volume_mounts_clear(RackerConfig *racker)
{
	for (size_t i = 0; i < racker->n_volumes; i++)
		json_clear(&volume_mount_type, &racker->volumes[i]);
	free(racker->volumes);
	racker->volumes = NULL;
	racker->n_volumes = 0;
}

static VolumeMount *add_mount(RackerConfig *racker, const char *target)
{
	VolumeMount *m;

	racker->volumes =
		xreallocarray(racker->volumes, racker->n_volumes + 1, sizeof(*racker->volumes));
	m = &racker->volumes[racker->n_volumes++];
	*m = (VolumeMount){ .target = xstrdup(target) };
	return m;
}

/* VolumeOptions.DriverConfig, as vectors. */
static void read_driver_config(const Mount *m, VolumeCreate *req, char ***ret_options)
{
	const json_t *config = m && m->volume ? m->volume->driver_config : NULL;
	const char *name = json_string_value(json_object_get(config, "Name")), *key;
	json_t *options = json_object_get(config, "Options"), *value;

	req->labels = m && m->volume ? m->volume->labels : NULL;
	req->driver = name;
	json_object_foreach(options, key, value)
		strv_addf(ret_options, "%s=%s", key,
			  json_string_value(value) ? json_string_value(value) : "");
	req->options = *ret_options;
}

static int make_volume(Runtime *rt, const Container *c, const PlannedMount *p, Volume **ret,
		       char ***made, Error **err)
{
	static char *const anonymous[] = { (char *)VOLUME_LABEL_ANONYMOUS "=", NULL };
	cleanup_strv char **options = NULL, **labels = NULL;
	VolumeCreate req = { .name = p->source };
	bool created;
	int r;

	read_driver_config(p->mount, &req, &options);
	if (!p->mount)
		req.driver = c->host.volume_driver;
	if (!p->source) {
		labels = strv_copy(req.labels);
		strv_extend(&labels, anonymous);
		req.labels = labels;
	}
	r = volume_create(rt, &req, ret, &created, err);
	if (r >= 0 && created && !p->source)
		strv_add(made, (*ret)->name);
	return r;
}

static int resolve_one(Runtime *rt, const Container *c, const PlannedMount *p, RackerConfig *fresh,
		       char ***made, Error **err)
{
	const VolumeMount *old = find_mount(&c->racker, p);
	PlannedMount wanted = *p;
	cleanup_volume Volume *v = NULL;
	VolumeMount *m;
	int r;

	if (old)
		wanted.source = old->name;
	r = make_volume(rt, c, &wanted, &v, made, err);
	if (r < 0)
		return r;
	m = add_mount(fresh, p->target);
	m->name = xstrdup(v->name);
	m->anonymous = old ? old->anonymous : !p->source;
	return 0;
}

/* Config.Volumes: where nothing else is mounted. */
static int resolve_config(Runtime *rt, const Container *c, const MountPlan *plan,
			  RackerConfig *fresh, char ***made, Error **err)
{
	int r = 0;

	STRV_FOREACH(it, c->config.volumes) {
		cleanup_free char *target = path_clean(*it);
		const PlannedMount p = { .kind = PLANNED_VOLUME, .target = target };

		if (r < 0)
			break;
		if (!mount_plan_has(plan, target) && !find_mount(fresh, &p))
			r = resolve_one(rt, c, &p, fresh, made, err);
	}
	return r;
}

int container_volumes_resolve(Runtime *rt, Container *c, char ***ret_made, Error **err)
{
	cleanup_mount_plan MountPlan plan = { 0 };
	/* Without what Config.Volumes has brought before. */
	const RackerConfig inherited = { .inherited = c->racker.inherited,
					 .n_inherited = c->racker.n_inherited };
	RackerConfig fresh = { 0 };
	int r = mount_plan_make(&c->host, &inherited, &plan, err);

	for (size_t i = 0; r >= 0 && i < plan.n; i++)
		if (plan.list[i].kind == PLANNED_VOLUME)
			r = resolve_one(rt, c, &plan.list[i], &fresh, ret_made, err);
	if (r >= 0)
		r = resolve_config(rt, c, &plan, &fresh, ret_made, err);
	if (r < 0) {
		volume_mounts_clear(&fresh);
		return r;
	}
	volume_mounts_clear(&c->racker);
	c->racker.volumes = fresh.volumes;
	c->racker.n_volumes = fresh.n_volumes;
	return 0;
}

/* ---- holding ---- */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In one order everywhere, so that nobody waits in a circle. */
int container_volumes_hold(Runtime *rt, const Container *c, VolumeHold *ret, Error **err)
{
	cleanup_volume_hold VolumeHold hold = { 0 };
	cleanup_strv char **names = NULL;

	for (size_t i = 0; i < c->racker.n_volumes; i++)
		if (!strv_contains(names, c->racker.volumes[i].name))
			strv_add(&names, c->racker.volumes[i].name);
	if (!names)
		return 0;
	qsort(names, strv_length(names), sizeof(*names), compare_names);
	hold.fds = xnew0(int, strv_length(names));
	STRV_FOREACH(name, names) {
		int fd = volume_lock(rt, *name, LOCK_EX, err);

		if (fd < 0)
			return fd;
		hold.fds[hold.n++] = fd;
	}
	*ret = hold;
	hold = (VolumeHold){ 0 };
	return 0;
}

static int fill(Runtime *rt, const Container *c, Error **err)
{
	cleanup_mount_plan MountPlan plan = { 0 };
	int r = c->racker.n_volumes ? mount_plan_make(&c->host, &c->racker, &plan, err) : 0;

	return r < 0 ? r : volume_copy_all(rt, c, &plan, err);
}

int container_volumes_prepare(Runtime *rt, Container *c, VolumeHold *ret, char ***ret_made,
			      Error **err)
{
	cleanup_volume_hold VolumeHold hold = { 0 };
	int r = -ENOENT;

	for (unsigned i = 0; i < HOLD_ATTEMPTS && r == -ENOENT; i++) {
		cleanup_error Error *e = NULL;

		r = container_volumes_resolve(rt, c, ret_made, &e);
		if (r < 0)
			return error_propagate(err, steal(&e));
		r = container_volumes_hold(rt, c, &hold, &e);
		if (r < 0 && (r != -ENOENT || i + 1 == HOLD_ATTEMPTS))
			return error_propagate(err, steal(&e));
	}
	r = fill(rt, c, err);
	if (r < 0)
		return r;
	*ret = hold;
	hold = (VolumeHold){ 0 };
	return 0;
}

int container_volumes_fill(Runtime *rt, const Container *c, Error **err)
{
	cleanup_volume_hold VolumeHold hold = { 0 };
	int r = container_volumes_hold(rt, c, &hold, err);

	return r < 0 ? r : fill(rt, c, err);
}

/* ---- the end ---- */

void container_volumes_unmount(Runtime *rt, const Container *c, int host)
{
	for (size_t i = 0; i < c->racker.n_volumes; i++) {
		cleanup_volume Volume *v = NULL;

		if (volume_find(rt, c->racker.volumes[i].name, &v, NULL) >= 0 && volume_is_mount(v))
			volume_unmount(rt, v->name, c->id, host);
	}
}

char **container_anonymous_volumes(const Container *c)
{
	char **names = NULL;

	for (size_t i = 0; i < c->racker.n_volumes; i++)
		if (c->racker.volumes[i].anonymous &&
		    !strv_contains(names, c->racker.volumes[i].name))
			strv_add(&names, c->racker.volumes[i].name);
	return names;
}

void volumes_remove(Runtime *rt, char *const *names)
{
	STRV_FOREACH(it, names) {
		cleanup_error Error *e = NULL;

		if (volume_remove_unused(rt, *it, &e) < 0 && e->errnum != ENOENT &&
		    e->errnum != EBUSY)
			log_warning("%s", e->msg);
	}
}
