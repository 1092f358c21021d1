#include "librunner/etc-files.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/resolv-conf.h"

/* Files of the host that are copied; longer ones are a mistake of somebody. */
#define MAX_FILE (1 << 20)
#define HOST_NAME "host.docker.internal"
#define RESOLV_CONF "/etc/resolv.conf"
/* The servers behind systemd-resolved's stub. */
#define UPSTREAM_RESOLV_CONF "/run/systemd/resolve/resolv.conf"

void etc_network_clear(EtcNetwork *net)
{
	strv_free(net->addresses);
	strv_free(net->servers);
	strv_free(net->lines);
	free(net->gateway);
	*net = (EtcNetwork){ 0 };
}

static int write_file(int dirfd, const char *name, const Strbuf *b, Error **err)
{
	int r = fs_write_atomic(dirfd, name, b->data ? b->data : "", b->len, 0644, 0);

	return r < 0 ? error_errno(err, -r, "write %s", name) : 0;
}

/* A file that is bound stays the same one. */
static int rewrite_file(int dirfd, const char *name, const Strbuf *b, Error **err)
{
	cleanup_fd int fd = openat(dirfd, name, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
	int r = fd < 0 ? -errno : fd_write_all(fd, b->data ? b->data : "", b->len);

	return r < 0 ? error_errno(err, -r, "write %s", name) : 0;
}

/* A missing file of the host is an empty one. */
static int read_host_file(const char *path, Strbuf *b, Error **err)
{
	int r = fs_read_file(AT_FDCWD, path, MAX_FILE, b);

	return r < 0 && r != -ENOENT ? error_errno(err, -r, "read %s", path) : 0;
}

/* "name:address". In the host's network the host is reached at its loopback. */
static int add_host(Strbuf *b, const char *entry, const EtcNetwork *net, Error **err)
{
	const char *address = strchr(entry, ':');

	if (!address)
		return error_set(err, EINVAL, "bad format for add-host: \"%s\"", entry);
	address++;
	if (streq(address, "host-gateway")) {
		address = net->host ? "127.0.0.1" : net->gateway;
		if (!address)
			return error_set(err, EINVAL,
					 "unable to derive the IP value for host-gateway");
	}
	strbuf_addf(b, "%s\t%.*s\n", address, (int)strcspn(entry, ":"), entry);
	return 0;
}

static void add_own(Strbuf *b, const char *hostname, const char *domainname, const EtcNetwork *net)
{
	STRV_FOREACH(it, net->addresses) {
		if (str_empty(domainname))
			strbuf_addf(b, "%s\t%s\n", *it, hostname);
		else
			strbuf_addf(b, "%s\t%s.%s %s\n", *it, hostname, domainname, hostname);
	}
}

/* The host has the name that it has with Docker Desktop, unless the user has used it. */
static void add_gateway_name(Strbuf *b, char *const *extra, const EtcNetwork *net)
{
	STRV_FOREACH(it, extra)
		if (startswith(*it, HOST_NAME ":"))
			return;
	if (!net->host && !str_empty(net->gateway))
		strbuf_addf(b, "%s\t" HOST_NAME "\n", net->gateway);
}

/* Without a network of its own, its own name is not in there, as in Docker. */
static int make_hosts(Strbuf *b, const char *hostname, const char *domainname, char *const *extra,
		      const EtcNetwork *net, Error **err)
{
	int r = 0;

	if (net->host && !(extra && *extra))
		r = read_host_file("/etc/hosts", b, err);
	else
		strbuf_adds(b, "127.0.0.1\tlocalhost\n"
			       "::1\tlocalhost ip6-localhost ip6-loopback\n"
			       "fe00::0\tip6-localnet\n"
			       "ff00::0\tip6-mcastprefix\n"
			       "ff02::1\tip6-allnodes\n"
			       "ff02::2\tip6-allrouters\n");
	STRV_FOREACH(it, extra)
		r = r < 0 ? r : add_host(b, *it, net, err);
	add_gateway_name(b, extra, net);
	STRV_FOREACH(it, net->lines)
		strbuf_addf(b, "%s\n", *it);
	add_own(b, hostname, domainname, net);
	return r;
}

/* A stub resolver of the host (systemd-resolved) listens on the host's loopback only: it serves a
 * container in the host's network; every other one needs the servers behind it. */
static int make_resolv_conf(Strbuf *b, const HostConfig *host, const EtcNetwork *net, Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_free char *reachable = NULL;
	const char *path = RESOLV_CONF;
	int r = read_host_file(path, &text, err);

	if (r >= 0 && !net->host && text.data && resolv_conf_is_stub(text.data) &&
	    access(UPSTREAM_RESOLV_CONF, R_OK) == 0) {
		path = UPSTREAM_RESOLV_CONF;
		strbuf_clear(&text);
		r = read_host_file(path, &text, err);
	}
	if (r < 0)
		return r;
	if (!net->host)
		reachable = resolv_conf_reachable(text.data ? text.data : "");
	else
		reachable = xstrdup(text.data ? text.data : "");
	if (net->servers)
		resolv_conf_write_internal(b, reachable, path, net->servers, host->dns,
					   host->dns_search, host->dns_options);
	else
		resolv_conf_write(b, reachable, path, host->dns, host->dns_search,
				  host->dns_options);
	return 0;
}

typedef int WriteFile(int dirfd, const char *name, const Strbuf *b, Error **err);

static int write_both(int dirfd, const char *hostname, const char *domainname,
		      const HostConfig *host, const EtcNetwork *net, WriteFile *write_one,
		      Error **err)
{
	cleanup_strbuf Strbuf hosts = STRBUF_INIT, resolv = STRBUF_INIT;
	int r = make_hosts(&hosts, hostname, domainname, host->extra_hosts, net, err);

	if (r >= 0)
		r = make_resolv_conf(&resolv, host, net, err);
	if (r >= 0)
		r = write_one(dirfd, "hosts", &hosts, err);
	return r < 0 ? r : write_one(dirfd, "resolv.conf", &resolv, err);
}

int etc_files_write(int container_dirfd, const char *hostname, const char *domainname,
		    const HostConfig *host, const EtcNetwork *net, Error **err)
{
	cleanup_strbuf Strbuf line = STRBUF_INIT;
	int r;

	strbuf_addf(&line, "%s\n", hostname);
	r = write_file(container_dirfd, "hostname", &line, err);
	return r < 0 ? r
		     : write_both(container_dirfd, hostname, domainname, host, net, write_file,
				  err);
}

int etc_files_rewrite(int container_dirfd, const char *hostname, const char *domainname,
		      const HostConfig *host, const EtcNetwork *net, Error **err)
{
	return write_both(container_dirfd, hostname, domainname, host, net, rewrite_file, err);
}
