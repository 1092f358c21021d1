#include "compose/watch.h"

#include <fcntl.h>

#include "compose/hooks.h"
#include "compose/labels.h"
#include "compose/watch-tree.h"
#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/loop.h"
#include "libcommon/str.h"
#include "librunner/container-copy.h"
#include "librunner/container-root.h"
#include "librunner/root-path.h"

/* Changes come in bursts. */
#define QUIET_USEC 150000
#define DIRECTORY_MODE 0755

typedef struct Watch Watch;

typedef struct Rule {
	Watch *watch;
	const Service *service;
	const ServiceWatch *rule;
	WatchTree *tree;
	LoopSource *timer;
	char **changed;
} Rule;

struct Watch {
	Compose *compose;
	const WatchOptions *options;
	Loop *loop;
	Rule **rules;
	size_t n, cap;
};

static void tell(const Rule *r, const char *line)
{
	r->watch->options->tell(line, r->watch->options->userdata);
}

/* ---- files ---- */

static int remove_in(int root, const char *path)
{
	cleanup_free char *dir = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	cleanup_fd int fd = fs_open_in_root(root, *dir ? dir : "/", O_RDONLY | O_DIRECTORY, 0);

	return fd < 0 ? fd : fs_remove_tree(fd, strrchr(path, '/') + 1);
}

/* The file's directory is made where it is missing. */
static int make_parent(int root, const char *path)
{
	cleanup_free char *dir = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	cleanup_fd int fd = *dir ? root_make_dir(root, dir, DIRECTORY_MODE) : -1;

	return *dir && fd < 0 ? fd : 0;
}

static int sync_file(Runtime *rt, const Container *c, const char *from, const char *to, Error **err)
{
	cleanup_container_root ContainerRoot root = CONTAINER_ROOT_INIT;
	const CopyOptions copy = { 0 };
	cleanup_free char *shown = NULL;
	struct stat st;
	int64_t size;
	int r = container_root_open(rt, c, ROOT_WRITE, &root, err);

	if (r < 0)
		return r;
	if (lstat(from, &st) < 0) {
		r = remove_in(root.fd, to);
		return r < 0 && r != -ENOENT ? error_errno(err, -r, "remove %s", to) : 0;
	}
	r = make_parent(root.fd, to);
	container_root_close(&root);
	if (r < 0)
		return error_errno(err, -r, "make the directory of %s", to);
	return container_copy_to(rt, c->id, to, from, &copy, &shown, &size, err);
}

static int sync_all(const Rule *rule, const ProjectContainers *all, Error **err)
{
	const ServiceWatch *w = rule->rule;
	int r = 0;

	for (size_t i = 0; i < all->n; i++)
		for (char **it = rule->changed; it && *it && r >= 0; it++) {
			cleanup_free char *from =
				**it ? xasprintf("%s/%s", w->path, *it) : xstrdup(w->path);
			cleanup_free char *to =
				**it ? xasprintf("%s/%s", w->target, *it) : xstrdup(w->target);

			if (container_of_service(all->list[i], rule->service->name))
				r = sync_file(rule->watch->compose->rt, all->list[i], from, to,
					      err);
		}
	return r;
}

/* ---- actions ---- */

static int run_command(const Rule *rule, const ProjectContainers *all, Error **err)
{
	const ServiceHook *hook = &rule->rule->exec;
	const ExecOptions exec = {
		.argv = hook->command,
		.env = hook->environment,
		.user = hook->user,
		.working_dir = hook->working_dir,
		.privileged = hook->privileged,
		.detach = true,
	};
	int r = 0;

	for (size_t i = 0; i < all->n && r >= 0 && hook->command; i++)
		if (container_of_service(all->list[i], rule->service->name))
			r = container_exec(rule->watch->compose->rt, all->list[i]->id, &exec, NULL,
					   err);
	return r;
}

static int restart(const Rule *rule, const ProjectContainers *all, Error **err)
{
	char *services[] = { rule->service->name, NULL };
	const ActOptions act = { .kind = ACT_RESTART, .services = services, .timeout = -1 };

	return compose_act(rule->watch->compose, &act, all, err);
}

static int act(const Rule *rule, Error **err)
{
	cleanup_project_containers ProjectContainers all = { 0 };
	Compose *c = rule->watch->compose;
	const char *action = rule->rule->action;
	int r = project_containers(c->rt, c->project->name,
				   CONTAINERS_SERVICES | CONTAINERS_RUNNING, &all, err);

	if (r >= 0 && startswith(action, "sync"))
		r = sync_all(rule, &all, err);
	if (r >= 0 && streq(action, "sync+exec"))
		r = run_command(rule, &all, err);
	if (r >= 0 && endswith(action, "restart"))
		r = restart(rule, &all, err);
	return r;
}

/* After the last change, and a moment of peace. */
static void on_quiet(void *userdata)
{
	Rule *rule = userdata;
	cleanup_free char *line =
		xasprintf("Syncing \"%s\" after changes were detected", rule->service->name);
	cleanup_error Error *e = NULL;

	if (!rule->changed)
		return;
	tell(rule, line);
	if (act(rule, &e) < 0)
		log_warning("service \"%s\": %s", rule->service->name,
			    e ? e->msg : "unknown error");
	rule->changed = strv_free(rule->changed);
}

static void on_change(int fd, uint32_t events, void *userdata)
{
	Rule *rule = userdata;
	cleanup_error Error *e = NULL;

	(void)fd;
	(void)events;
	if (watch_tree_read(rule->tree, &rule->changed, &e) < 0)
		log_warning("%s", e->msg);
	if (rule->changed)
		loop_source_rearm(rule->timer, QUIET_USEC);
}

/* ---- rules ---- */

static int add_rule(Watch *w, const Service *s, const ServiceWatch *rule, Error **err)
{
	Rule *r;

	if (streq(rule->action, "rebuild")) {
		log_warning("service \"%s\": changes of %s are not acted upon: racker cannot "
			    "build yet",
			    s->name, rule->path);
		return 0;
	}
	r = xnew0(Rule, 1);
	GROW(w->rules, w->n, &w->cap);
	*r = (Rule){ .watch = w, .service = s, .rule = rule };
	w->rules[w->n++] = r;
	return watch_tree_open(rule->path, rule->ignore, &r->tree, err);
}

static int add_rules(Watch *w, Error **err)
{
	const Project *p = w->compose->project;
	char *const *services = w->options->services;
	int r = 0;

	for (size_t i = 0; i < p->n_services; i++) {
		const Service *s = &p->services[i];

		if (!s->develop || (services && *services && !strv_contains(services, s->name)))
			continue;
		for (size_t k = 0; k < s->develop->n_watch && r >= 0; k++)
			r = add_rule(w, s, &s->develop->watch[k], err);
	}
	if (r >= 0 && !w->n)
		r = error_set(err, EINVAL,
			      "none of the selected services is configured for watch, consider "
			      "setting an 'develop' section");
	return r;
}

static void on_signal(const struct signalfd_siginfo *si, void *userdata)
{
	(void)si;
	loop_exit(((Watch *)userdata)->loop, -ECANCELED);
}

static int watch_run(Watch *w, Error **err)
{
	int r = add_rules(w, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < w->n; i++) {
		Rule *rule = w->rules[i];

		rule->timer = loop_add_timer(w->loop, UINT64_MAX, on_quiet, rule);
		if (!rule->timer ||
		    !loop_add_fd(w->loop, watch_tree_fd(rule->tree), EPOLLIN, on_change, rule))
			return error_errno(err, errno, "wait for changes");
	}
	if (!loop_add_signal(w->loop, SIGINT, on_signal, w) ||
	    !loop_add_signal(w->loop, SIGTERM, on_signal, w))
		return error_errno(err, errno, "wait for signals");
	w->options->tell("Watch enabled", w->options->userdata);
	r = loop_run(w->loop);
	return r == -ECANCELED ? error_set(err, ECANCELED, "canceled")
			       : error_errno(err, -r, "wait for changes");
}

int compose_watch(Compose *c, const WatchOptions *o, Error **err)
{
	Watch w = { .compose = c, .options = o, .loop = loop_new() };
	int r = watch_run(&w, err);

	loop_free(w.loop);
	for (size_t i = 0; i < w.n; i++) {
		watch_tree_free(w.rules[i]->tree);
		strv_free(w.rules[i]->changed);
		free(w.rules[i]);
	}
	free(w.rules);
	return r;
}
