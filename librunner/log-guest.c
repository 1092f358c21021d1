/* The journal of a booted guest. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/log-guest-match.h"
#include "librunner/log-journal.h"

/* One message; longer ones are cut, as journalctl does without --all. */
#define MESSAGE_MAX_SIZE (64 << 10)
#define NSEC_PER_SEC INT64_C(1000000000)
#define BLOCK_SIZE 512
/* Messages of this priority and more urgent ones are errors (syslog's LOG_ERR). */
#define PRIORITY_ERROR 3

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

static bool guest_entry(sd_journal *j, LogLine *line)
{
	cleanup_free char *message = journal_field(j, "MESSAGE");
	cleanup_free char *priority = journal_field(j, "PRIORITY");

	if (!message)
		return false;
	add_source(j, &line->data);
	strbuf_adds(&line->data, message);
	strbuf_addc(&line->data, '\n');
	line->is_stderr = is_error(priority);
	return true;
}

/* ---- a journal that this host cannot read ---- */

/* The bytes of the *.journal files in one directory of the journal. */
static uint64_t files_usage(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	cleanup_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	uint64_t bytes = 0;
	struct stat st;

	while (dir && (e = readdir(dir)))
		if (endswith(e->d_name, ".journal") &&
		    fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
			bytes += (uint64_t)st.st_blocks * BLOCK_SIZE;
	return bytes;
}

static uint64_t journal_usage(const char *path)
{
	cleanup_dir DIR *dir = opendir(path);
	const struct dirent *e;
	uint64_t bytes = 0;

	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			bytes += files_usage(dirfd(dir), e->d_name);
	return bytes;
}

static char **guest_argv(const LogsOptions *options, const LogOutput *o)
{
	char **argv = NULL;

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
	STRV_FOREACH(it, options->units)
		strv_addf(&argv, "--unit=%s", *it);
	if (options->priority)
		strv_addf(&argv, "--priority=%s", options->priority);
	return argv;
}

/* The guest's own journalctl can always read its journal; its lines are in its own format. */
static int show_by_guest(Runtime *rt, const Container *c, const LogsOptions *options,
			 const LogOutput *o, Error **err)
{
	cleanup_strv char **argv = guest_argv(options, o);
	cleanup_fd int client = -1;
	ExecOptions exec = { .argv = argv };
	ClientOptions attach = { 0 };
	int r;

	if (!container_is_running(c))
		return error_set(err, EPROTONOSUPPORT,
				 "the journal of %s was written by a newer systemd than this "
				 "host's; its own journalctl can read it when it runs",
				 c->name);
	r = container_exec(rt, c->id, &exec, &client, err);
	return r < 0 ? r : client_attach(client, &attach, err);
}

/* ---- the journal ---- */

static int no_journal(const Container *c, Error **err)
{
	/* It was never started. */
	if (!c->host.auto_remove || c->racker.system)
		return 0;
	return error_set(err, ENODATA,
			 "the journal of %s is not kept: it was started with --rm and a command; "
			 "`racker exec %s journalctl` shows it while it runs",
			 c->name, c->name);
}

int logs_from_guest(Runtime *rt, const Container *c, const LogsOptions *options, LogOutput *o,
		    Error **err)
{
	cleanup_journal sd_journal *j = NULL;
	cleanup_free char *dir = xasprintf("%s/containers/%s/" CONTAINER_JOURNAL, rt->root, c->id);
	JournalShow show = { .entry = guest_entry };
	uint64_t usage = journal_usage(dir), readable = 0;
	int r = sd_journal_open_directory(&j, dir, 0);

	if (r == -ENOENT)
		return no_journal(c, err);
	if (r < 0)
		return error_errno(err, -r, "open the journal %s", dir);
	/* Files of which this host's library can make nothing: a newer systemd wrote them. */
	if (sd_journal_get_usage(j, &readable) >= 0 && readable < usage)
		return show_by_guest(rt, c, options, o, err);
	(void)sd_journal_set_data_threshold(j, MESSAGE_MAX_SIZE);
	r = guest_match(j, c, options, err);
	show.journal = j;
	return r < 0 ? r : journal_show(&show, rt, c, options, o, err);
}
