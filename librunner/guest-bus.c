#include "librunner/guest-bus.h"

#include "libcommon/fs.h"
#include "librunner/guest-connect.h"

int guest_bus_open(sd_bus *bus, pid_t leader, uint64_t answer_usec)
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
	r = sd_bus_set_method_call_timeout(bus, answer_usec);
	return r < 0 ? r : sd_bus_start(bus);
}
