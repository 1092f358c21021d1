/* The spec: what the monitor writes is what racker-init reads; the conversation around it. */
#include "librunner/init-spec.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "libcommon/fs.h"
#include "librunner/init/spec.c"
#include "librunner/init/text.c"
#include "tests/tap.h"

static char *argv_all[] = { (char *)"sh", (char *)"-c", (char *)"echo \"a=b\"\nnext", (char *)"",
			    NULL };
static char *env_all[] = { (char *)"A=1", (char *)"B=", (char *)"argv=x", NULL };
static char *groups_all[] = { (char *)"staff", (char *)"77", NULL };

static char *read_all(int fd, size_t *ret_n)
{
	struct stat st;
	char *data;

	if (fstat(fd, &st) < 0)
		return NULL;
	data = malloc((size_t)st.st_size + 1);
	*ret_n = (size_t)pread(fd, data, (size_t)st.st_size, 0);
	return data;
}

static void test_round_trip(void)
{
	InitSpec s = { .mode = INIT_MODE_EXEC,
		       .argv = argv_all,
		       .env = env_all,
		       .groups = groups_all,
		       .cwd = "/a b",
		       .make_cwd = true,
		       .user = "jane:staff",
		       .hostname = "h",
		       .tty = true,
		       .init = true,
		       .no_new_privs = true,
		       .seccomp = true,
		       .detach_run = true,
		       .caps = 0xa80425fb,
		       .shm_size = INIT_SHM_SIZE,
		       .mask = init_masked_paths,
		       .readonly = init_readonly_paths };
	cleanup_fd int fd = init_spec_memfd(&s, NULL);
	cleanup_free char *data = NULL;
	size_t n = 0;
	Spec r;

	check(fd >= 0);
	check(write(fd, "x", 1) < 0);
	data = read_all(fd, &n);
	check_str(spec_parse(data, n, &r), NULL);
	check_int(r.mode, MODE_EXEC);
	check(strv_equal(r.argv, argv_all));
	check(strv_equal(r.env, env_all));
	check(strv_equal(r.groups, groups_all));
	check(strv_equal(r.mask, init_masked_paths));
	check(strv_equal(r.readonly, init_readonly_paths));
	check_str(r.cwd, "/a b");
	check_str(r.user, "jane:staff");
	check_str(r.hostname, "h");
	check(r.make_cwd && r.tty && r.init && r.no_new_privs && r.seccomp && r.detach_run);
	check(r.limit_caps);
	check_int((long long)r.caps, 0xa80425fb);
	check_int((long long)r.shm_size, 64 << 20);
	spec_clear(&r);
}

static void test_defaults(void)
{
	InitSpec s = { .mode = INIT_MODE_UNIT, .argv = argv_all, .keep_caps = true };
	cleanup_fd int fd = init_spec_memfd(&s, NULL);
	cleanup_free char *data = NULL;
	size_t n = 0;
	Spec r;

	data = read_all(fd, &n);
	check_str(spec_parse(data, n, &r), NULL);
	check_int(r.mode, MODE_UNIT);
	check(!r.limit_caps && !r.tty && !r.init && !r.seccomp);
	check_str(r.cwd, NULL);
	check_int((long long)r.n_env, 0);
	check(r.env && !r.env[0]);
	spec_clear(&r);
}

#define WRONG(text, why)                                                                 \
	do {                                                                             \
		char wrong_data[] = text;                                                \
		Spec wrong_spec;                                                         \
		check_str(spec_parse(wrong_data, sizeof(wrong_data), &wrong_spec), why); \
		spec_clear(&wrong_spec);                                                 \
	} while (0)

static void test_wrong(void)
{
	char cut[] = { 'a', 'r', 'g', 'v', '=' };
	Spec r;

	check_str(spec_parse(cut, sizeof(cut), &r), "is cut off");
	spec_clear(&r);
	check_str(spec_parse(cut, 0, &r), "is cut off");
	spec_clear(&r);
	WRONG("env=A=1", "has no command");
	WRONG("argv=x\0nosuch=1", "has an unknown key");
	WRONG("argv=x\0argvx=1", "has an unknown key");
	WRONG("argv=x\0tty=0", "has a bad value");
	WRONG("argv=x\0caps=0x5", "has a bad value");
	WRONG("argv=x\0caps=12345678901234567", "has a bad value");
	WRONG("argv=x\0caps=", "has a bad value");
	WRONG("argv=x\0mode=boot", "has a bad value");
	WRONG("argv=x\0shm_size=18446744073709551616", "has a bad value");
}

/* What racker-init does, without its privileges: connect, say hello, fail or end. */
static pid_t start_peer(const char *dir, const char *say, const char *then)
{
	pid_t pid = fork();
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	char buf[16];
	int fd;

	if (pid != 0)
		return pid;
	fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/init.sock", dir);
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		_exit(1);
	(void)send(fd, say, strlen(say), 0);
	(void)recv(fd, buf, sizeof(buf), 0);
	if (then)
		(void)send(fd, then, strlen(then), 0);
	_exit(0);
}

static void wait_readable(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	(void)poll(&p, 1, 10000);
}

/* One conversation; returns what init_result() said. */
static int converse(const char *say, const char *then, int want_hello, int *ret_code,
		    char **ret_text)
{
	char dir[] = "/tmp/init-spec.XXXXXX";
	cleanup_fd int dirfd = fs_open_dir(AT_FDCWD, mkdtemp(dir)), fd = -1;
	cleanup_fd int listener = init_listen(dirfd, NULL);
	int stdio[3] = { 0, 1, 2 }, r = -1;
	pid_t pid, peer;

	check(listener >= 0);
	check_int(init_accept(listener), -EAGAIN);
	pid = start_peer(dir, say, then);
	wait_readable(listener);
	fd = init_accept(listener);
	check(fd >= 0);
	wait_readable(fd);
	peer = init_peer(fd);
	check_int(peer, pid);
	check_int(init_hello(fd, "secret"), want_hello);
	if (want_hello == 1) {
		check_int(init_result(fd, ret_code, ret_text), 0);
		check_int(init_go(fd, stdio, 0, -1, NULL), 0);
		wait_readable(fd);
		r = init_result(fd, ret_code, ret_text);
	}
	fd = fd_close(fd);
	(void)waitpid(pid, NULL, 0);
	(void)unlinkat(dirfd, "init.sock", 0);
	(void)rmdir(dir);
	return r;
}

static void test_conversation(void)
{
	cleanup_free char *text = NULL;
	int code = 0;

	check_int(converse("hello secret", NULL, 1, &code, &text), 1);
	check_int(converse("hello secret", "error 127 exec: \"x\"\n\033[1m", 1, &code, &text), 2);
	check_int(code, 127);
	check_str(text, "exec: \"x\"??[1m");
	check_int(converse("hello secret", "error 7 no", 1, &code, &text), -EPROTO);
	check_int(converse("hello secret", "nonsense", 1, &code, &text), -EPROTO);
	check_int(converse("hello wrong", NULL, -EPERM, &code, &text), -1);
	check_int(converse("GET / HTTP/1.1", NULL, -EPROTO, &code, &text), -1);
}

int main(void)
{
	test_round_trip();
	test_defaults();
	test_wrong();
	test_conversation();
	return tap_done();
}
