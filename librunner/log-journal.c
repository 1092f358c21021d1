#include "librunner/log-journal.h"

#include <glob.h>
#include <poll.h>
#include <systemd/sd-journal.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/container-state.h"
#include "librunner/process.h"

/* One message; longer ones are cut, as journalctl does without --all. */
#define MESSAGE_MAX_SIZE (64 << 10)
#define NSEC_PER_USEC 1000
#define NSEC_PER_MSEC 1000000
#define NSEC_PER_SEC INT64_C(1000000000)
/* Messages of this priority and more urgent ones are errors (syslog's LOG_ERR). */
#define PRIORITY_ERROR 3

#define cleanup_journal cleanup(sd_journal_closep)

/* A field's value as a string; NULL when the entry has none. */
static char *journal_field(sd_journal *j, const char *name)
{
	const void *data;
	size_t n, skip = strlen(name) + 1;

	if (sd_journal_get_data(j, name, &data, &n) < 0 || n < skip)
		return NULL;
	return xstrndup((const char *)data + skip, n - skip);
}

/* "sshd[12]: ", "kernel: " */
static void add_source(sd_journal *j, Strbuf *b)
{
	cleanup_free char *name = journal_field(j, "SYSLOG_IDENTIFIER");
	cleanup_free char *pid = journal_field(j, "_PID");

	if (!name)
		name = journal_field(j, "_COMM");
	strbuf_adds(b, name ? name : "unknown");
	if (pid)
		strbuf_addf(b, "[%s]", pid);
	strbuf_adds(b, ": ");
}

static bool is_error(const char *priority)
{
	uint64_t n;

	return priority && str_to_u64(priority, &n) >= 0 && n <= PRIORITY_ERROR;
}

/* Shows the entry the journal stands at. As log_output_add(). */
static int journal_entry(sd_journal *j, LogOutput *o)
{
	cleanup_strbuf Strbuf line = STRBUF_INIT;
	cleanup_free char *message = journal_field(j, "MESSAGE");
	cleanup_free char *priority = journal_field(j, "PRIORITY");
	uint64_t usec = 0;

	if (sd_journal_get_realtime_usec(j, &usec) < 0 || !message)
		return 1;
	add_source(j, &line);
	strbuf_adds(&line, message);
	strbuf_addc(&line, '\n');
	return log_output_add(o, (int64_t)usec * NSEC_PER_USEC, is_error(priority), line.data,
			      line.len);
}

static int journal_copy(sd_journal *j, LogOutput *o, Error **err)
{
	int r, more = 1;

	while (more && (r = sd_journal_next(j)) > 0)
		more = journal_entry(j, o);
	if (more && r < 0)
		return error_errno(err, -r, "read the journal");
	r = log_output_flush(o, err);
	return r < 0 ? r : more;
}

static int journal_seek(sd_journal *j, int64_t tail, const LogOutput *o, Error **err)
{
	int r;

	(void)sd_journal_set_data_threshold(j, MESSAGE_MAX_SIZE);
	if (tail >= 0) {
		r = sd_journal_seek_tail(j);
		/* One entry more than is shown: reading begins with the next one. */
		if (r >= 0)
			r = sd_journal_previous_skip(j, (uint64_t)tail + 1);
		/* All of them are wanted. */
		if (r >= 0 && r <= tail)
			r = sd_journal_seek_head(j);
	} else if (o->since > 0) {
		r = sd_journal_seek_realtime_usec(j, (uint64_t)o->since / NSEC_PER_USEC);
	} else {
		r = sd_journal_seek_head(j);
	}
	return r < 0 ? error_errno(err, -r, "read the journal") : 0;
}

/* Copies until the monitor has ended, which it does when the system has. */
static int journal_follow(sd_journal *j, const Container *c, LogOutput *o, Error **err)
{
	cleanup_fd int monitor = process_open((pid_t)c->state.monitor_pid, c->state.monitor_start);
	struct pollfd fds[] = { { .fd = sd_journal_get_fd(j), .events = POLLIN },
				{ .fd = monitor, .events = POLLIN } };
	int r = journal_copy(j, o, err);

	while (r > 0 && monitor >= 0) {
		int64_t left = (o->until - timestamp_current()) / NSEC_PER_MSEC + 1;

		if (left <= 0)
			return 0;
		if (poll(fds, 2, left > INT32_MAX ? INT32_MAX : (int)left) < 0 && errno != EINTR)
			return error_errno(err, errno, "wait for the journal");
		(void)sd_journal_process(j);
		r = journal_copy(j, o, err);
		if (fds[1].revents)
			break;
	}
	return r;
}

/* Whether there are files of which this host's library can read none: a newer systemd wrote them.
 */
static bool journal_is_foreign(sd_journal *j, const char *dir)
{
	cleanup_free char *pattern = xasprintf("%s/*/*.journal", dir);
	uint64_t bytes = 0;
	glob_t files;
	bool any;

	if (sd_journal_get_usage(j, &bytes) < 0 || bytes > 0)
		return false;
	any = glob(pattern, GLOB_NOSORT, NULL, &files) == 0;
	globfree(&files);
	return any;
}

/* The guest's own journalctl can always read its journal; its lines are in its own format. */
static int logs_from_guest(Runtime *rt, const Container *c, const LogsOptions *options,
			   const LogOutput *o, Error **err)
{
	cleanup_strv char **argv = NULL;
	cleanup_fd int client = -1;
	ExecOptions exec = { 0 };
	ClientOptions attach = { 0 };
	int r;

	if (!container_is_running(c))
		return error_set(
			err, EPROTONOSUPPORT,
			"the journal of %s was written by a newer systemd than this host's",
			c->name);
	strv_add(&argv, "journalctl");
	strv_add(&argv, "--quiet");
	strv_add(&argv, "--no-pager");
	strv_addf(&argv, "--output=%s", options->timestamps ? "short-iso-precise" : "short");
	if (options->tail >= 0)
		strv_addf(&argv, "--lines=%lld", (long long)options->tail);
	if (options->follow)
		strv_add(&argv, "--follow");
	if (options->follow && options->tail < 0)
		strv_add(&argv, "--no-tail");
	if (o->since > 0)
		strv_addf(&argv, "--since=@%lld", (long long)(o->since / NSEC_PER_SEC));
	if (o->until < INT64_MAX)
		strv_addf(&argv, "--until=@%lld", (long long)(o->until / NSEC_PER_SEC));
	exec.argv = argv;
	r = container_exec(rt, c->id, &exec, &client, err);
	return r < 0 ? r : client_attach(client, &attach, err);
}

int logs_from_journal(Runtime *rt, const Container *c, const LogsOptions *options, LogOutput *o,
		      Error **err)
{
	cleanup_journal sd_journal *j = NULL;
	cleanup_free char *dir = xasprintf("%s/containers/%s/" CONTAINER_JOURNAL, rt->root, c->id);
	int r = sd_journal_open_directory(&j, dir, 0);

	/* It was never started. */
	if (r == -ENOENT)
		return 0;
	if (r >= 0 && options->follow && sd_journal_get_fd(j) < 0)
		r = -errno;
	if (r < 0)
		return error_errno(err, -r, "open the journal %s", dir);
	if (journal_is_foreign(j, dir))
		return logs_from_guest(rt, c, options, o, err);
	r = journal_seek(j, options->tail, o, err);
	if (r < 0)
		return r;
	if (options->follow && container_is_running(c))
		return journal_follow(j, c, o, err);
	return journal_copy(j, o, err);
}
