/*
 * guest-internal: a Guest and its units, private to guest.c (the connection) and guest-unit.c
 * (transient units).
 */
#pragma once

#include <systemd/sd-bus.h>

#include "librunner/guest.h"

#define SYSTEMD "org.freedesktop.systemd1"
#define MANAGER_PATH "/org/freedesktop/systemd1"
#define MANAGER SYSTEMD ".Manager"
#define SERVICE SYSTEMD ".Service"

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
	void (*watch)(const char *state, void *userdata);
	void *watch_userdata;
	sd_bus_slot *asked; /* the state is being asked for */
	bool ask_again;
	LoopSource *ask_later;
};

struct GuestUnit {
	Guest *guest;
	GuestUnit *next;
	GuestUnitSpec spec;
	char *name, *description, *path;
	char **argv;
	bool started; /* the guest has accepted it */
	unsigned calls; /* how often it was asked to */
	sd_bus_slot *call;
};

/* Whether an answer says no more than that the connection broke. */
bool guest_connection_was_lost(sd_bus_message *m);

/* ---- guest-watch.c ---- */

void guest_watch_ask(Guest *g);
/* Something happened that may change the state of the system. */
void guest_watch_changed(Guest *g);
bool guest_watch_concerns(sd_bus_message *m);

/* ---- guest-unit.c ---- */

/* A connection was made: starts the unit, or asks how it is. */
void guest_unit_resume(GuestUnit *u);
/* PropertiesChanged of whatever object of the guest's systemd. */
void guest_unit_changed(Guest *g, sd_bus_message *m);
