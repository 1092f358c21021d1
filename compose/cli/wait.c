#include "compose/cli/cli.h"

#include <time.h>

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"

/* States are small files. */
#define POLL_NSEC 50000000

typedef struct WaitFlags {
	bool down_project, dry_run;
} WaitFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(WaitFlags, "down-project", 0, down_project, "Drops project when the first container stops"),
	COMPOSE_DRY_RUN(WaitFlags),
	FLAG_END,
};
/* clang-format on */

static int64_t ended_code(Runtime *rt, const Container *c, bool *ret_ended)
{
	ContainerState state = { 0 };
	int64_t code = 0;

	*ret_ended = container_state_load(rt, c->id, &state, NULL) < 0 ||
		     !container_status_is_alive(state.status);
	code = state.exit_code;
	json_clear(&container_state_type, &state);
	return code;
}

/* The first one that has ended, with its exit status. */
static const Container *wait_first(Runtime *rt, const ProjectContainers *all, char *const *services,
				   int64_t *ret_code)
{
	for (;;) {
		for (size_t i = 0; i < all->n; i++) {
			bool ended;

			if (!strv_contains(services, container_label(all->list[i], LABEL_SERVICE)))
				continue;
			*ret_code = ended_code(rt, all->list[i], &ended);
			if (ended)
				return all->list[i];
		}
		(void)nanosleep(&(struct timespec){ .tv_nsec = POLL_NSEC }, NULL);
	}
}

static int wait_for(ComposeCli *c, const WaitFlags *o, char *const *services, Error **err)
{
	cleanup_project_containers ProjectContainers all = { 0 };
	const DownOptions down = { .timeout = -1 };
	const Container *first;
	bool any = false, nothing;
	int64_t code;
	int r = project_containers(c->rt, c->project.name, CONTAINERS_SERVICES, &all, err);

	for (size_t i = 0; i < all.n; i++)
		any |= strv_contains(services, container_label(all.list[i], LABEL_SERVICE));
	if (r >= 0 && !any)
		r = error_set(err, ENOENT, "no containers for project \"%s\"", c->project.name);
	if (r < 0)
		return r;
	first = wait_first(c->rt, &all, services, &code);
	printf("container \"%s\" exited with status code %lld\n", first->id, (long long)code);
	(void)fflush(stdout);
	if (o->down_project)
		r = compose_down(&c->engine, &down, &nothing, err);
	return r < 0 ? r : (int)code;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const WaitFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Running", NULL, err);

	return r < 0 ? r : compose_cli_result(&c, wait_for(&c, o, operands, err), err);
}

const Command command_compose_wait = {
	.name = "wait",
	.usage = "wait SERVICE [SERVICE...] [OPTIONS]",
	.summary = "Block until the first service container stops",
	.min_args = 1,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(WaitFlags),
	.run = run,
};
