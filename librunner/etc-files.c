#include "librunner/etc-files.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/resolv-conf.h"

/* Files of the host that are copied; longer ones are a mistake of somebody. */
#define MAX_FILE (1 << 20)
#define RESOLV_CONF "/etc/resolv.conf"
/* The servers behind systemd-resolved's stub. */
#define UPSTREAM_RESOLV_CONF "/run/systemd/resolve/resolv.conf"

static int write_file(int dirfd, const char *name, const Strbuf *b, Error **err)
{
	int r = fs_write_atomic(dirfd, name, b->data ? b->data : "", b->len, 0644, 0);

	return r < 0 ? error_errno(err, -r, "write %s", name) : 0;
}

/* A missing file of the host is an empty one. */
static int read_host_file(const char *path, Strbuf *b, Error **err)
{
	int r = fs_read_file(AT_FDCWD, path, MAX_FILE, b);

	return r < 0 && r != -ENOENT ? error_errno(err, -r, "read %s", path) : 0;
}

/* "name:address". In the host's network the host is reached at its loopback. */
static int add_host(Strbuf *b, const char *entry, bool host_network, Error **err)
{
	const char *address = strchr(entry, ':');

	if (!address)
		return error_set(err, EINVAL, "bad format for add-host: \"%s\"", entry);
	address++;
	if (streq(address, "host-gateway")) {
		if (!host_network)
			return error_set(err, EINVAL,
					 "unable to derive the IP value for host-gateway");
		address = "127.0.0.1";
	}
	strbuf_addf(b, "%s\t%.*s\n", address, (int)strcspn(entry, ":"), entry);
	return 0;
}

/* Like Docker's for a container without a network: its own name is not in there. */
static int write_hosts(int dirfd, char *const *extra, bool host_network, Error **err)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	int r = 0;

	if (host_network && !(extra && *extra))
		r = read_host_file("/etc/hosts", &b, err);
	else
		strbuf_adds(&b, "127.0.0.1\tlocalhost\n"
				"::1\tlocalhost ip6-localhost ip6-loopback\n"
				"fe00::0\tip6-localnet\n"
				"ff00::0\tip6-mcastprefix\n"
				"ff02::1\tip6-allnodes\n"
				"ff02::2\tip6-allrouters\n");
	STRV_FOREACH(it, extra)
		r = r < 0 ? r : add_host(&b, *it, host_network, err);
	return r < 0 ? r : write_file(dirfd, "hosts", &b, err);
}

/* A stub resolver of the host (systemd-resolved) listens on the host's loopback only: it serves a
 * container in the host's network; every other one needs the servers behind it. */
static int write_resolv_conf(int dirfd, const HostConfig *host, bool host_network, Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT, b = STRBUF_INIT;
	const char *path = RESOLV_CONF;
	int r = read_host_file(path, &text, err);

	if (r >= 0 && !host_network && text.data && resolv_conf_is_stub(text.data) &&
	    access(UPSTREAM_RESOLV_CONF, R_OK) == 0) {
		path = UPSTREAM_RESOLV_CONF;
		strbuf_clear(&text);
		r = read_host_file(path, &text, err);
	}
	if (r < 0)
		return r;
	resolv_conf_write(&b, text.data ? text.data : "", path, host->dns, host->dns_search,
			  host->dns_options);
	return write_file(dirfd, "resolv.conf", &b, err);
}

int etc_files_write(int container_dirfd, const char *hostname, const HostConfig *host,
		    bool host_network, Error **err)
{
	cleanup_strbuf Strbuf line = STRBUF_INIT;
	int r;

	strbuf_addf(&line, "%s\n", hostname);
	r = write_file(container_dirfd, "hostname", &line, err);
	if (r >= 0)
		r = write_hosts(container_dirfd, host->extra_hosts, host_network, err);
	return r < 0 ? r : write_resolv_conf(container_dirfd, host, host_network, err);
}
