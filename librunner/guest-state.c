#include "librunner/guest-state.h"

#include <errno.h>
#include <systemd/sd-bus.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/guest-bus.h"

#define ANSWER_USEC 500000

char *guest_system_state(pid_t leader)
{
	sd_bus *bus = NULL;
	char *state = NULL;
	cleanup_free char *copy = NULL;
	int r = sd_bus_new(&bus);

	if (r >= 0)
		r = guest_bus_open(bus, leader, ANSWER_USEC);
	if (r >= 0)
		r = sd_bus_get_property_string(bus, "org.freedesktop.systemd1",
					       "/org/freedesktop/systemd1",
					       "org.freedesktop.systemd1.Manager", "SystemState",
					       NULL, &state);
	if (r >= 0)
		copy = steal(&state);
	free(state);
	sd_bus_close_unref(bus);
	return steal(&copy);
}
