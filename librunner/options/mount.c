#include "librunner/options/mount.h"

#include <ctype.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "librunner/options/csv.h"
#include "librunner/options/paths.h"

/* Modes of tmpfs are read in octal, into what Go calls an uint32. */
#define MODE_MAX UINT32_MAX

typedef struct MountField {
	const char *key, *value, *base;
	Mount *mount;
} MountField;

static BindOptions *bind_options(Mount *m)
{
	return m->bind ? m->bind : (m->bind = xnew0(BindOptions, 1));
}

/* The client sends a DriverConfig in any case. */
static VolumeOptions *volume_options(Mount *m)
{
	if (!m->volume) {
		m->volume = xnew0(VolumeOptions, 1);
		m->volume->driver_config = json_object();
	}
	return m->volume;
}

static TmpfsOptions *tmpfs_options(Mount *m)
{
	return m->tmpfs ? m->tmpfs : (m->tmpfs = xnew0(TmpfsOptions, 1));
}

static json_t *driver_config(Mount *m)
{
	return volume_options(m)->driver_config;
}

static char *lower(const char *s)
{
	char *copy = xstrdup(s);

	for (char *p = copy; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

static void replace(char **member, char *value)
{
	free(*member);
	*member = value;
}

static int invalid_value(const MountField *f, const char *hint, Error **err)
{
	return error_set(err, EINVAL, "invalid value for %s: %s%s", f->key, f->value, hint);
}

static int set_bool(const MountField *f, bool *member, Error **err)
{
	return units_parse_bool(f->value, member, NULL) < 0 ? invalid_value(f, "", err) : 0;
}

/* ---- one function for each key ---- */

static int set_type(const MountField *f, Error **err)
{
	(void)err;
	replace(&f->mount->type, lower(f->value));
	return 0;
}

static int set_source(const MountField *f, Error **err)
{
	char *source;
	int r;

	if (!startswith(f->value, "./") && !streq(f->value, ".")) {
		replace(&f->mount->source, xstrdup(f->value));
		return 0;
	}
	r = path_absolute(f->value, f->base, &source, err);
	if (r >= 0)
		replace(&f->mount->source, source);
	return r;
}

static int set_target(const MountField *f, Error **err)
{
	(void)err;
	replace(&f->mount->target, xstrdup(f->value));
	return 0;
}

static int set_readonly(const MountField *f, Error **err)
{
	return set_bool(f, &f->mount->readonly, err);
}

static int set_consistency(const MountField *f, Error **err)
{
	(void)err;
	replace(&f->mount->consistency, lower(f->value));
	return 0;
}

static int set_propagation(const MountField *f, Error **err)
{
	(void)err;
	replace(&bind_options(f->mount)->propagation, lower(f->value));
	return 0;
}

static int set_nonrecursive(const MountField *f, Error **err)
{
	return set_bool(f, &bind_options(f->mount)->non_recursive, err);
}

static int set_recursive(const MountField *f, Error **err)
{
	BindOptions *b = bind_options(f->mount);

	if (streq(f->value, "disabled"))
		b->non_recursive = true;
	else if (streq(f->value, "writable"))
		b->readonly_non_recursive = true;
	else if (streq(f->value, "readonly"))
		b->readonly_force_recursive = true;
	else if (!streq(f->value, "enabled"))
		return invalid_value(
			f, " (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")",
			err);
	return 0;
}

static int set_create_mountpoint(const MountField *f, Error **err)
{
	return set_bool(f, &bind_options(f->mount)->create_mountpoint, err);
}

static int set_subpath(const MountField *f, Error **err)
{
	(void)err;
	replace(&volume_options(f->mount)->subpath, xstrdup(f->value));
	return 0;
}

static int set_nocopy(const MountField *f, Error **err)
{
	return set_bool(f, &volume_options(f->mount)->no_copy, err);
}

static int set_label(const MountField *f, Error **err)
{
	size_t n = strcspn(f->value, "=");
	cleanup_free char *name = xstrndup(f->value, n);

	(void)err;
	if (*name)
		env_set(&volume_options(f->mount)->labels, name,
			f->value[n] ? f->value + n + 1 : "");
	return 0;
}

static int set_driver(const MountField *f, Error **err)
{
	(void)err;
	(void)json_object_set_new(driver_config(f->mount), "Name",
				  json_string_lossy(f->value, strlen(f->value)));
	return 0;
}

static int set_driver_option(const MountField *f, Error **err)
{
	json_t *config = driver_config(f->mount), *options = json_object_get(config, "Options");
	json_t *sorted = json_object(), *old;
	const char *key;
	size_t n = strcspn(f->value, "=");
	cleanup_free char *name = xstrndup(f->value, n);
	const char *value = f->value[n] ? f->value + n + 1 : "";

	(void)err;
	/* As Go writes maps. */
	json_object_foreach(options, key, old)
		if (strcmp(key, name) < 0)
			(void)json_object_set(sorted, key, old);
	if (*name)
		(void)json_object_set_new(sorted, name, json_string_lossy(value, strlen(value)));
	json_object_foreach(options, key, old)
		if (strcmp(key, name) > 0)
			(void)json_object_set(sorted, key, old);
	(void)json_object_set_new(config, "Options", sorted);
	return 0;
}

static int set_image_subpath(const MountField *f, Error **err)
{
	Mount *m = f->mount;

	(void)err;
	if (!m->image)
		m->image = xnew0(ImageOptions, 1);
	replace(&m->image->subpath, xstrdup(f->value));
	return 0;
}

static int set_size(const MountField *f, Error **err)
{
	int r = units_parse_bytes(f->value, &tmpfs_options(f->mount)->size_bytes, NULL);

	return r < 0 ? invalid_value(f, "", err) : 0;
}

static int set_mode(const MountField *f, Error **err)
{
	char *end;
	unsigned long long mode = strtoull(f->value, &end, 8);

	if (*end || strspn(f->value, "01234567") != strlen(f->value) || !*f->value ||
	    mode > MODE_MAX)
		return invalid_value(f, "", err);
	tmpfs_options(f->mount)->mode = (int64_t)mode;
	return 0;
}

/* `alone`: the key by itself means true. */
static const struct {
	const char *key;
	bool alone;
	int (*set)(const MountField *f, Error **err);
} mount_keys[] = {
	{ "type", false, set_type },
	{ "source", false, set_source },
	{ "src", false, set_source },
	{ "target", false, set_target },
	{ "dst", false, set_target },
	{ "destination", false, set_target },
	{ "readonly", true, set_readonly },
	{ "ro", true, set_readonly },
	{ "consistency", false, set_consistency },
	{ "bind-propagation", false, set_propagation },
	{ "bind-nonrecursive", true, set_nonrecursive },
	{ "bind-recursive", false, set_recursive },
	{ "bind-create-mountpoint", true, set_create_mountpoint },
	{ "volume-subpath", false, set_subpath },
	{ "volume-nocopy", true, set_nocopy },
	{ "volume-label", false, set_label },
	{ "volume-driver", false, set_driver },
	{ "volume-opt", false, set_driver_option },
	{ "image-subpath", false, set_image_subpath },
	{ "tmpfs-size", false, set_size },
	{ "tmpfs-mode", false, set_mode },
};

static int mount_set(Mount *m, const char *base, const char *field, Error **err)
{
	const char *equals = strchr(field, '=');
	cleanup_free char *name =
		equals ? xstrndup(field, (size_t)(equals - field)) : xstrdup(field);
	cleanup_free char *key = lower(name);
	MountField f = { key, equals ? equals + 1 : "true", base, m };

	for (size_t i = 0; i < sizeof(mount_keys) / sizeof(*mount_keys); i++)
		if (streq(key, mount_keys[i].key) && (equals || mount_keys[i].alone))
			return mount_keys[i].set(&f, err);
	if (!equals)
		return error_set(err, EINVAL, "invalid field '%s' must be a key=value pair", field);
	return error_set(err, EINVAL, "unexpected key '%s' in '%s'", key, field);
}

/* ---- the whole ---- */

static int cannot_mix(const Mount *m, const char *what, Error **err)
{
	return error_set(err, EINVAL, "cannot mix '%s-*' options with mount type '%s'", what,
			 m->type);
}

static int mount_check_options(const Mount *m, Error **err)
{
	if (str_empty(m->type))
		return error_set(err, EINVAL, "type is required");
	if (m->volume && !streq(m->type, "volume"))
		return cannot_mix(m, "volume", err);
	if (m->bind && !streq(m->type, "bind"))
		return cannot_mix(m, "bind", err);
	if (m->image && !streq(m->type, "image"))
		return cannot_mix(m, "image", err);
	if (m->tmpfs && !streq(m->type, "tmpfs"))
		return cannot_mix(m, "tmpfs", err);
	return str_empty(m->target) ? error_set(err, EINVAL, "target is required") : 0;
}

static int requires(const char *mode, const char *what, Error **err)
{
	return error_set(err, EINVAL,
			 "option 'bind-recursive=%s' requires '%s' to be specified in conjunction",
			 mode, what);
}

static int mount_check_recursion(const Mount *m, Error **err)
{
	const BindOptions *b = m->bind;

	if (!b)
		return 0;
	if (b->readonly_non_recursive && !m->readonly)
	return requires("writable", "readonly", err);
	if (b->readonly_force_recursive && !m->readonly)
	return requires("readonly", "readonly", err);
	if (b->readonly_force_recursive && (!b->propagation || !streq(b->propagation, "rprivate")))
	return requires("readonly", "bind-propagation=rprivate", err);
	return 0;
}

int mount_parse(const char *text, const char *base, Mount *ret, Error **err)
{
	cleanup_mount Mount m = { .type = xstrdup("volume") };
	cleanup_strv char **fields = NULL;
	int r = csv_parse(text, &fields, err);

	STRV_FOREACH(it, fields)
		if (r >= 0)
			r = mount_set(&m, base, *it, err);
	if (r >= 0)
		r = mount_check_options(&m, err);
	if (r >= 0)
		r = mount_check_recursion(&m, err);
	if (r < 0)
		return r;
	*ret = m;
	m = (Mount){ 0 };
	return 0;
}

void mount_clear(Mount *m)
{
	json_clear(&mount_type, m);
}
