#include "librunner/guest.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/guest-connect.h"
#include "librunner/guest-internal.h"

/* Between two attempts to connect: short, because the first ones decide how long a start takes. */
#define RETRY_USEC 2000
#define RETRY_MAX_USEC 200000
/* After a good connection has broken. */
#define RECONNECT_USEC 100000
/* After that many attempts the guest's D-Bus is tried in turn with the private socket. */
#define PRIVATE_ATTEMPTS 20

static void guest_connect(Guest *g);

static void set_trouble(Guest *g, const char *text)
{
	free(g->trouble);
	g->trouble = xstrdup(text);
}

const char *guest_trouble(const Guest *g)
{
	return g->trouble;
}

/* systemd-shutdown waits ten seconds for a process that it has seen and that is not its child:
 * while it runs, no connecting process may show up in its pid namespace. */
static bool is_shutting_down(const Guest *g)
{
	cleanup_free char *path = xasprintf("/proc/%d/comm", (int)g->leader);
	cleanup_strbuf Strbuf comm = STRBUF_INIT;

	return fs_read_file(AT_FDCWD, path, 64, &comm) < 0 || !comm.data ||
	       startswith(comm.data, "systemd-shutdow");
}

static void on_retry(void *userdata)
{
	Guest *g = userdata;

	g->asked = sd_bus_slot_unref(g->asked);
	g->bus = sd_bus_close_unref(g->bus);
	if (!g->ending && !is_shutting_down(g))
		guest_connect(g);
}

void guest_set_ending(Guest *g)
{
	g->ending = true;
}

static void retry_later(Guest *g)
{
	if (g->retry)
		loop_source_rearm(g->retry, g->retry_usec);
	else
		g->retry = loop_add_timer(g->loop, g->retry_usec, on_retry, g);
	if (g->retry_usec < RETRY_MAX_USEC)
		g->retry_usec += g->retry_usec / 4;
}

static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Guest *g = userdata;

	(void)error;
	if (sd_bus_message_is_signal(m, "org.freedesktop.DBus.Local", "Disconnected")) {
		set_trouble(g, "the connection to the guest's systemd was closed");
		if (g->good) {
			g->retry_usec = RECONNECT_USEC;
			g->lost = true;
		}
		g->good = false;
		retry_later(g);
	} else if (sd_bus_message_is_signal(m, "org.freedesktop.DBus.Properties",
					    "PropertiesChanged")) {
		guest_unit_changed(g, m);
	}
	if (guest_watch_concerns(m))
		guest_watch_changed(g);
	return 0;
}

bool guest_connection_was_lost(sd_bus_message *m)
{
	static const char *const names[] = { SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_DISCONNECTED,
					     SD_BUS_ERROR_TIMEOUT };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sd_bus_message_is_method_error(m, names[i]))
			return true;
	return false;
}

/* The first answer shows that the connection is good. */
static int on_subscribed(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Guest *g = userdata;

	(void)error;
	if (guest_connection_was_lost(m))
		return 0;
	free(g->trouble);
	g->trouble = NULL;
	g->good = true;
	g->retry_usec = RETRY_USEC;
	guest_watch_ask(g);
	return 0;
}

static int open_private(Guest *g, sd_bus *bus)
{
	int fd = guest_connect_private(g->leader, g->lost), r;

	if (fd < 0)
		return fd;
	r = sd_bus_set_fd(bus, fd, fd);
	if (r < 0)
		(void)fd_close(fd);
	return r;
}

static int open_machine(Guest *g, sd_bus *bus)
{
	cleanup_free char *address = xasprintf("x-machine-unix:pid=%d", (int)g->leader);
	int r = sd_bus_set_address(bus, address);

	return r < 0 ? r : sd_bus_set_bus_client(bus, true);
}

static int bus_open(Guest *g, sd_bus *bus)
{
	bool machine = g->attempts > PRIVATE_ATTEMPTS && g->attempts % 2;
	int r = machine ? open_machine(g, bus) : open_private(g, bus);

	if (r >= 0)
		r = sd_bus_start(bus);
	if (r >= 0)
		r = sd_bus_attach_event(bus, loop_sd_event(g->loop), 0);
	if (r >= 0)
		r = sd_bus_add_filter(bus, NULL, on_message, g);
	if (r >= 0 && machine)
		r = sd_bus_match_signal_async(bus, NULL, NULL, NULL,
					      "org.freedesktop.DBus.Properties",
					      "PropertiesChanged", NULL, NULL, NULL);
	if (r >= 0 && machine)
		r = sd_bus_match_signal_async(bus, NULL, SYSTEMD, MANAGER_PATH, MANAGER,
					      "StartupFinished", NULL, NULL, NULL);
	if (r >= 0)
		r = sd_bus_call_method_async(bus, NULL, SYSTEMD, MANAGER_PATH, MANAGER, "Subscribe",
					     on_subscribed, g, NULL);
	return r;
}

static void guest_connect(Guest *g)
{
	sd_bus *bus = NULL;
	int r = sd_bus_new(&bus);

	g->attempts++;
	if (r >= 0)
		r = bus_open(g, bus);
	if (r < 0) {
		cleanup_free char *text =
			xasprintf("connect to the guest's systemd: %s", strerror(-r));

		set_trouble(g, text);
		sd_bus_close_unref(bus);
		retry_later(g);
		return;
	}
	g->bus = bus;
	for (GuestUnit *u = g->units; u; u = u->next)
		guest_unit_resume(u);
}

Guest *guest_open(Loop *loop, pid_t leader)
{
	Guest *g = xnew0(Guest, 1);

	g->loop = loop;
	g->leader = leader;
	g->retry_usec = RETRY_USEC;
	guest_connect(g);
	return g;
}

Guest *guest_free(Guest *g)
{
	if (!g)
		return NULL;
	while (g->units)
		guest_unit_free(g->units);
	loop_source_free(g->retry);
	loop_source_free(g->ask_later);
	sd_bus_slot_unref(g->asked);
	sd_bus_close_unref(g->bus);
	free(g->trouble);
	free(g);
	return NULL;
}
