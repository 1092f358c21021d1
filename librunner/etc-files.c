#include "librunner/etc-files.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"

/* Files of the host that are copied; longer ones are a mistake of somebody. */
#define MAX_FILE (1 << 20)

static int write_file(int dirfd, const char *name, const char *data, size_t n, Error **err)
{
	int r = fs_write_atomic(dirfd, name, data, n, 0644, 0);

	return r < 0 ? error_errno(err, -r, "write %s", name) : 0;
}

/* A missing file of the host is an empty one. */
static int copy_file(int dirfd, const char *name, const char *path, Error **err)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	int r = fs_read_file(AT_FDCWD, path, MAX_FILE, &b);

	if (r < 0 && r != -ENOENT)
		return error_errno(err, -r, "read %s", path);
	return write_file(dirfd, name, b.data ? b.data : "", b.len, err);
}

/* Like Docker's for a container without a network: its own name is not in there. */
static int write_hosts(int dirfd, Error **err)
{
	static const char text[] = "127.0.0.1\tlocalhost\n"
				   "::1\tlocalhost ip6-localhost ip6-loopback\n"
				   "fe00::0\tip6-localnet\n"
				   "ff00::0\tip6-mcastprefix\n"
				   "ff02::1\tip6-allnodes\n"
				   "ff02::2\tip6-allrouters\n";

	return write_file(dirfd, "hosts", text, sizeof(text) - 1, err);
}

/* A stub resolver of the host (systemd-resolved) listens on the host's loopback only: it serves a
 * container in the host's network; every other one needs the servers behind it. */
static int write_resolv_conf(int dirfd, bool host_network, Error **err)
{
	static const char upstream[] = "/run/systemd/resolve/resolv.conf";
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	int r = fs_read_file(AT_FDCWD, "/etc/resolv.conf", MAX_FILE, &b);
	bool stub = r >= 0 && b.data && strstr(b.data, "nameserver 127.0.0.53");

	if (stub && !host_network && access(upstream, R_OK) == 0)
		return copy_file(dirfd, "resolv.conf", upstream, err);
	return copy_file(dirfd, "resolv.conf", "/etc/resolv.conf", err);
}

int etc_files_write(int container_dirfd, const char *hostname, bool host_network, Error **err)
{
	cleanup_free char *line = xasprintf("%s\n", hostname);
	int r = write_file(container_dirfd, "hostname", line, strlen(line), err);

	if (r < 0)
		return r;
	r = host_network ? copy_file(container_dirfd, "hosts", "/etc/hosts", err)
			 : write_hosts(container_dirfd, err);
	if (r < 0)
		return r;
	return write_resolv_conf(container_dirfd, host_network, err);
}
