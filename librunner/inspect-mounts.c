/* inspect-mounts: what is mounted into a container, as inspect lists it. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/inspect-internal.h"
#include "librunner/mount-plan.h"

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

static json_t *view(const Runtime *rt, const PlannedMount *p)
{
	static const char *const types[] = { "bind", "tmpfs", "image", "volume" };
	cleanup_free char *data = NULL;
	MountView view = {
		.type = (char *)types[p->kind],
		.source = p->source,
		.destination = p->target,
		.mode = p->mode,
		.writable = !p->readonly,
		.propagation = (char *)(p->kind == PLANNED_BIND ? p->propagation : ""),
	};

	if (p->kind == PLANNED_TMPFS)
		view.writable = !p->mount->readonly;
	if (p->kind == PLANNED_VOLUME) {
		view.name = p->source;
		view.source = data =
			xasprintf("%s/volumes/%s/_data", rt->root, p->source ? p->source : "");
		view.driver = (char *)"local";
	}
	return json_encode(&mount_view_type, &view);
}

json_t *inspect_mounts(const Runtime *rt, const Container *c)
{
	cleanup_mount_plan MountPlan plan = { 0 };
	json_t *mounts = json_array();

	if (mount_plan_make(&c->host, &c->racker, &plan, NULL) < 0)
		return mounts;
	/* Docker does not count --tmpfs. */
	for (size_t i = 0; i < plan.n; i++)
		if (plan.list[i].kind != PLANNED_TMPFS || plan.list[i].mount)
			(void)json_array_append_new(mounts, view(rt, &plan.list[i]));
	return mounts;
}
