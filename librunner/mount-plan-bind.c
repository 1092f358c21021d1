/* HostConfig.Binds: `-v SOURCE:TARGET[:MODE]`, what Docker's engine says to it. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/mount-plan-internal.h"
#include "librunner/options/paths.h"
#include "librunner/options/volumes.h"

typedef enum {
	CLASS_NONE,
	CLASS_WRITE,
	CLASS_LABEL,
	CLASS_PROPAGATION,
	CLASS_CACHE,
	CLASS_COPY,
	CLASS_OWNER,
} ModeClass;

static ModeClass mode_class(const char *option, PlannedMount *ret)
{
	if (streq(option, "ro") || streq(option, "rw")) {
		ret->readonly = streq(option, "ro");
		return CLASS_WRITE;
	}
	if (streq(option, "z") || streq(option, "Z")) {
		ret->relabel = *option;
		return CLASS_LABEL;
	}
	if (streq(option, "nocopy")) {
		ret->no_copy = true;
		return CLASS_COPY;
	}
	/* As in podman. */
	if (streq(option, "U")) {
		ret->chown = true;
		return CLASS_OWNER;
	}
	if (streq(option, "cached") || streq(option, "delegated") || streq(option, "consistent"))
		return CLASS_CACHE;
	ret->propagation = propagation_find(option);
	return ret->propagation ? CLASS_PROPAGATION : CLASS_NONE;
}

int mount_mode_parse(const char *mode, PlannedMount *ret)
{
	cleanup_strv char **options = strv_split(mode, ',');
	const char *propagation = NULL;
	unsigned seen = 0;

	STRV_FOREACH(it, options) {
		ModeClass class = mode_class(*it, ret);

		if (class == CLASS_PROPAGATION)
			propagation = ret->propagation;
		if (class == CLASS_NONE || (seen & 1U << class))
			return -EINVAL;
		seen |= 1U << class;
	}
	ret->propagation = propagation;
	return 0;
}

static int invalid(const char *text, Error **err, Error *why)
{
	cleanup_error Error *reason = why;

	return error_set(err, EINVAL, "invalid volume specification: '%s'%s%s", text,
			 reason ? ": " : "", reason ? reason->msg : "");
}

static int invalid_field(const char *text, const char *type, const char *field, Error **err)
{
	return error_set(err, EINVAL,
			 "invalid volume specification: '%s': invalid mount config for type "
			 "\"%s\": field %s must not be specified",
			 text, type, field);
}

/* The source is a path of the host or the name of a volume. */
static int set_source(PlannedMount *m, const char *source, const char *text, Error **err)
{
	if (*source == '/') {
		if (m->no_copy)
			return invalid_field(text, "bind", "VolumeOptions", err);
		m->source = path_clean(source);
		return 0;
	}
	if (m->propagation)
		return invalid_field(text, "volume", "BindOptions", err);
	m->source = xstrdup(source);
	if (!m->mode) {
		m->mode = xstrdup("z");
		m->relabel = 'z';
	}
	return 0;
}

int plan_add_bind(MountPlan *plan, const char *text, Error **err)
{
	cleanup_strv char **parts = strv_split(text, ':');
	size_t n = strv_length(parts);
	PlannedMount mode = { 0 }, *m;
	Error *why = NULL;
	int r = volume_check_form(text, err);

	if (r < 0)
		return r;
	if (n == 2 && mount_mode_parse(parts[1], &mode) >= 0)
		return invalid(text, err, NULL);
	mode = (PlannedMount){ 0 };
	if (n < 2)
		return invalid(text, err, NULL);
	if (parts[2] && mount_mode_parse(parts[2], &mode) < 0)
		return error_set(err, EINVAL, "invalid mode: %s", parts[2]);
	if (mount_target_check(*parts[0] == '/' ? "bind" : "volume", parts[1], &why) < 0)
		return invalid(text, err, why);
	m = plan_add(plan, *parts[0] == '/' ? PLANNED_BIND : PLANNED_VOLUME, parts[1]);
	m->create = true;
	m->mode = xstrdup(parts[2]);
	m->readonly = mode.readonly;
	m->no_copy = mode.no_copy;
	m->chown = mode.chown;
	m->relabel = mode.relabel;
	m->propagation = mode.propagation;
	r = set_source(m, parts[0], text, err);
	if (!m->propagation)
		m->propagation = "rprivate";
	return r;
}
