#include "librunner/guest-network.h"

#include <string.h>

#include "libcommon/fs.h"

/* Before any file of the guest, in /etc too: networkd takes the first one that matches, by the
 * files' names wherever they are. */
static const char networkd[] = "[Match]\nName=eth*\n\n[Link]\nUnmanaged=yes\n";

static const char network_manager[] = "[main]\ndns=none\nrc-manager=unmanaged\n\n"
				      "[keyfile]\nunmanaged-devices=interface-name:eth*\n";

const GuestNetworkFile guest_network_files[] = {
	{ "networkd.network", "/run/systemd/network/00-racker.network" },
	{ "network-manager.conf", "/run/NetworkManager/conf.d/00-racker.conf" },
	{ NULL, NULL },
};
static const char *const texts[] = { networkd, network_manager };

int guest_network_write(int container_dirfd, Error **err)
{
	for (unsigned i = 0; guest_network_files[i].name; i++) {
		const char *name = guest_network_files[i].name;
		int r = fs_write_atomic(container_dirfd, name, texts[i], strlen(texts[i]), 0644, 0);

		if (r < 0)
			return error_errno(err, -r, "write %s", name);
	}
	return 0;
}
