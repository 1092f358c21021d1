#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/container.h"
#include "librunner/log-console.h"
#include "librunner/log-journal.h"
#include "librunner/log-output.h"
#include "librunner/log-reader.h"
#include "librunner/log-settings.h"
#include "librunner/log-watch.h"

static int follow_file(Runtime *rt, const Container *c, LogReader *reader, LogOutput *o,
		       Error **err)
{
	cleanup_log_watch LogWatch w = { .changes = -1, .monitor = -1 };
	int r = log_watch_open(rt, c, &w, err), more = 1;

	/* First copy, then wait: what was written before the watch began is not missed. */
	while (r >= 0 && more > 0) {
		r = log_reader_copy(reader, o, err);
		if (r <= 0)
			return r;
		more = log_watch_wait(&w, -1, o->until, err);
	}
	if (r < 0 || more < 0)
		return r < 0 ? r : more;
	/* Everything is written before the end is. */
	return log_reader_copy(reader, o, err);
}

static int logs_from_file(Runtime *rt, const Container *c, int dirfd, const LogsOptions *options,
			  LogOutput *o, Error **err)
{
	cleanup_log_reader LogReader *reader = NULL;
	int r = log_reader_open(dirfd, "log.json", options->tail, &reader, err);

	if (r < 0)
		return r;
	if (options->follow && container_is_running(c))
		return follow_file(rt, c, reader, o, err);
	return log_reader_copy(reader, o, err);
}

static int logs_of_guest(Runtime *rt, const Container *c, int dirfd, const LogsOptions *options,
			 LogOutput *o, Error **err)
{
	if (!c->racker.boot)
		return error_set(err, EINVAL,
				 "%s is not booted: it has neither a journal nor a console",
				 c->name);
	if (!options->console)
		return logs_from_guest(rt, c, options, o, err);
	if (options->journal || options->units || options->priority)
		return error_set(err, EINVAL,
				 "--boot shows the console, not the journal: it does not go with "
				 "--journal, --unit and --priority");
	return logs_from_console(rt, c, dirfd, options, o, err);
}

static int logs_of_command(Runtime *rt, const Container *c, int dirfd, const LogsOptions *options,
			   LogOutput *o, Error **err)
{
	const char *driver = log_driver_name(&c->host.log);

	if (streq(driver, "none"))
		return error_set(err, EOPNOTSUPP,
				 "configured logging driver does not support reading");
	if (c->racker.system)
		return logs_from_guest(rt, c, options, o, err);
	if (streq(driver, "journald"))
		return logs_from_journald(rt, c, options, o, err);
	return logs_from_file(rt, c, dirfd, options, o, err);
}

int container_logs(Runtime *rt, const char *name, const LogsOptions *options, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_log_output LogOutput output = { 0 };
	cleanup_free char *dir = NULL;
	cleanup_fd int fd = -1;
	int r = container_find(rt, name, &c, err);

	if (r >= 0)
		r = log_output_init(&output, options, err);
	if (r < 0)
		return r;
	dir = container_dir(c->id);
	fd = fs_open_dir(store_fd(rt->store), dir);
	if (fd < 0)
		return error_errno(err, -fd, "open %s/%s", rt->root, dir);
	if (options->journal || options->console || options->units || options->priority)
		r = logs_of_guest(rt, c, fd, options, &output, err);
	else
		r = logs_of_command(rt, c, fd, options, &output, err);
	return r < 0 ? r : 0;
}
