#include "librunner/log-journal.h"

#include <poll.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/log-watch.h"

#define NSEC_PER_USEC 1000

bool journal_data(sd_journal *j, const char *name, const char **ret, size_t *ret_n)
{
	const void *data;
	size_t n, skip = strlen(name) + 1;

	if (sd_journal_get_data(j, name, &data, &n) < 0 || n < skip)
		return false;
	*ret = (const char *)data + skip;
	*ret_n = n - skip;
	return true;
}

char *journal_field(sd_journal *j, const char *name)
{
	const char *data;
	size_t n;

	return journal_data(j, name, &data, &n) ? xstrndup(data, n) : NULL;
}

/* The line of the entry where the journal stands; false when there is nothing to show. */
static bool make_line(const JournalShow *s, LogLine *line)
{
	uint64_t usec = 0;

	line->data.len = line->details.len = 0;
	line->is_stderr = false;
	if (sd_journal_get_realtime_usec(s->journal, &usec) < 0)
		return false;
	line->time = (int64_t)usec * NSEC_PER_USEC;
	return s->entry(s->journal, line) && line->data.len;
}

static int copy(const JournalShow *s, LogOutput *o, Error **err)
{
	LogLine line = { 0 };
	int r = 0, more = 1;

	while (more && (r = sd_journal_next(s->journal)) > 0)
		if (make_line(s, &line))
			more = log_output_add(o, &line);
	log_line_clear(&line);
	if (more && r < 0)
		return error_errno(err, -r, "read the journal");
	r = log_output_flush(o, err);
	return r < 0 ? r : more;
}

/* Goes back to in front of the last `tail` lines; reading begins with the next entry. */
static int seek_tail(const JournalShow *s, int64_t tail)
{
	LogLine line = { 0 };
	bool last = true;
	int64_t seen = 0;
	int r = sd_journal_seek_tail(s->journal);

	while (r >= 0 && (r = sd_journal_previous(s->journal)) > 0) {
		if (!make_line(s, &line))
			continue;
		if ((last || line.data.data[line.data.len - 1] == '\n') && seen++ == tail)
			break;
		last = false;
	}
	log_line_clear(&line);
	/* All of them are wanted. */
	return r == 0 ? sd_journal_seek_head(s->journal) : r;
}

static int seek(const JournalShow *s, int64_t tail, const LogOutput *o, Error **err)
{
	int r;

	if (tail >= 0)
		r = seek_tail(s, tail);
	else if (o->since > 0)
		r = sd_journal_seek_realtime_usec(s->journal, (uint64_t)o->since / NSEC_PER_USEC);
	else
		r = sd_journal_seek_head(s->journal);
	return r < 0 ? error_errno(err, -r, "read the journal") : 0;
}

/* What was sent before the end may be written a little later. */
static int copy_late(const JournalShow *s, LogOutput *o, Error **err)
{
	struct pollfd fd = { .fd = sd_journal_get_fd(s->journal), .events = POLLIN };
	int r;

	while (s->grace_msec && poll(&fd, 1, s->grace_msec) > 0) {
		(void)sd_journal_process(s->journal);
		r = copy(s, o, err);
		if (r <= 0)
			return r;
	}
	(void)sd_journal_process(s->journal);
	return copy(s, o, err);
}

static int follow(const JournalShow *s, Runtime *rt, const Container *c, LogOutput *o, Error **err)
{
	cleanup_log_watch LogWatch w = { .changes = -1, .monitor = -1 };
	int fd = sd_journal_get_fd(s->journal);
	int r = log_watch_open(rt, c, &w, err), more = 1;

	if (r >= 0 && fd < 0)
		return error_errno(err, -fd, "watch the journal");
	while (r >= 0 && more > 0) {
		r = copy(s, o, err);
		if (r <= 0)
			return r;
		more = log_watch_wait(&w, fd, o->until, err);
		(void)sd_journal_process(s->journal);
	}
	if (r < 0 || more < 0)
		return r < 0 ? r : more;
	return copy_late(s, o, err);
}

int journal_show(const JournalShow *s, Runtime *rt, const Container *c, const LogsOptions *options,
		 LogOutput *o, Error **err)
{
	bool follows = options->follow && container_is_running(c);
	/* Watching begins before the position is chosen, so that nothing is missed. */
	int fd = follows ? sd_journal_get_fd(s->journal) : 0;
	int r = fd < 0 ? error_errno(err, -fd, "watch the journal")
		       : seek(s, options->tail, o, err);

	if (r < 0)
		return r;
	return follows ? follow(s, rt, c, o, err) : copy(s, o, err);
}
