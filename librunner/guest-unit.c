#include <signal.h>

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/guest-internal.h"

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

void guest_unit_changed(Guest *g, sd_bus_message *m)
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

static int on_unit_started(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	GuestUnit *u = userdata;
	const sd_bus_error *e = sd_bus_message_get_error(m);

	(void)error;
	u->call = sd_bus_slot_unref(u->call);
	if (guest_connection_was_lost(m))
		return 0; /* started again with the next connection */
	/* It exists when an earlier connection broke after the guest had read the call. */
	if (e && !(u->calls > 1 && sd_bus_message_is_method_error(m, SYSTEMD ".UnitExists")))
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
	u->calls += r >= 0;
	sd_bus_message_unref(m);
	if (r < 0)
		log_debug("start %s: %s", u->name, strerror(-r));
}

void guest_unit_resume(GuestUnit *u)
{
	u->call = sd_bus_slot_unref(u->call);
	if (u->started)
		unit_query(u);
	else
		unit_start(u);
}

static void abandoned_failed(const char *text, void *userdata)
{
	(void)text;
	(void)userdata;
}

static void abandoned_ended(int code, void *userdata)
{
	(void)code;
	(void)userdata;
}

void guest_unit_abandon(GuestUnit *u)
{
	if (!u)
		return;
	u->spec.failed = abandoned_failed;
	u->spec.ended = abandoned_ended;
	u->spec.userdata = NULL;
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
