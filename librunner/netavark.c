#include "librunner/netavark.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/firewall.h"
#include "librunner/netns.h"
#include "librunner/network-store.h"

/* Where it writes the names that aardvark-dns serves. */
#define CONFIG_DIR NETWORK_HOST_DIR "/netavark-"
#define DEADLINE_MSEC 60000
#define MAX_OUTPUT (1 << 20)
/* In the folder of the names. */
#define PID_FILE "aardvark.pid"
#define PID_MAX 32

/* Where distributions put it. */
static const char *const places[] = {
	"/usr/lib/podman",
	"/usr/libexec/podman",
	"/usr/lib/netavark",
	"/usr/local/lib/podman",
	"/usr/local/libexec/podman",
	"/usr/local/bin",
	"/usr/bin",
};

static char *find_program(const char *name)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		cleanup_free char *path = xasprintf("%s/%s", places[i], name);

		if (access(path, X_OK) == 0)
			return steal(&path);
	}
	return NULL;
}

static char *find_netavark(void)
{
	const char *env = getenv("RACKER_NETAVARK");

	if (str_empty(env))
		return find_program("netavark");
	return access(env, X_OK) == 0 ? xstrdup(env) : NULL;
}

bool netavark_installed(void)
{
	cleanup_free char *path = find_netavark();

	return path;
}

int netavark_check(Error **err)
{
	if (netavark_installed())
		return 0;
	return error_set(err, EOPNOTSUPP,
			 "bridge networks need netavark: install the package netavark (and "
			 "aardvark-dns), or use --network host or none");
}

/* ---- running it ---- */

static int join_mounts(void *path)
{
	return path ? netns_enter(path) : 0;
}

/* A descriptor with the text to read; what is written there must not be waited for: a daemon that
 * it starts may keep it. */
static int text_fd(const char *text)
{
	int fd = memfd_create("netavark", MFD_CLOEXEC);

	if (fd >= 0 && (fd_write_all(fd, text, strlen(text)) < 0 || lseek(fd, 0, SEEK_SET) < 0))
		fd = fd_close(fd);
	return fd;
}

static int wait_for(pid_t pid, int pidfd, Error **err)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	int r;

	do
		r = poll(&p, 1, DEADLINE_MSEC);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		(void)kill(pid, SIGKILL);
	if (r != 1) {
		(void)spawn_wait(pid);
		return error_set(err, ETIMEDOUT, "netavark does not end within %d seconds",
				 DEADLINE_MSEC / 1000);
	}
	return spawn_wait(pid);
}

static char *read_output(int fd)
{
	cleanup_free char *data = xmalloc(MAX_OUTPUT + 1);
	ssize_t n = pread(fd, data, MAX_OUTPUT, 0);

	data[n < 0 ? 0 : n] = '\0';
	return steal(&data);
}

/* {"error":"…"}, or whatever else it has said. */
static char *failure_text(int out, int diagnostics)
{
	cleanup_free char *text = read_output(out), *said = read_output(diagnostics);
	cleanup_json json_t *v = NULL;
	const char *message = NULL;

	if (json_parse(text, strlen(text), "netavark", &v, NULL) >= 0)
		message = json_string_value(json_object_get(v, "error"));
	if (!message)
		message = *said ? said : *text ? text : "it does not say why";
	said[strcspn(said, "\n")] = '\0';
	return str_printable(message);
}

/* There is one aardvark-dns for each network namespace that has bridges in it: the host's. */
static char *config_dir(void)
{
	struct stat st = { 0 };

	(void)stat("/proc/self/ns/net", &st);
	return xasprintf(CONFIG_DIR "%llu", (unsigned long long)st.st_ino);
}

static int execute(const char *verb, const NetavarkRequest *r, const char *config, Error **err)
{
	static char *const env[] = {
		(char *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		(char *)"RUST_BACKTRACE=0", NULL
	};
	cleanup_free char *program = find_netavark(), *path = netns_path(r->netns);
	cleanup_free char *aardvark = find_program("aardvark-dns"), *text = NULL;
	cleanup_fd int in = text_fd(config), out = text_fd(""), diagnostics = text_fd("");
	cleanup_fd int pidfd = -1;
	cleanup_free char *dir = config_dir();
	char *argv[] = { program,
			 (char *)"--config",
			 dir,
			 (char *)"--rootless",
			 (char *)"false",
			 (char *)"--aardvark-binary",
			 aardvark ? aardvark : (char *)"/usr/lib/podman/aardvark-dns",
			 (char *)verb,
			 path,
			 NULL };
	cleanup_free char *mounts = r->mounts < 0 ? NULL : netns_path(r->mounts);
	Spawn s = { .argv = argv,
		    .env = env,
		    .in = in,
		    .out = out,
		    .err = diagnostics,
		    /* Whoever takes our lock next must not find it still at work. */
		    .death_signal = SIGKILL,
		    .setup = join_mounts,
		    .userdata = mounts };
	pid_t pid;
	int status;

	if (!program)
		return netavark_check(err);
	if (in < 0 || out < 0 || diagnostics < 0 || fs_mkdir_p(AT_FDCWD, dir, 0711) < 0)
		return error_errno(err, errno, "prepare netavark");
	status = spawn(&s, &pid, &pidfd, err);
	if (status >= 0)
		status = wait_for(pid, pidfd, err);
	if (status <= 0)
		return status;
	text = failure_text(out, diagnostics);
	return error_set(err, EIO, "netavark %s: %s", verb, text);
}

/* One call for the endpoint that has the ports, one for the others: netavark would publish them
 * towards any of them. */
static int call(const char *verb, const NetavarkRequest *r, size_t first, size_t n, Error **err)
{
	cleanup_json json_t *config = NULL;
	cleanup_free char *text = NULL;

	if (n == 0)
		return 0;
	config = netavark_config(r, first, n);
	text = json_text(config);
	return execute(verb, r, text, err);
}

static size_t first_call(const NetavarkRequest *r)
{
	return r->n_ports && r->n_endpoints > 1 ? 1 : r->n_endpoints;
}

static bool has_ipv6(const NetavarkRequest *r)
{
	for (size_t i = 0; i < r->n_endpoints; i++)
		if (!str_empty(r->endpoints[i].endpoint->global_ipv6_address))
			return true;
	return false;
}

int netavark_setup(const NetavarkRequest *r, Error **err)
{
	size_t n = first_call(r);
	int status = call("setup", r, 0, n, err);

	if (status >= 0)
		status = call("setup", r, n, r->n_endpoints - n, err);
	if (status >= 0)
		firewall_amend(has_ipv6(r));
	return status;
}

/* An aardvark-dns that was killed cannot remove its file, and netavark does not. */
static void remove_stale_pid(const char *names)
{
	cleanup_fd int dir = fs_open_dir(AT_FDCWD, names);
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_strv char **entries = NULL;
	int64_t pid;

	if (dir < 0 || fs_names(dir, &entries) < 0 || strv_length(entries) != 1 ||
	    !streq(entries[0], PID_FILE) || fs_read_file(dir, PID_FILE, PID_MAX, &text) < 0)
		return;
	if (str_to_i64(text.data ? text.data : "", &pid) < 0 || process_start_time(pid) == 0)
		(void)unlinkat(dir, PID_FILE, 0);
}

/* The last names are gone: so is where they were. Newer versions keep their rules there, and the
 * folder stays. */
static void remove_config_dir(void)
{
	cleanup_free char *dir = config_dir(), *names = xasprintf("%s/aardvark-dns", dir);
	cleanup_free char *lock = xasprintf("%s/aardvark.lock", dir);

	remove_stale_pid(names);
	if (rmdir(names) < 0 && errno != ENOENT)
		return;
	(void)unlink(lock);
	(void)rmdir(dir);
}

/* As much as can be; the first error is told. */
int netavark_teardown(const NetavarkRequest *r, Error **err)
{
	size_t n = first_call(r);
	cleanup_error Error *later = NULL, *e = NULL;
	int status = call("teardown", r, n, r->n_endpoints - n, &later);
	int other = call("teardown", r, 0, n, &e);

	firewall_tidy(has_ipv6(r));
	remove_config_dir();
	if (status < 0)
		return error_propagate(err, steal(&later));
	return other < 0 ? error_propagate(err, steal(&e)) : 0;
}
