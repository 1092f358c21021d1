#include "librunner/monitor-protocol.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static char buf[MONITOR_MAX_MESSAGE];

static void test_messages(int a, int b)
{
	cleanup_free char *most = xcalloc(1, MONITOR_MAX_BODY);
	size_t n = 0;
	int fd = 0;

	check_int(monitor_send(a, MSG_OUT, "abc", 3, -1, 0), 0);
	check_int(monitor_receive(b, buf, &n, &fd, 0), MSG_OUT);
	check_int(n, 3);
	check(memcmp(buf + 1, "abc", 3) == 0);
	check_int(fd, -1);
	check_int(monitor_send(a, MSG_EXIT, NULL, 0, -1, 0), 0);
	check_int(monitor_receive(b, buf, &n, NULL, 0), MSG_EXIT);
	check_int(n, 0);
	check_int(monitor_send(a, MSG_ERR, most, MONITOR_MAX_BODY, -1, 0), 0);
	check_int(monitor_receive(b, buf, &n, NULL, 0), MSG_ERR);
	check_int(n, MONITOR_MAX_BODY);
	check_int(monitor_receive(b, buf, &n, NULL, MSG_DONTWAIT), -EAGAIN);
	/* Longer than any message of ours. */
	check_int(send(a, buf, sizeof(buf), 0), sizeof(buf));
	check_int(monitor_receive(b, buf, &n, NULL, 0), MSG_ERR);
}

static void test_descriptor(int a, int b)
{
	int fds[2], got = -1;
	size_t n = 0;
	char c = 0;

	check_int(pipe(fds), 0);
	check_int(monitor_send(a, MSG_STARTED, "{}", 2, fds[1], 0), 0);
	check_int(monitor_receive(b, buf, &n, &got, 0), MSG_STARTED);
	check(got >= 0);
	check(fcntl(got, F_GETFD) & FD_CLOEXEC);
	check_int(write(got, "x", 1), 1);
	check_int(read(fds[0], &c, 1), 1);
	check_int(c, 'x');
	(void)close(fds[0]);
	(void)close(fds[1]);
	(void)close(got);
}

static void test_request(int a, int b, size_t n_args)
{
	MonitorRequest r = { .version = MONITOR_PROTOCOL, .op = (char *)"exec", .timeout = -1 };
	MonitorRequest got = { .timeout = 7 };
	size_t n = 0;
	int fd = -1;

	for (size_t i = 0; i < n_args; i++)
		strv_add(&r.argv, "an argument \" with \xc3\xa9");
	check_int(monitor_send_json(a, MSG_REQUEST, &monitor_request_type, &r, -1, 0), 0);
	check_int(monitor_receive(b, buf, &n, &fd, 0), MSG_REQUEST);
	check_int(monitor_decode(buf + 1, n, fd, &monitor_request_type, &got, NULL), 0);
	check_int(got.version, MONITOR_PROTOCOL);
	check_str(got.op, "exec");
	check_int(got.timeout, -1);
	check(strv_equal(got.argv, r.argv));
	strv_free(r.argv);
	json_clear(&monitor_request_type, &got);
	(void)fd_close(fd);
}

static void test_wrong(int a, int b)
{
	MonitorRequest got = { 0 };
	cleanup_error Error *e = NULL;
	cleanup_free char *huge = xmalloc(MONITOR_MAX_JSON + 1);
	MonitorRequest r = { .op = huge };
	size_t n = 0;

	check_int(monitor_decode("{", 1, -1, &monitor_request_type, &got, &e), -EINVAL);
	e = error_free(e);
	check_int(monitor_decode("", 0, -1, &monitor_request_type, &got, &e), -EINVAL);
	e = error_free(e);
	check_int(monitor_decode("{\"version\":1}", 13, -1, &monitor_request_type, &got, &e),
		  -EINVAL);
	memset(huge, 'x', MONITOR_MAX_JSON);
	huge[MONITOR_MAX_JSON] = '\0';
	check_int(monitor_send_json(a, MSG_REQUEST, &monitor_request_type, &r, -1, 0), -EMSGSIZE);
	/* What was sent before a close with something unread is not lost. */
	check_int(monitor_send(b, MSG_REQUEST, "unread", 6, -1, 0), 0);
	check_int(monitor_send(a, MSG_FAILED, "why", 3, -1, 0), 0);
	(void)close(a);
	check_int(monitor_receive(b, buf, &n, NULL, 0), MSG_FAILED);
	check_int(n, 3);
	check_int(monitor_receive(b, buf, &n, NULL, 0), 0);
}

int main(void)
{
	int pair[2];

	check_int(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	test_messages(pair[0], pair[1]);
	test_descriptor(pair[0], pair[1]);
	test_request(pair[0], pair[1], 3);
	test_request(pair[0], pair[1], 20000);
	test_wrong(pair[0], pair[1]);
	(void)close(pair[1]);
	return tap_done();
}
