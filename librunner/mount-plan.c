#include "librunner/mount-plan.h"

#include <sys/mount.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/path.h"
#include "libcommon/str.h"
#include "librunner/mount-plan-internal.h"
#include "librunner/options/paths.h"
#include "librunner/tmpfs-options.h"
#include "librunner/volume.h"

static const struct {
	const char *name;
	unsigned long flags;
} propagations[] = {
	{ "private", MS_PRIVATE }, { "rprivate", MS_REC | MS_PRIVATE },
	{ "shared", MS_SHARED },   { "rshared", MS_REC | MS_SHARED },
	{ "slave", MS_SLAVE },	   { "rslave", MS_REC | MS_SLAVE },
};
#define N_PROPAGATIONS (sizeof(propagations) / sizeof(propagations[0]))

static void planned_clear(PlannedMount *m)
{
	free(m->source);
	free(m->target);
	free(m->mode);
	free(m->options);
	free(m->subpath);
	*m = (PlannedMount){ 0 };
}

void mount_plan_clear(MountPlan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		planned_clear(&plan->list[i]);
	free(plan->list);
	*plan = (MountPlan){ 0 };
}

PlannedMount *mount_plan_find(const MountPlan *plan, const char *target)
{
	for (size_t i = 0; i < plan->n; i++)
		if (streq(plan->list[i].target, target))
			return &plan->list[i];
	return NULL;
}

bool mount_plan_has(const MountPlan *plan, const char *target)
{
	return mount_plan_find(plan, target) != NULL;
}

const char *propagation_find(const char *name)
{
	for (size_t i = 0; i < N_PROPAGATIONS; i++)
		if (streq(propagations[i].name, name))
			return propagations[i].name;
	return NULL;
}

unsigned long mount_propagation_flags(const char *name)
{
	for (size_t i = 0; i < N_PROPAGATIONS; i++)
		if (streq(propagations[i].name, name))
			return propagations[i].flags;
	return 0;
}

/* ---- the list ---- */

PlannedMount *plan_add(MountPlan *plan, PlannedKind kind, const char *target)
{
	PlannedMount *m;

	GROW(plan->list, plan->n, &plan->cap);
	m = &plan->list[plan->n++];
	*m = (PlannedMount){ .kind = kind, .propagation = "rprivate" };
	m->target = path_clean(target);
	return m;
}

void mount_plan_add_bind(MountPlan *plan, const char *source, const char *target, bool readonly)
{
	PlannedMount *m = plan_add(plan, PLANNED_BIND, target);

	m->source = xstrdup(source);
	m->readonly = readonly;
}

void mount_plan_add_tmpfs(MountPlan *plan, const char *target, const char *options)
{
	plan_add(plan, PLANNED_TMPFS, target)->options = xstrdup(options);
}

/* --tmpfs may lie over a mount of --mount and another tmpfs, as in Docker, but not over -v. */
static int check_new(const MountPlan *plan, size_t first, bool tmpfs, Error **err)
{
	const PlannedMount *last = &plan->list[plan->n - 1];

	for (size_t i = first; i + 1 < plan->n; i++)
		if (streq(plan->list[i].target, last->target) && (!tmpfs || plan->list[i].create))
			return error_set(err, EINVAL, "Duplicate mount point: %s", last->target);
	return 0;
}

static int check_options(const MountPlan *plan, Error **err)
{
	for (size_t i = 0; i < plan->n; i++) {
		TmpfsMount t = { 0 };
		int r;

		if (plan->list[i].kind != PLANNED_TMPFS)
			continue;
		r = tmpfs_options_parse(plan->list[i].options, &t, err);
		free(t.data);
		if (r < 0)
			return r;
	}
	return 0;
}

static void swap(PlannedMount *a, PlannedMount *b)
{
	PlannedMount t = *a;

	*a = *b;
	*b = t;
}

/* By depth; those of one depth stay in the order they were given. */
static void plan_sort(MountPlan *plan)
{
	for (size_t i = 1; i < plan->n; i++)
		for (size_t k = i; k > 0 && path_depth(plan->list[k - 1].target) >
						    path_depth(plan->list[k].target);
		     k--)
			swap(&plan->list[k - 1], &plan->list[k]);
}

/* What --volumes-from brings gives way to what the container says itself. */
static int add_inherited(MountPlan *plan, const RackerConfig *racker, Error **err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < racker->n_inherited; i++) {
		if (mount_plan_has(plan, racker->inherited[i].target))
			continue;
		r = plan_add_mount(plan, &racker->inherited[i], err);
		if (r >= 0 && plan->list[plan->n - 1].mode)
			plan->list[plan->n - 1].mode[0] = '\0';
	}
	return r;
}

/* Volumes that have a name by now: of anonymous ones, and of Config.Volumes. */
static void add_volumes(MountPlan *plan, const RackerConfig *racker)
{
	for (size_t i = 0; i < racker->n_volumes; i++) {
		const VolumeMount *v = &racker->volumes[i];
		PlannedMount *m = mount_plan_find(plan, v->target);

		if (m && m->kind == PLANNED_VOLUME && !m->source)
			m->source = xstrdup(v->name);
		if (m)
			continue;
		m = plan_add(plan, PLANNED_VOLUME, v->target);
		m->source = xstrdup(v->name);
		m->mode = xstrdup("");
	}
}

int mount_plan_make(const HostConfig *host, const RackerConfig *racker, MountPlan *ret, Error **err)
{
	cleanup_mount_plan MountPlan plan = { 0 };
	int r = 0;

	STRV_FOREACH(it, host->binds) {
		r = r < 0 ? r : plan_add_bind(&plan, *it, err);
		r = r < 0 ? r : check_new(&plan, 0, false, err);
	}
	for (size_t i = 0; r >= 0 && i < host->n_mounts; i++) {
		r = plan_add_mount(&plan, &host->mounts[i], err);
		if (r >= 0)
			r = check_new(&plan, 0, false, err);
	}
	STRV_FOREACH(it, host->tmpfs) {
		r = r < 0 ? r : plan_add_tmpfs(&plan, *it, err);
		r = r < 0 ? r : check_new(&plan, 0, true, err);
	}
	if (r >= 0 && racker)
		r = add_inherited(&plan, racker, err);
	if (r >= 0 && racker)
		add_volumes(&plan, racker);
	if (r >= 0)
		r = check_options(&plan, err);
	if (r < 0)
		return r;
	plan_sort(&plan);
	*ret = plan;
	plan = (MountPlan){ 0 };
	return 0;
}

int mount_plan_check(const HostConfig *host, Error **err)
{
	cleanup_mount_plan MountPlan plan = { 0 };
	int r = mount_plan_make(host, NULL, &plan, err);

	for (size_t i = 0; r >= 0 && i < plan.n; i++) {
		const PlannedMount *m = &plan.list[i];

		if (m->kind == PLANNED_VOLUME && m->source)
			r = volume_name_check(m->source, err);
		if (m->kind == PLANNED_BIND && !m->create && access(m->source, F_OK) < 0)
			return error_set(err, EINVAL,
					 "invalid mount config for type \"bind\": bind source "
					 "path does not exist: %s",
					 m->source);
	}
	return r < 0 ? r : 0;
}
