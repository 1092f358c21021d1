#include "librunner/guest-state.h"

#include <errno.h>
#include <systemd/sd-bus.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/guest-connect.h"

#define ANSWER_USEC 500000

static int bus_open(sd_bus *bus, pid_t leader)
{
	/* As after a lost connection: a guest that goes down must not see a process of ours. */
	int fd = guest_connect_private(leader, true), r;

	if (fd < 0)
		return fd;
	r = sd_bus_set_fd(bus, fd, fd);
	if (r < 0) {
		(void)fd_close(fd);
		return r;
	}
	r = sd_bus_set_method_call_timeout(bus, ANSWER_USEC);
	return r < 0 ? r : sd_bus_start(bus);
}

char *guest_system_state(pid_t leader)
{
	sd_bus *bus = NULL;
	char *state = NULL;
	cleanup_free char *copy = NULL;
	int r = sd_bus_new(&bus);

	if (r >= 0)
		r = bus_open(bus, leader);
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
