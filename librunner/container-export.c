#include "librunner/container-export.h"

#include "libimage/archive.h"
#include "librunner/container-root.h"
#include "librunner/events.h"

int container_export(Runtime *rt, const char *name, int out, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_container_root ContainerRoot root = CONTAINER_ROOT_INIT;
	int r = container_find(rt, name, &c, err);

	if (r >= 0)
		r = container_root_open(rt, c, ROOT_FILES, &root, err);
	if (r >= 0)
		r = archive_create(root.fd, ".", "", out, "export", err);
	if (r >= 0)
		container_event(rt, c, "export", NULL);
	return r;
}
