#include "librunner/guest-trouble.h"

#include <errno.h>
#include <fcntl.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-journal.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/guest-bus.h"

#define ANSWER_USEC 1000000
#define MAX_NAMES 20
#define MAX_LINES 10
#define MAX_LINE 200
#define JOURNAL "run/log/journal"
#define SYSTEMD "org.freedesktop.systemd1"
#define MANAGER_PATH "/org/freedesktop/systemd1"
#define MANAGER SYSTEMD ".Manager"

static void read_failed(sd_bus_message *m, char ***ret)
{
	const char *name, *active;

	if (sd_bus_message_enter_container(m, 'a', "(ssssssouso)") < 0)
		return;
	while (strv_length(*ret) < MAX_NAMES &&
	       sd_bus_message_read(m, "(ssssssouso)", &name, NULL, NULL, &active, NULL, NULL, NULL,
				   NULL, NULL, NULL) > 0)
		if (streq(active, "failed"))
			strv_add(ret, name);
}

static void read_jobs(sd_bus_message *m, char ***ret)
{
	const char *name, *state;

	if (sd_bus_message_enter_container(m, 'a', "(usssoo)") < 0)
		return;
	while (strv_length(*ret) < MAX_NAMES &&
	       sd_bus_message_read(m, "(usssoo)", NULL, &name, NULL, &state, NULL, NULL) > 0)
		if (streq(state, "running"))
			strv_add(ret, name);
}

static void call(sd_bus *bus, const char *method, void (*read)(sd_bus_message *m, char ***ret),
		 char ***ret)
{
	sd_bus_message *reply = NULL;

	if (sd_bus_call_method(bus, SYSTEMD, MANAGER_PATH, MANAGER, method, NULL, &reply, NULL) >=
	    0)
		read(reply, ret);
	sd_bus_message_unref(reply);
}

void guest_trouble_units(pid_t leader, char ***ret_failed, char ***ret_starting)
{
	sd_bus *bus = NULL;

	*ret_failed = *ret_starting = NULL;
	if (sd_bus_new(&bus) >= 0 && guest_bus_open(bus, leader, ANSWER_USEC) >= 0) {
		call(bus, "ListUnits", read_failed, ret_failed);
		call(bus, "ListJobs", read_jobs, ret_starting);
	}
	sd_bus_close_unref(bus);
}

/* ---- journal ---- */

static char *field(sd_journal *j, const char *name)
{
	const void *data;
	size_t n, skip = strlen(name) + 1;
	cleanup_free char *text = NULL;

	if (sd_journal_get_data(j, name, &data, &n) < 0 || n < skip)
		return NULL;
	n -= skip;
	text = xstrndup((const char *)data + skip, n < MAX_LINE ? n : MAX_LINE);
	text[strcspn(text, "\n")] = '\0';
	return str_printable(text);
}

static char *last_lines(sd_journal *j)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	if (sd_journal_seek_tail(j) < 0 || sd_journal_previous_skip(j, MAX_LINES) <= 0)
		return NULL;
	do {
		cleanup_free char *who = field(j, "SYSLOG_IDENTIFIER");
		cleanup_free char *what = field(j, "MESSAGE");

		if (what)
			strbuf_addf(&b, "\n  %s: %s", who ? who : "?", what);
	} while (sd_journal_next(j) > 0);
	return b.len ? strbuf_steal(&b) : NULL;
}

char *guest_trouble_journal(pid_t leader)
{
	cleanup_free char *path = xasprintf("/proc/%d/root", (int)leader);
	cleanup_fd int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), dir = -1;
	sd_journal *j = NULL;
	char *lines = NULL;

	/* The guest's own links lead nowhere but into its own tree. */
	if (root >= 0)
		dir = fs_open_in_root(root, JOURNAL, O_RDONLY | O_DIRECTORY, 0);
	if (dir >= 0 && sd_journal_open_directory_fd(&j, dir, 0) >= 0)
		lines = last_lines(j);
	sd_journal_close(j);
	return lines;
}
