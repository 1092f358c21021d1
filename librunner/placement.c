#include "librunner/placement.h"

#include <fcntl.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/cgroup-hierarchy.h"
#include "librunner/cgroup-internal.h"
#include "librunner/container-state.h"
#include "librunner/host-bus.h"
#include "librunner/placement-properties.h"

#define UNIT_PREFIX "racker-"
#define UNIT_SUFFIX ".service"
#define OWN_GROUP "monitor"
#define SHORT_ID 12
#define EXISTS_PAUSE_NSEC 10000000
#define EXISTS_ATTEMPTS 3000

static char *unit_name(const char *id)
{
	return xasprintf(UNIT_PREFIX "%.*s" UNIT_SUFFIX, SHORT_ID, id);
}

/* ---- starting ---- */

static int make_call(sd_bus *bus, const PlacementSpec *s, int carrier, sd_bus_message **ret)
{
	cleanup_free char *unit = unit_name(s->container->id);
	sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(bus, &m, HOST_SYSTEMD, HOST_SYSTEMD_PATH,
					       HOST_SYSTEMD_MANAGER, "StartTransientUnit");

	if (r >= 0)
		r = sd_bus_message_append(m, "ss", unit, "fail");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "(sv)");
	if (r >= 0)
		r = placement_append_properties(m, s, carrier);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	if (r >= 0)
		r = sd_bus_message_append(m, "a(sa(sv))", 0);
	if (r >= 0)
		*ret = sd_bus_message_ref(m);
	sd_bus_message_unref(m);
	return r;
}

/* -EEXIST when the unit of the last run is still there. */
static int call_once(sd_bus *bus, const PlacementSpec *s, int carrier, Error **err)
{
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus_message *m = NULL;
	int r = make_call(bus, s, carrier, &m);

	if (r >= 0)
		r = sd_bus_call(bus, m, 0, &e, NULL);
	if (r < 0 && sd_bus_error_has_name(&e, HOST_SYSTEMD ".UnitExists"))
		r = -EEXIST;
	else if (r < 0)
		/* Not a kind that says that the container's command cannot be run. */
		r = error_set(err, EIO, "start the container's service: %s",
			      e.message ? e.message : strerror(-r));
	sd_bus_error_free(&e);
	sd_bus_message_unref(m);
	return r;
}

static int call_until_free(sd_bus *bus, const PlacementSpec *s, int carrier, Error **err)
{
	static const struct timespec pause = { .tv_nsec = EXISTS_PAUSE_NSEC };

	for (unsigned i = 0; i < EXISTS_ATTEMPTS; i++) {
		int r = call_once(bus, s, carrier, err);

		if (r != -EEXIST)
			return r < 0 ? r : 1;
		(void)nanosleep(&pause, NULL);
	}
	return error_set(err, ETIMEDOUT, "the service of the container's last run does not end");
}

/* The descriptors wait in a socket pair, whose other end is the service's. */
static int send_fds(int sock, const int *fds)
{
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * PLACEMENT_FDS)] = { 0 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * PLACEMENT_FDS);
	memcpy(CMSG_DATA(c), fds, sizeof(int) * PLACEMENT_FDS);
	return sendmsg(sock, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int start_service(sd_bus *bus, const PlacementSpec *s, Error **err)
{
	cleanup_fd int ours = -1, theirs = -1;
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, errno, "make a socket pair");
	ours = pair[0];
	theirs = pair[1];
	r = send_fds(ours, s->fds);
	if (r < 0)
		return error_errno(err, -r, "hand descriptors to the container's service");
	return call_until_free(bus, s, theirs, err);
}

int placement_start(const PlacementSpec *s, Error **err)
{
	const char *parent = s->container->host.cgroup_parent;
	sd_bus *bus = NULL;
	int r = host_systemd_open(&bus);

	if (r < 0) {
		log_debug("no service for the monitor: %s", strerror(-r));
		return 0;
	}
	if (!str_empty(parent) && !endswith(parent, ".slice"))
		r = error_set(err, EINVAL,
			      "cgroup-parent for systemd cgroup should be a valid slice named as "
			      "\"xxx.slice\"");
	else
		r = start_service(bus, s, err);
	sd_bus_flush_close_unref(bus);
	return r;
}

/* ---- inside ---- */

static int receive_fds(int *fds)
{
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * PLACEMENT_FDS)];
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c;

	if (recvmsg(STDIN_FILENO, &msg, MSG_CMSG_CLOEXEC) < 0)
		return -errno;
	c = CMSG_FIRSTHDR(&msg);
	if (!c || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof(int) * PLACEMENT_FDS))
		return -EPROTO;
	memcpy(fds, CMSG_DATA(c), sizeof(int) * PLACEMENT_FDS);
	return 0;
}

int placement_receive(int ret_fds[static PLACEMENT_FDS], Error **err)
{
	cleanup_fd int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int r = null < 0 ? -errno : receive_fds(ret_fds);

	if (r >= 0 && dup2(null, STDIN_FILENO) < 0)
		r = -errno;
	return r < 0 ? error_errno(err, -r, "receive the descriptors of the service") : 0;
}

static bool is_unit(const char *dir)
{
	const char *base = strrchr(dir, '/');

	return base && startswith(base + 1, UNIT_PREFIX) && endswith(base, UNIT_SUFFIX);
}

char *placement_base(const char *dir)
{
	cleanup_free char *base = xstrdup(dir);

	if (!endswith(dir, "/" OWN_GROUP))
		return steal(&base);
	base[strlen(base) - strlen("/" OWN_GROUP)] = '\0';
	return is_unit(base) ? steal(&base) : xstrdup(dir);
}

int placement_settle(Error **err)
{
	cleanup_strv char **dirs = NULL;
	int r = hierarchies_of(0, &dirs, err);

	if (r < 0)
		return r;
	STRV_FOREACH(d, dirs) {
		cleanup_free char *own = NULL;

		if (!is_unit(*d))
			continue;
		own = xasprintf("%s/" OWN_GROUP, *d);
		r = mkdir(own, 0755) < 0 && errno != EEXIST ? -errno : 0;
		if (r >= 0)
			r = cgroup_file_write(own, "cgroup.procs", "0");
		if (r < 0)
			return error_errno(err, -r, "enter the control group %s", own);
	}
	return 0;
}

/* ---- later ---- */

static bool is_service(const Container *c)
{
	cleanup_strv char **dirs = NULL;
	cleanup_free char *end =
		xasprintf("/" UNIT_PREFIX "%.*s" UNIT_SUFFIX "/" OWN_GROUP, SHORT_ID, c->id);
	bool is = false;

	if (!container_is_running(c) ||
	    hierarchies_of((pid_t)c->state.monitor_pid, &dirs, NULL) < 0)
		return false;
	STRV_FOREACH(d, dirs)
		is = is || endswith(*d, end);
	return is;
}

static int set_properties(sd_bus *bus, const char *unit, const HostConfig *h, sd_bus_error *e)
{
	sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(bus, &m, HOST_SYSTEMD, HOST_SYSTEMD_PATH,
					       HOST_SYSTEMD_MANAGER, "SetUnitProperties");

	if (r >= 0)
		r = sd_bus_message_append(m, "sb", unit, 1);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "(sv)");
	if (r >= 0)
		r = placement_append_limits(m, h, true);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	if (r >= 0)
		r = sd_bus_call(bus, m, 0, e, NULL);
	sd_bus_message_unref(m);
	return r;
}

int placement_update(const Container *c, Error **err)
{
	cleanup_free char *unit = unit_name(c->id);
	sd_bus_error e = SD_BUS_ERROR_NULL;
	sd_bus *bus = NULL;
	int r;

	if (!is_service(c) || host_systemd_open(&bus) < 0)
		return 0;
	r = set_properties(bus, unit, &c->host, &e);
	if (r < 0)
		r = error_set(err, EIO, "set the limits of %s: %s", unit,
			      e.message ? e.message : strerror(-r));
	sd_bus_error_free(&e);
	sd_bus_flush_close_unref(bus);
	return r < 0 ? r : 0;
}
