#include "librunner/host-bus.h"

#include <errno.h>
#include <systemd/sd-daemon.h>

#define PRIVATE_ADDRESS "unix:path=/run/systemd/private"
/* PID 1 may be reading all its units anew. */
#define ANSWER_USEC (30 * UINT64_C(1000000))

static int bus_connect(const char *address, sd_bus **ret)
{
	sd_bus *bus = NULL;
	int r = sd_bus_new(&bus);

	if (r >= 0)
		r = sd_bus_set_address(bus, address);
	if (r >= 0)
		r = sd_bus_set_method_call_timeout(bus, ANSWER_USEC);
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r < 0) {
		sd_bus_unref(bus);
		return r;
	}
	*ret = bus;
	return 0;
}

int host_systemd_open(sd_bus **ret)
{
	return sd_booted() > 0 ? bus_connect(PRIVATE_ADDRESS, ret) : -ENOTSUP;
}

int host_bus_open(sd_bus **ret)
{
	return sd_booted() > 0 ? sd_bus_open_system(ret) : -ENOTSUP;
}
