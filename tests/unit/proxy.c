/* The proxy between real sockets: clients and servers are children, the loop is ours. */
#include "librunner/proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/port-claims.h"
#include "librunner/ports.h"
#include "tests/tap.h"

#define LARGE (6 << 20)
#define DEADLINE_USEC (UINT64_C(20) * 1000000)

typedef struct Stage {
	Loop *loop;
	Proxy *proxy;
	PortClaims front, back; /* where clients come, where the server is */
	uint16_t port; /* of the front */
	int server; /* the back's socket */
} Stage;

static void claim(PortClaims *c, const char *spec)
{
	cleanup_port_specs PortSpecs p = { 0 };
	cleanup_json json_t *bindings = NULL;

	check(port_specs_add(&p, spec, NULL) >= 0);
	bindings = port_specs_to_bindings(&p);
	check(port_claims_take(c, bindings, NULL, false, NULL) >= 0);
}

/* In front [::1], behind 127.0.0.1: what the kernel cannot redirect. */
static Stage stage(bool datagrams)
{
	Stage s = { .loop = loop_new() };

	claim(&s.front, datagrams ? "[::1]::1/udp" : "[::1]::1");
	claim(&s.back, datagrams ? "127.0.0.1::1/udp" : "127.0.0.1::1");
	s.port = s.front.items[0].host_port;
	s.server = s.back.items[0].fd;
	(void)fd_set_nonblock(s.server, false);
	s.proxy = proxy_new(s.loop);
	proxy_set_target(s.proxy, "127.0.0.1", "");
	check_int(proxy_add(s.proxy, s.front.items[0].fd, datagrams, s.back.items[0].host_port), 0);
	return s;
}

static void stage_clear(Stage *s)
{
	proxy_free(s->proxy);
	port_claims_clear(&s->front);
	port_claims_clear(&s->back);
	loop_free(s->loop);
}

static pid_t child(int (*function)(const Stage *s), const Stage *s)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)alarm(20);
		_exit(function(s));
	}
	return pid;
}

/* Runs the loop until the child has ended; its exit status. */
static int until(Stage *s, pid_t pid)
{
	uint64_t end = now_usec() + DEADLINE_USEC;
	int status = -1;

	while (waitpid(pid, &status, WNOHANG) == 0 && now_usec() < end)
		(void)loop_iterate(s->loop, 10000);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What has ended at both sides is let go. */
static void settle(Stage *s)
{
	uint64_t end = now_usec() + DEADLINE_USEC / 10;

	while (proxy_busy(s->proxy) && now_usec() < end)
		(void)loop_iterate(s->loop, 10000);
}

static unsigned count_fds(void)
{
	char **names = NULL;
	int fd = fs_open_dir(AT_FDCWD, "/proc/self/fd");
	unsigned n;

	(void)fs_names(fd, &names);
	(void)fd_close(fd);
	n = (unsigned)strv_length(names);
	strv_free(names);
	return n;
}

/* ---- connections ---- */

static int dial(const Stage *s, int type)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
				   .sin6_port = htons(s->port),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, type, 0);

	if (connect(fd, (void *)&to, sizeof(to)) < 0)
		return -errno;
	return fd;
}

static char pattern(size_t i)
{
	return (char)(i * 7 + (i >> 13));
}

static bool send_pattern(int fd, size_t n)
{
	char *data = xmalloc(n);

	for (size_t i = 0; i < n; i++)
		data[i] = pattern(i);
	return fd_write_all(fd, data, n) >= 0;
}

static bool receive_pattern(int fd, size_t n)
{
	char *data = xmalloc(n + 1);

	if (fd_read_full(fd, data, n + 1) != (ssize_t)n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (data[i] != pattern(i))
			return false;
	return true;
}

/* Reads to the end before it answers. */
static int serve_after_end(const Stage *s)
{
	int fd = accept(s->server, NULL, NULL);

	return receive_pattern(fd, LARGE) && send_pattern(fd, LARGE) ? 0 : 1;
}

static int ask_and_close(const Stage *s)
{
	int fd = dial(s, SOCK_STREAM);

	if (fd < 0 || !send_pattern(fd, LARGE) || shutdown(fd, SHUT_WR) < 0)
		return 1;
	return receive_pattern(fd, LARGE) ? 0 : 2;
}

static void test_half_close(void)
{
	Stage s = stage(false);
	unsigned before = count_fds();
	pid_t server = child(serve_after_end, &s), client = child(ask_and_close, &s);

	check_int(until(&s, client), 0);
	check_int(until(&s, server), 0);
	check_int(proxy_busy(s.proxy), 0);
	/* But for the pipes that are kept. */
	check(count_fds() <= before + 8);
	stage_clear(&s);
}

#define MANY 150

static int serve_many(const Stage *s)
{
	int fds[MANY];

	/* All at once, and answered backwards. */
	for (int i = 0; i < MANY; i++)
		fds[i] = accept(s->server, NULL, NULL);
	for (int i = MANY - 1; i >= 0; i--) {
		char c;

		if (read(fds[i], &c, 1) != 1 || write(fds[i], &c, 1) != 1)
			return 1;
		(void)close(fds[i]);
	}
	return 0;
}

static int ask_many(const Stage *s)
{
	int fds[MANY];

	for (int i = 0; i < MANY; i++) {
		char c = (char)i;

		fds[i] = dial(s, SOCK_STREAM);
		if (fds[i] < 0 || write(fds[i], &c, 1) != 1)
			return 1;
	}
	for (int i = 0; i < MANY; i++) {
		char c;

		if (read(fds[i], &c, 1) != 1 || c != (char)i || read(fds[i], &c, 1) != 0)
			return 2;
	}
	return 0;
}

static void test_many(void)
{
	Stage s = stage(false);
	unsigned before = count_fds();
	pid_t server = child(serve_many, &s), client = child(ask_many, &s);

	check_int(until(&s, client), 0);
	check_int(until(&s, server), 0);
	settle(&s);
	check_int(proxy_busy(s.proxy), 0);
	check(count_fds() <= before + 8);
	stage_clear(&s);
}

/* A client that does not read holds up nobody: the rest stays with the server. */
static int serve_flood(const Stage *s)
{
	int fd = accept(s->server, NULL, NULL);
	static char data[1 << 20];
	size_t sent = 0;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLOUT };
		ssize_t n;

		if (poll(&p, 1, 300) == 0)
			return sent < (64U << 20) ? 0 : 1;
		n = send(fd, data, sizeof(data), MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0)
			return 2;
		sent += (size_t)n;
	}
}

static int connect_and_wait(const Stage *s)
{
	char c;
	int fd = dial(s, SOCK_STREAM);

	/* Until the test is over. */
	return fd < 0 || poll(NULL, 0, 10000) || read(fd, &c, 1) < 0;
}

static void test_slow(void)
{
	Stage s = stage(false);
	pid_t client = child(connect_and_wait, &s), server = child(serve_flood, &s);

	check_int(until(&s, server), 0);
	(void)kill(client, SIGKILL);
	(void)until(&s, client);
	settle(&s);
	check_int(proxy_busy(s.proxy), 0);
	stage_clear(&s);
}

static int expect_reset(const Stage *s)
{
	char c;
	int fd = dial(s, SOCK_STREAM);

	return fd >= 0 && read(fd, &c, 1) < 0 && errno == ECONNRESET ? 0 : 1;
}

static int serve_reset(const Stage *s)
{
	struct linger now = { .l_onoff = 1 };
	int fd = accept(s->server, NULL, NULL);

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	return close(fd);
}

static void test_reset(void)
{
	Stage s = stage(false);
	pid_t server = child(serve_reset, &s);

	check_int(until(&s, child(expect_reset, &s)), 0);
	check_int(until(&s, server), 0);
	/* Nobody there: the container does not listen, or does not run. */
	port_claims_clear(&s.back);
	check_int(until(&s, child(expect_reset, &s)), 0);
	proxy_set_target(s.proxy, NULL, NULL);
	check_int(until(&s, child(expect_reset, &s)), 0);
	check_int(proxy_busy(s.proxy), 0);
	stage_clear(&s);
}

/* ---- datagrams ---- */

static int echo(const Stage *s)
{
	for (;;) {
		char data[2048];
		struct sockaddr_in from;
		socklen_t n = sizeof(from);
		ssize_t size = recvfrom(s->server, data, sizeof(data), 0, (void *)&from, &n);

		if (size < 0)
			return 1;
		(void)sendto(s->server, data, (size_t)size, 0, (void *)&from, n);
	}
}

/* Two senders at once; a connected socket takes answers of the right address alone. */
static int ask_datagrams(const Stage *s)
{
	int a = dial(s, SOCK_DGRAM), b = dial(s, SOCK_DGRAM);
	char data[16];

	for (int i = 0; i < 10; i++) {
		if (send(a, "first", 5, 0) != 5 || send(b, "another", 7, 0) != 7)
			return 1;
		if (recv(a, data, sizeof(data), 0) != 5 || memcmp(data, "first", 5) != 0)
			return 2;
		if (recv(b, data, sizeof(data), 0) != 7 || memcmp(data, "another", 7) != 0)
			return 3;
	}
	/* An empty one is one, too. */
	return send(a, "", 0, 0) == 0 && recv(a, data, sizeof(data), 0) == 0 ? 0 : 4;
}

static int flood_senders(const Stage *s)
{
	char data[16];

	for (int i = 0; i < 1100; i++) {
		int fd = dial(s, SOCK_DGRAM);

		if (send(fd, "x", 1, 0) != 1 || recv(fd, data, sizeof(data), 0) != 1)
			return 1;
		(void)close(fd);
	}
	return 0;
}

static void test_datagrams(void)
{
	Stage s = stage(true);
	unsigned before = count_fds();
	pid_t server = child(echo, &s);

	check_int(until(&s, child(ask_datagrams, &s)), 0);
	check_int(proxy_busy(s.proxy), 2);
	check_int(until(&s, child(flood_senders, &s)), 0);
	check(proxy_busy(s.proxy) <= 1024);
	check(proxy_busy(s.proxy) > 900);
	proxy_set_target(s.proxy, NULL, NULL);
	check_int(proxy_busy(s.proxy), 0);
	/* The loop keeps the descriptor of its timers. */
	check(count_fds() <= before + 1);
	(void)kill(server, SIGKILL);
	(void)waitpid(server, NULL, 0);
	stage_clear(&s);
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	test_half_close();
	test_many();
	test_slow();
	test_reset();
	test_datagrams();
	return tap_done();
}
