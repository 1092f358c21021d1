/* inspect-mounts: what is mounted into a container, as inspect lists it: binds, `--mount`. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/inspect-internal.h"

typedef struct MountView {
	char *type, *name, *source, *destination, *driver, *mode;
	bool writable;
	char *propagation;
} MountView;

/* clang-format off */
static const JsonField mount_view_fields[] = {
	JSON_STRING(MountView, "Type", type, 0),
	JSON_STRING(MountView, "Name", name, JSON_OMIT_EMPTY),
	JSON_STRING(MountView, "Source", source, 0),
	JSON_STRING(MountView, "Destination", destination, 0),
	JSON_STRING(MountView, "Driver", driver, JSON_OMIT_EMPTY),
	JSON_STRING(MountView, "Mode", mode, 0),
	JSON_BOOL(MountView, "RW", writable, 0),
	JSON_STRING(MountView, "Propagation", propagation, 0),
	JSON_END,
};
static const JsonType mount_view_type = { "Mounts", sizeof(MountView), mount_view_fields };
/* clang-format on */

static const char *const propagations[] = { "private", "rprivate", "shared",
					    "rshared", "slave",	   "rslave" };

/* The propagation among the options of a bind. */
static const char *bind_propagation(char *const *options)
{
	for (size_t i = 0; i < sizeof(propagations) / sizeof(propagations[0]); i++)
		if (strv_contains(options, propagations[i]))
			return propagations[i];
	return "rprivate";
}

/* "/host:/guest[:mode]" */
static json_t *view_bind(const char *bind)
{
	cleanup_strv char **parts = strv_split(bind, ':'), **options = NULL;
	size_t n = strv_length(parts);
	MountView view = { .type = (char *)"bind" };

	if (n < 2)
		return json_null();
	view.source = parts[0];
	view.destination = parts[1];
	view.mode = n > 2 ? parts[2] : (char *)"";
	options = strv_split(view.mode, ',');
	view.writable = !strv_contains(options, "ro");
	view.propagation = (char *)bind_propagation(options);
	return json_encode(&mount_view_type, &view);
}

static json_t *view_mount(const Mount *m)
{
	bool bind = streq_null(m->type, "bind");
	MountView view = {
		.type = m->type,
		.source = m->source,
		.destination = m->target,
		.writable = !m->readonly && !streq_null(m->type, "image"),
		.propagation = (char *)(bind ? "rprivate" : ""),
	};

	if (bind && m->bind && !str_empty(m->bind->propagation))
		view.propagation = m->bind->propagation;
	return json_encode(&mount_view_type, &view);
}

static bool has_target(json_t *mounts, const char *target)
{
	json_t *mount;
	size_t i;

	json_array_foreach(mounts, i, mount)
		if (streq_null(json_string_value(json_object_get(mount, "Destination")), target))
			return true;
	return false;
}

json_t *inspect_mounts(const Container *c)
{
	json_t *mounts = json_array();

	STRV_FOREACH(it, c->host.binds)
		(void)json_array_append_new(mounts, view_bind(*it));
	for (size_t i = 0; i < c->host.n_mounts; i++)
		(void)json_array_append_new(mounts, view_mount(&c->host.mounts[i]));
	/* --volumes-from */
	for (size_t i = 0; i < c->racker.n_inherited; i++)
		if (!has_target(mounts, c->racker.inherited[i].target))
			(void)json_array_append_new(mounts, view_mount(&c->racker.inherited[i]));
	return mounts;
}
