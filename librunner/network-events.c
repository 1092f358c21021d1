#include "librunner/network-events.h"

#include "libcommon/str.h"
#include "librunner/events.h"

void network_event(Runtime *rt, const Network *n, const char *action, const char *container)
{
	cleanup_strv char **attributes = NULL;

	if (container)
		strv_addf(&attributes, "container=%s", container);
	strv_addf(&attributes, "name=%s", n->name);
	strv_addf(&attributes, "type=%s", n->driver);
	event_write(rt, "network", action, n->id, attributes);
}
