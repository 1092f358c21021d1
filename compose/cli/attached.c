#include "compose/cli/attached.h"

#include "compose/cli/phase.h"
#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/container-state.h"

typedef struct Attached {
	ComposeCli *c;
	const AttachedOptions *options;
	Loop *loop;
	Streams *streams;
	ProjectContainers containers;
	char *begun; /* when, as --since takes it */
	Phase *start, *stop, *kill, *watch;
	bool started, stopping, canceled;
	int status;
	Error *error;
} Attached;

/* ---- what is shown ---- */

static bool is_shown(const Attached *a, const Container *c)
{
	const char *service = container_label(c, LABEL_SERVICE);
	const Service *s = project_service(&a->c->project, service);

	if (a->options->attach && !strv_contains(a->options->attach, service))
		return false;
	return !strv_contains(a->options->no_attach, service) && s && s->attach;
}

static void tell_attaching(Attached *a)
{
	cleanup_strv char **names = NULL;
	cleanup_free char *text = NULL;

	for (size_t i = 0; i < a->containers.n; i++) {
		const Container *c = a->containers.list[i];

		if (!project_service(&a->c->project, container_label(c, LABEL_SERVICE)) ||
		    !is_shown(a, c))
			continue;
		streams_name(a->streams, a->c->project.name, c);
		strv_add(&names, short_name(a->c->project.name, c));
	}
	text = names ? strv_join(names, ", ") : xstrdup("");
	printf("Attaching to %s\n", text);
	(void)fflush(stdout);
}

static bool never_ran(const Container *c)
{
	return str_empty(c->state.started_at) || streq(c->state.started_at, TIMESTAMP_ZERO);
}

static void follow(Attached *a, const Container *c)
{
	cleanup_error Error *err = NULL;

	if (streams_add(a->streams, c, never_ran(c) ? NULL : a->begun, !is_shown(a, c), &err) < 0)
		cli_print_error(a->c->cli, err);
}

/* ---- ends ---- */

static void end_if_over(Attached *a)
{
	if (a->started && !a->stopping && streams_active(a->streams) == 0)
		loop_exit(a->loop, 0);
}

static int work_stop(ComposeCli *c, const void *data, Error **err)
{
	const Attached *a = data;
	cleanup_strv char **services = NULL;
	ActOptions o = { .kind = ACT_STOP, .timeout = a->options->timeout };

	/* Those that were chosen: others of the project go on. */
	for (size_t i = 0; i < c->project.n_services; i++)
		strv_add(&services, c->project.services[i].name);
	o.services = services;
	return compose_act(&c->engine, &o, &a->containers, err);
}

static int work_kill(ComposeCli *c, const void *data, Error **err)
{
	cleanup_project_containers ProjectContainers running = { 0 };
	cleanup_strv char **services = NULL;
	ActOptions o = { .kind = ACT_KILL };
	int r = project_containers(c->rt, c->project.name, CONTAINERS_SERVICES | CONTAINERS_RUNNING,
				   &running, err);

	(void)data;
	for (size_t i = 0; i < c->project.n_services; i++)
		strv_add(&services, c->project.services[i].name);
	o.services = services;
	return r < 0 ? r : compose_act(&c->engine, &o, &running, err);
}

static void on_stopped(const Error *error, void *userdata)
{
	Attached *a = userdata;

	if (error && !a->error && !a->kill)
		(void)error_set(&a->error, error->errnum, "%s", error->msg);
	loop_exit(a->loop, 0);
}

static void on_killed(const Error *error, void *userdata)
{
	(void)error;
	(void)userdata;
}

static void stop_all(Attached *a)
{
	const PhaseSpec spec = { .work = work_stop,
				 .data = a,
				 .show = true,
				 .stubborn = true,
				 .done = on_stopped,
				 .userdata = a };

	a->stopping = true;
	phase_cancel(a->watch);
	phase_cancel(a->start);
	a->stop = phase_start(a->c, a->loop, &spec, &a->error);
	if (!a->stop)
		loop_exit(a->loop, 0);
}

static void kill_all(Attached *a)
{
	const PhaseSpec spec = { .work = work_kill,
				 .data = a,
				 .show = true,
				 .stubborn = true,
				 .done = on_killed,
				 .userdata = a };

	if (!a->kill)
		a->kill = phase_start(a->c, a->loop, &spec, NULL);
}

static void on_signal(const struct signalfd_siginfo *si, void *userdata)
{
	Attached *a = userdata;

	(void)si;
	if (a->stopping) {
		kill_all(a);
		return;
	}
	a->canceled = true;
	(void)fputs("Gracefully stopping... (press Ctrl+C again to force)\n", stderr);
	stop_all(a);
}

static void on_container_ended(const Container *c, int64_t code, bool restarts, void *userdata)
{
	Attached *a = userdata;
	const AttachedOptions *o = a->options;
	cleanup_free char *text = xasprintf("exited with code %lld%s", (long long)code,
					    restarts ? " (restarting)" : "");
	bool ours = o->exit_code_from && container_of_service(c, o->exit_code_from);

	streams_status(a->streams, c, text);
	if (ours)
		a->status = (int)code;
	if (!o->abort_on_exit || restarts || a->stopping)
		return;
	if (!o->exit_code_from)
		a->status = (int)code;
	(void)fputs("Aborting on container exit...\n", stderr);
	stop_all(a);
}

static void on_idle(void *userdata)
{
	end_if_over(userdata);
}

/* ---- the start ---- */

static int work_start(ComposeCli *c, const void *data, Error **err)
{
	const Attached *a = data;

	return compose_start(&c->engine, &a->options->start, err);
}

static void on_started(const char *id, const char *detail, void *userdata)
{
	Attached *a = userdata;

	if (!streq(detail, "Started"))
		return;
	for (size_t i = 0; i < a->containers.n; i++) {
		cleanup_free char *title = container_title(a->containers.list[i]);

		if (streq(title, id))
			follow(a, a->containers.list[i]);
	}
}

static void on_watch_ended(const Error *error, void *userdata)
{
	Attached *a = userdata;

	if (error && error->errnum != ECANCELED && !a->stopping)
		log_warning("%s", error->msg);
}

static void watch_files(Attached *a)
{
	const PhaseSpec spec = {
		.work = compose_cli_watch, .show = true, .done = on_watch_ended, .userdata = a
	};

	a->watch = phase_start(a->c, a->loop, &spec, NULL);
}

static void on_all_started(const Error *error, void *userdata)
{
	Attached *a = userdata;

	a->started = true;
	if (!error && a->options->watch)
		watch_files(a);
	if (error && !a->stopping) {
		(void)error_set(&a->error, error->errnum, "%s", error->msg);
		loop_exit(a->loop, 0);
		return;
	}
	end_if_over(a);
}

static int attached_run(Attached *a, Error **err)
{
	const PhaseSpec spec = { .work = work_start,
				 .data = a,
				 .event = on_started,
				 .done = on_all_started,
				 .userdata = a };
	int r;

	if (!loop_add_signal(a->loop, SIGINT, on_signal, a) ||
	    !loop_add_signal(a->loop, SIGTERM, on_signal, a))
		return error_errno(err, errno, "wait for signals");
	for (size_t i = 0; i < a->containers.n; i++)
		if (container_is_running(a->containers.list[i]) &&
		    project_service(&a->c->project,
				    container_label(a->containers.list[i], LABEL_SERVICE)))
			follow(a, a->containers.list[i]);
	a->start = phase_start(a->c, a->loop, &spec, err);
	if (!a->start)
		return -EIO;
	r = loop_run(a->loop);
	if (a->error)
		return error_propagate(err, steal(&a->error));
	if (a->canceled)
		return error_set(err, ECANCELED, "canceled");
	return r < 0 ? error_errno(err, -r, "wait for containers") : a->status;
}

int compose_attached(ComposeCli *c, const AttachedOptions *o, Error **err)
{
	cleanup(loop_freep) Loop *loop = loop_new();
	Attached a = { .c = c, .options = o, .loop = loop };
	const StreamsOptions show = { .color = o->color,
				      .prefix = o->prefix,
				      .timestamps = o->timestamps,
				      .follow = true,
				      .ended = on_container_ended,
				      .idle = on_idle,
				      .userdata = &a };
	int r;

	a.streams = streams_new(c->rt, loop, &show);
	a.begun = timestamp_text(timestamp_current());
	r = project_containers(c->rt, c->project.name, CONTAINERS_SERVICES, &a.containers, err);
	if (r >= 0) {
		tell_attaching(&a);
		r = attached_run(&a, err);
	}
	phase_cancel(a.watch);
	phase_free(a.watch);
	phase_free(a.start);
	phase_free(a.stop);
	phase_free(a.kill);
	streams_free(a.streams);
	project_containers_clear(&a.containers);
	free(a.begun);
	error_free(a.error);
	return r;
}
