#include "compose/cli/cli.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct PushFlags {
	bool ignore_push_failures, include_deps, quiet, dry_run;
} PushFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(PushFlags, "ignore-push-failures", 0, ignore_push_failures, "Push what it can and ignores images with push failures"),
	FLAG_BOOL(PushFlags, "include-deps", 0, include_deps, "Also push images of services declared as dependencies"),
	FLAG_BOOL(PushFlags, "quiet", 'q', quiet, "Push without printing progress information"),
	COMPOSE_DRY_RUN(PushFlags),
	FLAG_END,
};
/* clang-format on */

/* Nothing is built here, so there is nothing to push; images that were made elsewhere are there. */
static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const PushFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_PROJECT, "Pushing", operands, err);

	if (r >= 0)
		r = compose_cli_select(&c, operands, !*operands || o->include_deps, err);
	for (size_t i = 0; r >= 0 && i < c.project.n_services; i++) {
		const Service *s = &c.project.services[i];
		const WorkEvent skipped = { .id = s->name, .text = "Skipped", .status = WORK_DONE };

		if (s->build && !str_empty(s->image) && !o->ignore_push_failures)
			r = error_set(err, ENOTSUP, "service \"%s\": racker cannot push images yet",
				      s->name);
		else if (!o->quiet)
			display_event(&skipped, c.display);
	}
	return compose_cli_result(&c, r, err);
}

const Command command_compose_push = {
	.name = "push",
	.usage = "push [OPTIONS] [SERVICE...]",
	.summary = "Push service images",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(PushFlags),
	.run = run,
};
