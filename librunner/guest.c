#include "librunner/guest.h"

#include <fcntl.h>
#include <signal.h>
#include <systemd/sd-bus.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/guest-connect.h"

#define SYSTEMD "org.freedesktop.systemd1"
#define MANAGER_PATH "/org/freedesktop/systemd1"
#define MANAGER SYSTEMD ".Manager"
#define SERVICE SYSTEMD ".Service"

/* Between two attempts to connect: short, because the first ones decide how long a start takes. */
#define RETRY_USEC 2000
#define RETRY_MAX_USEC 200000
/* After a good connection has broken. */
#define RECONNECT_USEC 100000
/* After that many attempts the guest's D-Bus is tried in turn with the private socket. */
#define PRIVATE_ATTEMPTS 20
#define FAILED_UNITS_MAX 20

struct Guest {
	Loop *loop;
	pid_t leader;
	sd_bus *bus;
	LoopSource *retry;
	uint64_t retry_usec;
	unsigned attempts;
	bool good; /* the connection has answered */
	bool lost; /* a connection that was good has broken */
	bool ending; /* no new connection is made */
	char *trouble;
	GuestUnit *units;
};

struct GuestUnit {
	Guest *guest;
	GuestUnit *next;
	GuestUnitSpec spec;
	char *name, *description, *path;
	char **argv;
	bool started; /* the guest has accepted it */
	sd_bus_slot *call;
};

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

/* ---- units ---- */

GuestUnit *guest_unit_free(GuestUnit *u)
{
	if (!u)
		return NULL;
	for (GuestUnit **p = &u->guest->units; *p; p = &(*p)->next)
		if (*p == u) {
			*p = u->next;
			break;
		}
	sd_bus_slot_unref(u->call);
	free(u->name);
	free(u->description);
	free(u->path);
	strv_free(u->argv);
	free(u);
	return NULL;
}

/* A unit that failed stays loaded and would make the guest `degraded`. */
static void forget_failure(GuestUnit *u)
{
	(void)sd_bus_call_method_async(u->guest->bus, NULL, SYSTEMD, MANAGER_PATH, MANAGER,
				       "ResetFailedUnit", NULL, NULL, "s", u->name);
}

static void unit_ended(GuestUnit *u, int32_t code, int32_t status)
{
	GuestUnitSpec spec = u->spec;

	if (code != CLD_EXITED || status != 0)
		forget_failure(u);
	guest_unit_free(u);
	spec.ended(code == CLD_EXITED ? status & 0xff : 128 + (status & 0x7f), spec.userdata);
}

static void unit_unknown(GuestUnit *u)
{
	GuestUnitSpec spec = u->spec;

	guest_unit_free(u);
	spec.ended(-1, spec.userdata);
}

static void unit_failed(GuestUnit *u, const char *text)
{
	GuestUnitSpec spec = u->spec;

	guest_unit_free(u);
	spec.failed(text, spec.userdata);
}

typedef struct ExecMain {
	int32_t code, status;
	uint32_t pid; /* of the main process that runs */
} ExecMain;

/* Reads a{sv}. What is not there stays as it is. */
static int read_exec_main(sd_bus_message *m, ExecMain *e)
{
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		const char *name;

		r = sd_bus_message_read(m, "s", &name);
		if (r < 0)
			return r;
		if (streq(name, "ExecMainCode"))
			r = sd_bus_message_read(m, "v", "i", &e->code);
		else if (streq(name, "ExecMainStatus"))
			r = sd_bus_message_read(m, "v", "i", &e->status);
		else if (streq(name, "MainPID"))
			r = sd_bus_message_read(m, "v", "u", &e->pid);
		else
			r = sd_bus_message_skip(m, "v");
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static GuestUnit *unit_by_path(Guest *g, const char *path)
{
	for (GuestUnit *u = g->units; path && u; u = u->next)
		if (streq(u->path, path))
			return u;
	return NULL;
}

static void on_properties_changed(Guest *g, sd_bus_message *m)
{
	GuestUnit *u = unit_by_path(g, sd_bus_message_get_path(m));
	ExecMain e = { 0 };
	const char *interface;

	if (!u || sd_bus_message_read(m, "s", &interface) < 0 || !streq(interface, SERVICE))
		return;
	if (read_exec_main(m, &e) >= 0 && e.code)
		unit_ended(u, e.code, e.status);
}

/* The answer to "how is it?" after the connection was lost. systemd forgets units that have
 * succeeded: then it tells of one that it does not know, without a main process. */
static int on_unit_state(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	GuestUnit *u = userdata;
	ExecMain e = { 0 };

	(void)error;
	u->call = sd_bus_slot_unref(u->call);
	if (sd_bus_message_is_method_error(m, SD_BUS_ERROR_UNKNOWN_OBJECT) ||
	    sd_bus_message_is_method_error(m, SYSTEMD ".NoSuchUnit"))
		unit_unknown(u);
	else if (sd_bus_message_is_method_error(m, NULL) || read_exec_main(m, &e) < 0)
		log_debug("no state of %s", u->name);
	else if (e.code)
		unit_ended(u, e.code, e.status);
	else if (!e.pid)
		unit_unknown(u);
	return 0;
}

static void unit_query(GuestUnit *u)
{
	(void)sd_bus_call_method_async(u->guest->bus, &u->call, SYSTEMD, u->path,
				       "org.freedesktop.DBus.Properties", "GetAll", on_unit_state,
				       u, "s", SERVICE);
}

static bool connection_was_lost(sd_bus_message *m)
{
	static const char *const names[] = { SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_DISCONNECTED,
					     SD_BUS_ERROR_TIMEOUT };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sd_bus_message_is_method_error(m, names[i]))
			return true;
	return false;
}

static int on_unit_started(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	GuestUnit *u = userdata;
	const sd_bus_error *e = sd_bus_message_get_error(m);

	(void)error;
	u->call = sd_bus_slot_unref(u->call);
	if (connection_was_lost(m))
		return 0; /* started again with the next connection */
	/* It exists when an earlier connection broke after the guest had read the call. */
	if (e && !sd_bus_message_is_method_error(m, SYSTEMD ".UnitExists"))
		unit_failed(u, e->message ? e->message : e->name);
	else
		u->started = true;
	return 0;
}

static int append_exec(sd_bus_message *m, GuestUnit *u)
{
	int r = sd_bus_message_open_container(m, 'r', "sv");

	if (r >= 0)
		r = sd_bus_message_append(m, "s", "ExecStart");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "a(sasb)");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "(sasb)");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'r', "sasb");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", u->argv[0]);
	if (r >= 0)
		r = sd_bus_message_append_strv(m, u->argv);
	if (r >= 0)
		r = sd_bus_message_append(m, "b", 0);
	for (int i = 0; r >= 0 && i < 4; i++)
		r = sd_bus_message_close_container(m);
	return r;
}

static int append_properties(sd_bus_message *m, GuestUnit *u)
{
	int r = sd_bus_message_open_container(m, 'a', "(sv)");

	/* Type=simple, because racker-init says itself when the command runs, and guests before
	 * systemd 240 know nothing else. A command expects SIGPIPE to work. */
	if (r >= 0)
		r = sd_bus_message_append(m, "(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)", "Description",
					  "s", u->description, "Type", "s", "simple",
					  "StandardInput", "s", "null", "StandardOutput", "s",
					  "null", "StandardError", "s", "null", "IgnoreSIGPIPE",
					  "b", 0, "KillSignal", "i", u->spec.kill_signal,
					  "TimeoutStopUSec", "t", u->spec.stop_timeout_usec,
					  "KillMode", "s",
					  u->spec.keep_children ? "process" : "control-group");
	if (r >= 0)
		r = append_exec(m, u);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static void unit_start(GuestUnit *u)
{
	sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(u->guest->bus, &m, SYSTEMD, MANAGER_PATH, MANAGER,
					       "StartTransientUnit");

	if (r >= 0)
		r = sd_bus_message_append(m, "ss", u->name, "fail");
	if (r >= 0)
		r = append_properties(m, u);
	if (r >= 0)
		r = sd_bus_message_append(m, "a(sa(sv))", 0);
	if (r >= 0)
		r = sd_bus_call_async(u->guest->bus, &u->call, m, on_unit_started, u, 0);
	sd_bus_message_unref(m);
	if (r < 0)
		log_debug("start %s: %s", u->name, strerror(-r));
}

GuestUnit *guest_unit_start(Guest *g, const GuestUnitSpec *spec)
{
	GuestUnit *u = xnew0(GuestUnit, 1);

	u->guest = g;
	u->spec = *spec;
	u->name = xstrdup(spec->name);
	u->description = xstrdup(spec->description);
	u->argv = strv_copy(spec->argv);
	if (sd_bus_path_encode("/org/freedesktop/systemd1/unit", u->name, &u->path) < 0)
		abort(); /* out of memory */
	u->next = g->units;
	g->units = u;
	if (g->bus)
		unit_start(u);
	return u;
}

/* ---- connection ---- */

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
		on_properties_changed(g, m);
	}
	return 0;
}

/* The first answer shows that the connection is good. */
static int on_subscribed(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Guest *g = userdata;

	(void)error;
	if (connection_was_lost(m))
		return 0;
	free(g->trouble);
	g->trouble = NULL;
	g->good = true;
	g->retry_usec = RETRY_USEC;
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
	for (GuestUnit *u = g->units; u; u = u->next) {
		u->call = sd_bus_slot_unref(u->call);
		if (u->started)
			unit_query(u);
		else
			unit_start(u);
	}
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
	sd_bus_close_unref(g->bus);
	free(g->trouble);
	free(g);
	return NULL;
}

char **guest_failed_units(Guest *g)
{
	sd_bus_message *m = NULL, *reply = NULL;
	char **names = NULL;
	const char *name;
	int r = g->bus ? sd_bus_message_new_method_call(g->bus, &m, SYSTEMD, MANAGER_PATH, MANAGER,
							"ListUnitsFiltered")
		       : -ENOTCONN;

	if (r >= 0)
		r = sd_bus_message_append(m, "as", 1, "failed");
	if (r >= 0)
		r = sd_bus_call(g->bus, m, 1000000, NULL, &reply);
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
	while (r >= 0 && strv_length(names) < FAILED_UNITS_MAX &&
	       sd_bus_message_read(reply, "(ssssssouso)", &name, NULL, NULL, NULL, NULL, NULL, NULL,
				   NULL, NULL, NULL) > 0)
		strv_add(&names, name);
	sd_bus_message_unref(m);
	sd_bus_message_unref(reply);
	return names;
}
