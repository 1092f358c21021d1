/* The state of the guest's system, without asking for it again and again: its systemd tells when
 * the boot is over and when units begin or cease to be failed. */
#include "libcommon/str.h"
#include "librunner/guest-internal.h"

/* An exec that fails is a failed unit until we have told systemd to forget it. */
#define SETTLE_USEC 100000

bool guest_watch_concerns(sd_bus_message *m)
{
	const char *path = sd_bus_message_get_path(m);

	return sd_bus_message_is_signal(m, MANAGER, "StartupFinished") ||
	       (path && streq(path, MANAGER_PATH) &&
		sd_bus_message_is_signal(m, "org.freedesktop.DBus.Properties",
					 "PropertiesChanged"));
}

static int on_state(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Guest *g = userdata;
	const char *state;

	(void)error;
	g->asked = sd_bus_slot_unref(g->asked);
	if (sd_bus_message_is_method_error(m, NULL) || sd_bus_message_read(m, "v", "s", &state) < 0)
		return 0;
	g->watch(state, g->watch_userdata);
	if (g->ask_again)
		guest_watch_ask(g);
	return 0;
}

void guest_watch_ask(Guest *g)
{
	if (!g->watch || !g->bus || g->ending)
		return;
	g->ask_again = g->asked;
	if (!g->asked)
		(void)sd_bus_call_method_async(g->bus, &g->asked, SYSTEMD, MANAGER_PATH,
					       "org.freedesktop.DBus.Properties", "Get", on_state,
					       g, "ss", MANAGER, "SystemState");
}

static void on_ask_later(void *userdata)
{
	Guest *g = userdata;

	g->ask_later = loop_source_free(g->ask_later);
	guest_watch_ask(g);
}

void guest_watch_changed(Guest *g)
{
	if (g->watch && !g->ask_later)
		g->ask_later = loop_add_timer(g->loop, SETTLE_USEC, on_ask_later, g);
}

void guest_watch(Guest *g, void (*cb)(const char *state, void *userdata), void *userdata)
{
	g->watch = cb;
	g->watch_userdata = userdata;
	guest_watch_ask(g);
}
