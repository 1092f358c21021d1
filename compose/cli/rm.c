#include "compose/cli/cli.h"

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"

typedef struct RmFlags {
	bool force, stop, volumes, dry_run, all;
} RmFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(RmFlags, "force", 'f', force, "Don't ask to confirm removal"),
	FLAG_BOOL(RmFlags, "stop", 's', stop, "Stop the containers, if required, before removing"),
	FLAG_BOOL(RmFlags, "volumes", 'v', volumes, "Remove any anonymous volumes attached to containers"),
	COMPOSE_DRY_RUN(RmFlags),
	FLAG_BOOL(RmFlags, "all", 'a', all, "Deprecated - no effect", .hidden = true),
	FLAG_END,
};
/* clang-format on */

/* Which of them go: what does not run, or all with --stop. */
static size_t choose(const RmFlags *o, char *const *services, ProjectContainers *all,
		     ProjectContainers *ret)
{
	for (size_t i = 0; i < all->n; i++) {
		Container *c = all->list[i];

		if (*services && !strv_contains(services, container_label(c, LABEL_SERVICE)))
			continue;
		if (!o->stop && container_is_running(c))
			continue;
		ret->list[ret->n++] = c;
	}
	return ret->n;
}

static bool confirm(const RmFlags *o, const ProjectContainers *chosen)
{
	cleanup_strv char **names = NULL;
	cleanup_free char *text = NULL;
	char answer[8] = "";

	for (size_t i = 0; i < chosen->n; i++)
		strv_add(&names, chosen->list[i]->name);
	text = strv_join(names, ", ");
	printf("%sGoing to remove %s\n", "", text);
	(void)fflush(stdout);
	if (o->force)
		return true;
	printf("Are you sure? [yN] ");
	(void)fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
}

static int rm(ComposeCli *c, const RmFlags *o, char *const *operands, Error **err)
{
	cleanup_project_containers ProjectContainers all = { 0 };
	ProjectContainers chosen = { 0 };
	const ActOptions remove = { .kind = ACT_REMOVE, .volumes = o->volumes };
	const ActOptions stop = { .kind = ACT_STOP, .services = operands, .timeout = -1 };
	int r = project_containers(c->rt, c->project.name, CONTAINERS_SERVICES, &all, err);

	if (r >= 0 && o->stop)
		r = compose_act(&c->engine, &stop, &all, err);
	if (r < 0)
		return r;
	chosen.list = xnew0(Container *, all.n + 1);
	if (!choose(o, operands, &all, &chosen)) {
		(void)fputs("No stopped containers\n", stderr);
	} else if (confirm(o, &chosen)) {
		display_finish(c->display);
		r = compose_act(&c->engine, &remove, &chosen, err);
	}
	free(chosen.list);
	return r;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const RmFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Removing", operands, err);

	if (r >= 0)
		r = compose_cli_services(&c, operands, err);
	return r < 0 ? r : compose_cli_result(&c, rm(&c, o, operands, err), err);
}

const Command command_compose_rm = {
	.name = "rm",
	.usage = "rm [OPTIONS] [SERVICE...]",
	.summary = "Removes stopped service containers",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(RmFlags),
	.run = run,
};
