#include "librunner/machined.h"

#include <string.h>
#include <systemd/sd-id128.h>

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "librunner/host-bus.h"

#define MACHINED "org.freedesktop.machine1"
#define MACHINED_PATH "/org/freedesktop/machine1"
#define MACHINED_MANAGER MACHINED ".Manager"
/* How machinectl names who manages it. */
#define SERVICE_NAME "racker"
#define ANSWER_USEC (2 * UINT64_C(1000000))

struct Machine {
	char *name;
	sd_bus *bus; /* until the answer is there */
};

static void disconnect(Machine *m)
{
	if (m->bus)
		(void)sd_bus_detach_event(m->bus);
	m->bus = sd_bus_close_unref(m->bus);
}

static int on_registered(sd_bus_message *answer, void *userdata, sd_bus_error *error)
{
	Machine *m = userdata;
	const sd_bus_error *e = sd_bus_message_get_error(answer);

	(void)error;
	/* A host without systemd-container. */
	if (e && !sd_bus_error_has_name(e, SD_BUS_ERROR_SERVICE_UNKNOWN))
		log_message(LOG_LEVEL_WARN, "systemd-machined does not take the machine %s: %s",
			    m->name, e->message);
	disconnect(m);
	return 0;
}

static int send_register(Machine *m, const MachineSpec *s)
{
	sd_bus_message *call = NULL;
	sd_id128_t uuid = SD_ID128_NULL;
	int r = sd_id128_from_string(s->uuid, &uuid);

	if (r >= 0)
		r = sd_bus_message_new_method_call(m->bus, &call, MACHINED, MACHINED_PATH,
						   MACHINED_MANAGER, "RegisterMachine");
	if (r >= 0)
		r = sd_bus_message_append(call, "s", s->name);
	if (r >= 0)
		r = sd_bus_message_append_array(call, 'y', &uuid, sizeof(uuid));
	if (r >= 0)
		r = sd_bus_message_append(call, "ssus", SERVICE_NAME, "container",
					  (uint32_t)s->leader, s->root);
	if (r >= 0)
		r = sd_bus_call_async(m->bus, NULL, call, on_registered, m, 0);
	sd_bus_message_unref(call);
	return r;
}

Machine *machine_register(Loop *loop, const MachineSpec *spec)
{
	Machine *m = xnew0(Machine, 1);
	int r = host_bus_open(&m->bus);

	if (r >= 0)
		r = sd_bus_attach_event(m->bus, loop_sd_event(loop), 0);
	if (r >= 0)
		r = send_register(m, spec);
	if (r < 0) {
		log_debug("no systemd-machined: %s", strerror(-r));
		disconnect(m);
		free(m);
		return NULL;
	}
	m->name = xstrdup(spec->name);
	return m;
}

Machine *machine_unregister(Machine *m)
{
	sd_bus *bus = NULL;

	if (!m)
		return NULL;
	disconnect(m);
	/* Not without waiting for the answer: machined looks at who we are, and asks the bus. */
	if (host_bus_open(&bus) >= 0 && sd_bus_set_method_call_timeout(bus, ANSWER_USEC) >= 0)
		(void)sd_bus_call_method(bus, MACHINED, MACHINED_PATH, MACHINED_MANAGER,
					 "UnregisterMachine", NULL, NULL, "s", m->name);
	sd_bus_flush_close_unref(bus);
	free(m->name);
	free(m);
	return NULL;
}
