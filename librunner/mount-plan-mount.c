/* HostConfig.Mounts and HostConfig.Tmpfs: what Docker's engine says to them. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/mount-plan-internal.h"
#include "librunner/options/paths.h"

int mount_target_check(const char *type, const char *target, Error **err)
{
	cleanup_free char *clean = path_clean(target);

	if (streq(clean, "/"))
		return error_set(err, EINVAL,
				 "invalid mount config for type \"%s\": invalid specification: "
				 "destination can't be '/'",
				 type);
	if (*target != '/')
		return error_set(err, EINVAL,
				 "invalid mount config for type \"%s\": invalid mount path: '%s' "
				 "mount path must be absolute",
				 type, target);
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
		p->propagation = propagation_find(o->propagation);
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

/* Whether a path, as text, stays below where it begins. */
static bool is_local(const char *path)
{
	cleanup_strv char **names = strv_split(path, '/');
	long depth = 0;

	STRV_FOREACH(name, names) {
		if (streq(*name, ".."))
			depth--;
		else if (**name && !streq(*name, "."))
			depth++;
		if (depth < 0)
			return false;
	}
	return *path != '/';
}

static int set_volume(PlannedMount *p, const Mount *m, Error **err)
{
	const VolumeOptions *o = m->volume;
	const char *subpath = o ? o->subpath : NULL;
	bool anonymous = str_empty(m->source);

	if (anonymous && !str_empty(subpath))
		return mount_error(m, err, "must not set Subpath when using anonymous volumes", "");
	if (!str_empty(subpath) && !is_local(subpath))
		return mount_error(m, err, "subpath must be a relative path within the volume", "");
	if (anonymous && m->readonly)
		return mount_error(m, err,
				   "must not set ReadOnly mode when using anonymous volumes", "");
	p->source = anonymous ? NULL : xstrdup(m->source);
	p->subpath = str_empty(subpath) ? NULL : xstrdup(subpath);
	p->no_copy = o && o->no_copy;
	p->mode = xstrdup("z");
	p->relabel = 'z';
	return 0;
}

int plan_add_mount(MountPlan *plan, const Mount *m, Error **err)
{
	static const struct {
		const char *type;
		PlannedKind kind;
		int (*set)(PlannedMount *p, const Mount *m, Error **err);
	} types[] = {
		{ "bind", PLANNED_BIND, set_bind },
		{ "tmpfs", PLANNED_TMPFS, set_tmpfs },
		{ "image", PLANNED_IMAGE, set_image },
		{ "volume", PLANNED_VOLUME, set_volume },
	};

	if (str_empty(m->target))
		return mount_error(m, err, "field Target must not be empty", "");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		PlannedMount *p;
		int r;

		if (!m->type || !streq(m->type, types[i].type))
			continue;
		p = plan_add(plan, types[i].kind, m->target);
		r = mount_target_check(m->type, m->target, err);
		if (r < 0)
			return r;
		p->mount = m;
		p->readonly = m->readonly;
		return types[i].set(p, m, err);
	}
	return error_set(err, EINVAL, "invalid mount config for type \"%s\": mount type unknown",
			 m->type ? m->type : "");
}

int plan_add_tmpfs(MountPlan *plan, const char *text, Error **err)
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
