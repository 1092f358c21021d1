#include "librunner/mount-plan.h"

#include <stdint.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/path.h"
#include "libcommon/str.h"
#include "librunner/options/paths.h"
#include "librunner/tmpfs-options.h"

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

bool mount_plan_has(const MountPlan *plan, const char *target)
{
	for (size_t i = 0; i < plan->n; i++)
		if (streq(plan->list[i].target, target))
			return true;
	return false;
}

unsigned long mount_propagation_flags(const char *name)
{
	for (size_t i = 0; i < N_PROPAGATIONS; i++)
		if (streq(propagations[i].name, name))
			return propagations[i].flags;
	return 0;
}

/* ---- -v ---- */

typedef enum { CLASS_NONE, CLASS_WRITE, CLASS_LABEL, CLASS_PROPAGATION, CLASS_CACHE } ModeClass;

static ModeClass mode_class(const char *option, PlannedMount *ret)
{
	if (streq(option, "ro") || streq(option, "rw")) {
		ret->readonly = streq(option, "ro");
		return CLASS_WRITE;
	}
	/* Labels of SELinux: where there is none, they mean nothing, as in Docker. */
	if ((streq(option, "z") || streq(option, "Z")) &&
	    access("/sys/fs/selinux/enforce", F_OK) < 0)
		return CLASS_LABEL;
	if (streq(option, "cached") || streq(option, "delegated") || streq(option, "consistent"))
		return CLASS_CACHE;
	for (size_t i = 0; i < N_PROPAGATIONS; i++)
		if (streq(propagations[i].name, option)) {
			ret->propagation = propagations[i].name;
			return CLASS_PROPAGATION;
		}
	return CLASS_NONE;
}

int mount_mode_parse(const char *mode, PlannedMount *ret)
{
	cleanup_strv char **options = strv_split(mode, ',');
	unsigned seen = 0;

	STRV_FOREACH(it, options) {
		ModeClass class = mode_class(*it, ret);

		if (class == CLASS_NONE || (seen & 1U << class))
			return -EINVAL;
		seen |= 1U << class;
	}
	return 0;
}

/* ---- the list ---- */

static PlannedMount *plan_add(MountPlan *plan, PlannedKind kind, const char *target)
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

static int add_bind(MountPlan *plan, const char *text, Error **err)
{
	cleanup_strv char **parts = strv_split(text, ':');
	size_t n = strv_length(parts);
	PlannedMount *m;

	if (n < 2 || n > 3 || parts[0][0] != '/' || parts[1][0] != '/')
		return error_set(err, EINVAL, "invalid volume specification: '%s'", text);
	m = plan_add(plan, PLANNED_BIND, parts[1]);
	m->source = path_clean(parts[0]);
	m->create = true;
	m->mode = xstrdup(parts[2]);
	if (parts[2] && mount_mode_parse(parts[2], m) < 0)
		return error_set(err, EINVAL, "invalid mode: %s", parts[2]);
	return 0;
}

static int mount_error(const Mount *m, Error **err, const char *what, const char *detail)
{
	return error_set(err, EINVAL, "invalid mount config for type \"%s\": %s%s", m->type, what,
			 detail);
}

static int set_bind(PlannedMount *p, const Mount *m, Error **err)
{
	const BindOptions *o = m->bind;

	if (str_empty(m->source))
		return mount_error(m, err, "field Source must not be empty", "");
	if (m->source[0] != '/')
		return error_set(err, EINVAL,
				 "invalid mount config for type \"%s\": invalid mount path: '%s' "
				 "mount path must be absolute",
				 m->type, m->source);
	p->source = path_clean(m->source);
	if (!o)
		return 0;
	if (!str_empty(o->propagation)) {
		p->propagation = NULL;
		for (size_t i = 0; i < N_PROPAGATIONS; i++)
			if (streq(propagations[i].name, o->propagation))
				p->propagation = propagations[i].name;
		if (!p->propagation)
			return mount_error(m, err, "invalid propagation mode: ", o->propagation);
	}
	p->non_recursive = o->non_recursive;
	p->readonly_top = o->readonly_non_recursive;
	p->readonly_force = o->readonly_force_recursive;
	p->create = o->create_mountpoint;
	return 0;
}

/* As Docker writes them: the largest unit that divides the size. */
static int set_tmpfs(PlannedMount *p, const Mount *m, Error **err)
{
	static const char units[] = " kmg";
	int64_t size = m->tmpfs ? m->tmpfs->size_bytes : 0;
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	unsigned unit = 0;

	if (!str_empty(m->source))
		return mount_error(m, err, "field Source must not be specified", "");
	while (size > 0 && size % 1024 == 0 && unit < 3) {
		size /= 1024;
		unit++;
	}
	if (m->readonly)
		strbuf_adds(&b, "ro");
	if (size > 0)
		strbuf_addf(&b, "%ssize=%lld%.*s", b.len ? "," : "", (long long)size, unit > 0,
			    &units[unit]);
	if (m->tmpfs && m->tmpfs->mode)
		strbuf_addf(&b, "%smode=%llo", b.len ? "," : "",
			    (unsigned long long)m->tmpfs->mode);
	p->options = strbuf_steal(&b);
	p->readonly = false;
	return 0;
}

static int set_image(PlannedMount *p, const Mount *m, Error **err)
{
	const char *subpath = m->image ? m->image->subpath : NULL;

	if (str_empty(m->source))
		return mount_error(m, err, "field Source must not be empty", "");
	if (!str_empty(subpath) && subpath[0] == '/')
		return mount_error(m, err,
				   "subpath must be a relative path within the image: ", subpath);
	p->source = xstrdup(m->source);
	p->subpath = str_empty(subpath) ? NULL : xstrdup(subpath);
	p->readonly = true;
	return 0;
}

static int add_mount(MountPlan *plan, const Mount *m, Error **err)
{
	static const struct {
		const char *type;
		PlannedKind kind;
		int (*set)(PlannedMount *p, const Mount *m, Error **err);
	} types[] = {
		{ "bind", PLANNED_BIND, set_bind },
		{ "tmpfs", PLANNED_TMPFS, set_tmpfs },
		{ "image", PLANNED_IMAGE, set_image },
	};

	if (str_empty(m->target))
		return mount_error(m, err, "field Target must not be empty", "");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		PlannedMount *p;

		if (!m->type || !streq(m->type, types[i].type))
			continue;
		p = plan_add(plan, types[i].kind, m->target);
		if (streq(p->target, "/"))
			return mount_error(m, err,
					   "invalid specification: destination can't be '/'", "");
		if (m->target[0] != '/')
			return error_set(err, EINVAL,
					 "invalid mount config for type \"%s\": invalid mount "
					 "path: '%s' mount path must be absolute",
					 m->type, m->target);
		p->readonly = m->readonly;
		return types[i].set(p, m, err);
	}
	if (m->type && streq(m->type, "volume"))
		return error_set(err, EOPNOTSUPP,
				 "mounts of type volume are not supported, use type=bind");
	return error_set(err, EINVAL, "invalid mount config for type \"%s\": mount type unknown",
			 m->type ? m->type : "");
}

static int add_tmpfs(MountPlan *plan, const char *text, Error **err)
{
	const char *equals = strchr(text, '=');
	cleanup_free char *path = equals ? xstrndup(text, (size_t)(equals - text)) : xstrdup(text);
	PlannedMount *m;

	if (path[0] != '/')
		return error_set(err, EINVAL,
				 "invalid mount path: '%s' mount path must be absolute", path);
	m = plan_add(plan, PLANNED_TMPFS, path);
	if (streq(m->target, "/"))
		return error_set(err, EINVAL, "invalid specification: destination can't be '/'");
	m->options = xstrdup(equals ? equals + 1 : "");
	return 0;
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

	for (size_t i = 0; racker && r >= 0 && i < racker->n_inherited; i++)
		if (!mount_plan_has(plan, racker->inherited[i].target))
			r = add_mount(plan, &racker->inherited[i], err);
	return r;
}

int mount_plan_make(const HostConfig *host, const RackerConfig *racker, MountPlan *ret, Error **err)
{
	cleanup_mount_plan MountPlan plan = { 0 };
	int r = 0;

	STRV_FOREACH(it, host->binds) {
		r = r < 0 ? r : add_bind(&plan, *it, err);
		r = r < 0 ? r : check_new(&plan, 0, false, err);
	}
	for (size_t i = 0; r >= 0 && i < host->n_mounts; i++) {
		r = add_mount(&plan, &host->mounts[i], err);
		if (r >= 0)
			r = check_new(&plan, 0, false, err);
	}
	STRV_FOREACH(it, host->tmpfs) {
		r = r < 0 ? r : add_tmpfs(&plan, *it, err);
		r = r < 0 ? r : check_new(&plan, 0, true, err);
	}
	if (r >= 0)
		r = add_inherited(&plan, racker, err);
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

		if (m->kind == PLANNED_BIND && !m->create && access(m->source, F_OK) < 0)
			return error_set(err, EINVAL,
					 "invalid mount config for type \"bind\": bind source "
					 "path does not exist: %s",
					 m->source);
	}
	return r < 0 ? r : 0;
}
