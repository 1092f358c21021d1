/*
 * log-journal: journals as logs: the host's, where the driver `journald` writes to, and that of a
 * booted guest. The latter is a directory of the container, so it can be read while the system runs
 * and after it has ended.
 */
#pragma once

#include <systemd/sd-journal.h>

#include "librunner/log-output.h"

/* Below the container's directory: the guest's /var/log/journal. */
#define CONTAINER_JOURNAL "journal"

/* The guest's journal, of the units and priorities that are asked for. */
int logs_from_guest(Runtime *rt, const Container *c, const LogsOptions *options, LogOutput *o,
		    Error **err);
/* What the driver `journald` wrote. */
int logs_from_journald(Runtime *rt, const Container *c, const LogsOptions *options, LogOutput *o,
		       Error **err);

/* ---- for the two ---- */

static inline void journal_closep(sd_journal **j)
{
	if (*j)
		sd_journal_close(*j);
}
#define cleanup_journal cleanup(journal_closep)

/* A field's value as a string; NULL when the entry has none. Caller frees. */
char *journal_field(sd_journal *j, const char *name);
/* The field's bytes; false when the entry has none. */
bool journal_data(sd_journal *j, const char *name, const char **ret, size_t *ret_n);

typedef struct JournalShow {
	sd_journal *journal;
	/* Makes a line of the entry where the journal stands. False: there is none to show. */
	bool (*entry)(sd_journal *j, LogLine *line);
	int grace_msec; /* how long entries may come late after the end of the container */
} JournalShow;

/* Shows the entries that the journal's matches choose, and follows where that is asked for. */
int journal_show(const JournalShow *s, Runtime *rt, const Container *c, const LogsOptions *options,
		 LogOutput *o, Error **err);
