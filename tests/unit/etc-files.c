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

int main(void)
{
	char dir[] = "/tmp/etc-files.XXXXXX";
	cleanup_fd int fd = fs_open_dir(AT_FDCWD, mkdtemp(dir));
	cleanup_strbuf Strbuf hosts = STRBUF_INIT;
	char *extra[] = { (char *)"a:1.2.3.4", (char *)"c:::1", NULL };
	char *gateway[] = { (char *)"b:host-gateway", NULL };
	HostConfig host;
	Error *e = NULL;

	host_config_init(&host);
	check_int(etc_files_write(fd, "box", &host, false, NULL), 0);
	check_file(fd, "hostname", "box\n");
	check_file(fd, "hosts",
		   "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
		   "fe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\n"
		   "ff02::2\tip6-allrouters\n");
	check_int(etc_files_write(fd, "box", &host, true, NULL), 0);
	if (fs_read_file(AT_FDCWD, "/etc/hosts", 1 << 20, &hosts) == 0)
		check_file(fd, "hosts", hosts.data);
	host.extra_hosts = extra;
	check_int(etc_files_write(fd, "box", &host, true, NULL), 0);
	check_file(fd, "hosts",
		   "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
		   "fe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\n"
		   "ff02::2\tip6-allrouters\n1.2.3.4\ta\n::1\tc\n");
	host.extra_hosts = gateway;
	check_int(etc_files_write(fd, "box", &host, true, NULL), 0);
	check_int(etc_files_write(fd, "box", &host, false, &e), -EINVAL);
	check_str(e->msg, "unable to derive the IP value for host-gateway");
	error_free(e);
	check_int(fs_remove_tree(AT_FDCWD, dir), 0);
	return tap_done();
}
