#include "compose/cli/cli.h"

typedef struct BuildFlags {
	char **build_arg;
	char *builder, *memory, *ssh, *progress;
	bool no_cache, pull, push, quiet, with_dependencies, dry_run, compress, force_rm, no_rm,
		parallel;
} BuildFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_LIST_OF(BuildFlags, "build-arg", 0, "stringArray", build_arg, "Set build-time variables for services"),
	FLAG_STRING(BuildFlags, "builder", 0, builder, "Set builder to use"),
	FLAG_ROW(BuildFlags, "memory", 'm', FLAG_STRING, "bytes", memory, char *, "Set memory limit for the build container. Not supported by BuildKit."),
	FLAG_BOOL(BuildFlags, "no-cache", 0, no_cache, "Do not use cache when building the image"),
	FLAG_BOOL(BuildFlags, "pull", 0, pull, "Always attempt to pull a newer version of the image"),
	FLAG_BOOL(BuildFlags, "push", 0, push, "Push service images"),
	FLAG_BOOL(BuildFlags, "quiet", 'q', quiet, "Don't print anything to STDOUT"),
	FLAG_STRING(BuildFlags, "ssh", 0, ssh, "Set SSH authentications used when building service images. (use 'default' for using your default SSH Agent)"),
	FLAG_BOOL(BuildFlags, "with-dependencies", 0, with_dependencies, "Also build dependencies (transitively)"),
	COMPOSE_DRY_RUN(BuildFlags),
	FLAG_BOOL(BuildFlags, "compress", 0, compress, "Compress the build context using gzip. DEPRECATED", .hidden = true),
	FLAG_BOOL(BuildFlags, "force-rm", 0, force_rm, "Always remove intermediate containers. DEPRECATED", .hidden = true),
	FLAG_BOOL(BuildFlags, "no-rm", 0, no_rm, "Do not remove intermediate containers after a successful build. DEPRECATED", .hidden = true),
	FLAG_BOOL(BuildFlags, "parallel", 0, parallel, "Build images in parallel. DEPRECATED", .hidden = true),
	FLAG_STRING(BuildFlags, "progress", 0, progress, "Set type of ui output (auto, tty, plain, quiet)", .hidden = true),
	FLAG_END,
};
/* clang-format on */

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const BuildFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_PROJECT, "Building", operands, err);

	if (r >= 0)
		r = compose_cli_select(&c, operands, o->with_dependencies || !*operands, err);
	for (size_t i = 0; r >= 0 && i < c.project.n_services; i++) {
		if (!c.project.services[i].build)
			continue;
		cli->failure_status = STATUS_BUILD;
		r = compose_build_refused(&c.project.services[i], err);
	}
	return compose_cli_result(&c, r, err);
}

const Command command_compose_build = {
	.name = "build",
	.usage = "build [OPTIONS] [SERVICE...]",
	.summary = "Build or rebuild services",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(BuildFlags),
	.run = run,
};
