/* network-isolate: `com.docker.network.bridge.enable_icc=false`. */
#include <dirent.h>
#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/monitor/network-internal.h"
#include "librunner/network-store.h"

static bool wants_isolation(const Network *n)
{
	const char *icc = network_option(n, "com.docker.network.bridge.enable_icc");

	return streq(n->driver, "bridge") && icc && (streq(icc, "false") || streq(icc, "0"));
}

/* All its ports are of containers. The kernel still lets them reach the bridge itself. */
static void isolate(const char *bridge)
{
	cleanup_free char *path = xasprintf("/sys/class/net/%s/brif", bridge);
	cleanup_fd int dir = fs_open_dir(AT_FDCWD, path);
	cleanup_strv char **ports = NULL;

	if (dir < 0 || fs_names(dir, &ports) < 0)
		return;
	STRV_FOREACH(it, ports) {
		cleanup_free char *file = xasprintf("%s/isolated", *it);
		cleanup_fd int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);

		if (fd < 0 || write(fd, "1", 1) != 1)
			log_message(LOG_LEVEL_WARN, "%s: containers cannot be isolated", bridge);
	}
}

void network_isolate_ports(const EndpointSet *set)
{
	for (size_t i = 0; i < set->n; i++) {
		cleanup_free char *bridge = network_interface(set->list[i].network);

		if (wants_isolation(set->list[i].network))
			isolate(bridge);
	}
}
