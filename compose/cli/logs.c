#include "compose/cli/streams.h"

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct LogsFlags {
	bool follow, no_color, no_log_prefix, timestamps, dry_run;
	int64_t index;
	char *since, *tail, *until;
} LogsFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(LogsFlags, "follow", 'f', follow, "Follow log output"),
	FLAG_INT(LogsFlags, "index", 0, index, "index of the container if service has multiple replicas"),
	FLAG_BOOL(LogsFlags, "no-color", 0, no_color, "Produce monochrome output"),
	FLAG_BOOL(LogsFlags, "no-log-prefix", 0, no_log_prefix, "Don't print prefix in logs"),
	FLAG_STRING(LogsFlags, "since", 0, since, "Show logs since timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)"),
	FLAG_STRING(LogsFlags, "tail", 'n', tail, "Number of lines to show from the end of the logs for each container", .fallback = "all"),
	FLAG_BOOL(LogsFlags, "timestamps", 't', timestamps, "Show timestamps"),
	FLAG_STRING(LogsFlags, "until", 0, until, "Show logs before a timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)"),
	COMPOSE_DRY_RUN(LogsFlags),
	FLAG_END,
};
/* clang-format on */

typedef struct LogsCommand {
	Loop *loop;
	Streams *streams;
} LogsCommand;

static void on_idle(void *userdata)
{
	loop_exit(((LogsCommand *)userdata)->loop, 0);
}

static void on_signal(const struct signalfd_siginfo *si, void *userdata)
{
	(void)si;
	loop_exit(((LogsCommand *)userdata)->loop, -ECANCELED);
}

static void on_ended(const Container *c, int64_t code, bool restarts, void *userdata)
{
	cleanup_free char *text = xasprintf("exited with code %lld%s", (long long)code,
					    restarts ? " (restarting)" : "");

	streams_status(((LogsCommand *)userdata)->streams, c, text);
}

static bool is_wanted(const LogsFlags *o, char *const *services, const Container *c)
{
	if (o->index > 0 && container_number(c) != o->index)
		return false;
	return !*services || strv_contains(services, container_label(c, LABEL_SERVICE));
}

/* Without -f one after the other, so that each one's lines stay together. */
static int show(ComposeCli *c, const LogsFlags *o, const StreamsOptions *shown,
		const Container **list, size_t n, Error **err)
{
	cleanup(loop_freep) Loop *loop = loop_new();
	LogsCommand command = { .loop = loop };
	StreamsOptions with = *shown;
	cleanup_streams Streams *streams = NULL;
	int r = 0;

	with.idle = on_idle;
	with.ended = on_ended;
	with.userdata = &command;
	command.streams = streams = streams_new(c->rt, loop, &with);
	for (size_t i = 0; i < n; i++)
		streams_name(streams, c->project.name, list[i]);
	for (size_t i = 0; i < n && r >= 0; i++)
		r = streams_add(streams, list[i], o->since, false, err);
	if (r < 0 || !n)
		return r;
	if (!loop_add_signal(loop, SIGINT, on_signal, &command) ||
	    !loop_add_signal(loop, SIGTERM, on_signal, &command))
		return error_errno(err, errno, "wait for signals");
	r = loop_run(loop);
	if (r == -ECANCELED)
		return error_set(err, ECANCELED, "canceled");
	return r < 0 ? error_errno(err, -r, "wait for containers") : 0;
}

static int show_containers(ComposeCli *c, const LogsFlags *o, char *const *services,
			   const ProjectContainers *all, Error **err)
{
	const Container **list = xnew0(const Container *, all->n + 1);
	StreamsOptions shown = { .color = !o->no_color && ansi_wanted(c->globals, 1),
				 .prefix = !o->no_log_prefix,
				 .timestamps = o->timestamps,
				 .follow = o->follow,
				 .merge = true,
				 .until = o->until,
				 .tail = o->tail };
	size_t n = 0;
	int r;

	for (size_t i = 0; i < all->n; i++)
		if (is_wanted(o, services, all->list[i]))
			list[n++] = all->list[i];
	if (!n && o->index > 0 && *services)
		r = error_set(err, ENOENT, "service \"%s\" is not running container #%lld",
			      services[0], (long long)o->index);
	else
		r = show(c, o, &shown, list, n, err);
	free(list);
	return r;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const LogsFlags *o = opts;
	cleanup_project_containers ProjectContainers all = { 0 };
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Running", operands, err);

	if (r >= 0)
		r = compose_cli_services(&c, operands, err);
	if (r >= 0)
		r = project_containers(c.rt, c.project.name, CONTAINERS_SERVICES, &all, err);
	if (r >= 0)
		r = show_containers(&c, o, operands, &all, err);
	return compose_cli_result(&c, r, err);
}

const Command command_compose_logs = {
	.name = "logs",
	.usage = "logs [OPTIONS] [SERVICE...]",
	.summary = "View output from containers",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(LogsFlags),
	.run = run,
};
