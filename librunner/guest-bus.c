#include "librunner/guest-bus.h"

#include <errno.h>

#include "libcommon/alloc.h"
#include "libcommon/cleanup.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/guest-connect.h"

static int open_private(sd_bus *bus, pid_t leader)
{
	/* As after a lost connection: a guest that goes down must not see a process of ours. */
	int fd = guest_connect_private(leader, true), r;

	if (fd < 0)
		return fd;
	r = sd_bus_set_fd(bus, fd, fd);
	if (r < 0)
		(void)fd_close(fd);
	return r;
}

/* By way of the guest's D-Bus daemon. */
static int open_machine(sd_bus *bus, pid_t leader)
{
	cleanup_free char *address = xasprintf("x-machine-unix:pid=%d", (int)leader);
	int r = sd_bus_set_address(bus, address);

	return r < 0 ? r : sd_bus_set_bus_client(bus, true);
}

int guest_bus_open(sd_bus *bus, pid_t leader, uint64_t answer_usec)
{
	int r = open_private(bus, leader);

	/* Where nobody listens the guest goes down; this is a guest that has no such socket. */
	if (r == -ENOTSOCK || r == -ENOENT)
		r = open_machine(bus, leader);
	if (r >= 0)
		r = sd_bus_set_method_call_timeout(bus, answer_usec);
	return r < 0 ? r : sd_bus_start(bus);
}
