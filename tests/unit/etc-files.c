#include "librunner/etc-files.h"

#include <fcntl.h>

#include "libcommon/fs.h"
#include "tests/tap.h"

static void check_file(int dir, const char *name, const char *want)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	check_int(fs_read_file(dir, name, 1 << 20, &b), 0);
	check_str(b.data, want);
}

static void test_own_network(int fd, const HostConfig *host)
{
	char *addresses[] = { (char *)"172.18.0.2", (char *)"fd00::2", NULL };
	char *servers[] = { (char *)"172.18.0.1", NULL };
	const EtcNetwork net = { .addresses = addresses,
				 .servers = servers,
				 .gateway = (char *)"172.18.0.1" };
	cleanup_strbuf Strbuf resolv = STRBUF_INIT;

	check_int(etc_files_write(fd, "box", "example.org", host, &net, NULL), 0);
	check_file(fd, "hosts",
		   "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
		   "fe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\n"
		   "ff02::2\tip6-allrouters\n172.18.0.1\tb\n172.18.0.1\thost.docker.internal\n"
		   "172.18.0.2\tbox.example.org box\nfd00::2\tbox.example.org box\n");
	check_int(fs_read_file(fd, "resolv.conf", 1 << 20, &resolv), 0);
	check(strstr(resolv.data, "\nnameserver 172.18.0.1\n") != NULL);
	check(strstr(resolv.data, "options ndots:0\n") != NULL);
	/* A file that is bound stays the same one. */
	check_int(etc_files_rewrite(fd, "box", NULL, host, &net, NULL), 0);
	check_int(unlinkat(fd, "hosts", 0), 0);
	check(etc_files_rewrite(fd, "box", NULL, host, &net, NULL) < 0);
}

int main(void)
{
	char dir[] = "/tmp/etc-files.XXXXXX";
	cleanup_fd int fd = fs_open_dir(AT_FDCWD, mkdtemp(dir));
	cleanup_strbuf Strbuf hosts = STRBUF_INIT;
	char *extra[] = { (char *)"a:1.2.3.4", (char *)"c:::1", NULL };
	char *gateway[] = { (char *)"b:host-gateway", NULL };
	HostConfig host;
	const EtcNetwork none = { 0 }, ours = { .host = true };
	Error *e = NULL;

	host_config_init(&host);
	check_int(etc_files_write(fd, "box", NULL, &host, &none, NULL), 0);
	check_file(fd, "hostname", "box\n");
	check_file(fd, "hosts",
		   "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
		   "fe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\n"
		   "ff02::2\tip6-allrouters\n");
	check_int(etc_files_write(fd, "box", NULL, &host, &ours, NULL), 0);
	if (fs_read_file(AT_FDCWD, "/etc/hosts", 1 << 20, &hosts) == 0)
		check_file(fd, "hosts", hosts.data);
	host.extra_hosts = extra;
	check_int(etc_files_write(fd, "box", NULL, &host, &ours, NULL), 0);
	check_file(fd, "hosts",
		   "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
		   "fe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\n"
		   "ff02::2\tip6-allrouters\n1.2.3.4\ta\n::1\tc\n");
	host.extra_hosts = gateway;
	check_int(etc_files_write(fd, "box", NULL, &host, &ours, NULL), 0);
	check_int(etc_files_write(fd, "box", NULL, &host, &none, &e), -EINVAL);
	check_str(e->msg, "unable to derive the IP value for host-gateway");
	error_free(e);
	test_own_network(fd, &host);
	check_int(fs_remove_tree(AT_FDCWD, dir), 0);
	return tap_done();
}
