#include "librunner/container-inherit.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/mount-plan.h"

static void inherit_one(RackerConfig *to, const PlannedMount *m, bool readonly)
{
	Mount *mount;

	to->inherited = xreallocarray(to->inherited, to->n_inherited + 1, sizeof(Mount));
	mount = &to->inherited[to->n_inherited++];
	*mount = (Mount){
		.type = xstrdup(m->kind == PLANNED_VOLUME ? "volume" : "bind"),
		.source = xstrdup(m->source),
		.target = xstrdup(m->target),
		.readonly = m->readonly || readonly,
	};
	if (m->kind == PLANNED_VOLUME) {
		mount->volume = xnew0(VolumeOptions, 1);
		mount->volume->no_copy = true;
		mount->volume->subpath = xstrdup(m->subpath);
		return;
	}
	mount->bind = xnew0(BindOptions, 1);
	mount->bind->propagation = xstrdup(m->propagation);
	mount->bind->non_recursive = m->non_recursive;
	mount->bind->readonly_non_recursive = m->readonly_top;
	mount->bind->readonly_force_recursive = m->readonly_force;
	mount->bind->create_mountpoint = m->create;
}

static bool has_inherited(const RackerConfig *racker, const char *target)
{
	for (size_t i = 0; i < racker->n_inherited; i++)
		if (streq(racker->inherited[i].target, target))
			return true;
	return false;
}

/* Anonymous ones go with the last container that has them. */
static void inherit_volumes(RackerConfig *to, const RackerConfig *from)
{
	for (size_t i = 0; i < from->n_volumes; i++) {
		const VolumeMount *v = &from->volumes[i];

		to->volumes = xreallocarray(to->volumes, to->n_volumes + 1, sizeof(*to->volumes));
		to->volumes[to->n_volumes++] = (VolumeMount){
			.name = xstrdup(v->name),
			.target = xstrdup(v->target),
			.anonymous = v->anonymous,
		};
	}
}

/* "CONTAINER[:ro|rw]". A tmpfs belongs to its container alone, as in Docker. */
static int inherit_from(Runtime *rt, Container *c, const char *text, Error **err)
{
	const char *colon = strchr(text, ':'), *mode = colon ? colon + 1 : "rw";
	cleanup_free char *name = xstrndup(text, colon ? (size_t)(colon - text) : strlen(text));
	cleanup_container Container *other = NULL;
	cleanup_mount_plan MountPlan plan = { 0 };
	PlannedMount parsed = { 0 };
	int r;

	if (!*name)
		return error_set(err, EINVAL, "malformed volumes-from specification: %s", text);
	if (mount_mode_parse(mode, &parsed) < 0)
		return error_set(err, EINVAL, "invalid mode: %s", mode);
	r = container_find(rt, name, &other, err);
	if (r >= 0)
		r = mount_plan_make(&other->host, &other->racker, &plan, err);
	for (size_t i = 0; r >= 0 && i < plan.n; i++)
		if ((plan.list[i].kind == PLANNED_BIND || plan.list[i].kind == PLANNED_VOLUME) &&
		    !has_inherited(&c->racker, plan.list[i].target))
			inherit_one(&c->racker, &plan.list[i], parsed.readonly);
	if (r >= 0)
		inherit_volumes(&c->racker, &other->racker);
	return r < 0 ? r : 0;
}

int container_find_images(Runtime *rt, Container *c, Error **err)
{
	for (size_t i = 0; i < c->host.n_mounts; i++) {
		const Mount *m = &c->host.mounts[i];
		cleanup_image Image *image = NULL;
		int r;

		if (!streq(m->type, "image"))
			continue;
		r = image_find(rt->store, m->source, &image, err);
		if (r < 0)
			return r;
		strv_add(&c->racker.mounted_images, image->id);
	}
	return 0;
}

int container_inherit(Runtime *rt, Container *c, Error **err)
{
	int r = 0;

	STRV_FOREACH(it, c->host.volumes_from)
		r = r < 0 ? r : inherit_from(rt, c, *it, err);
	return r < 0 ? r : container_find_images(rt, c, err);
}
