#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/reference.h"
#include "racker/commands.h"
#include "racker/engine.h"

typedef struct PullCommandOptions {
	bool quiet;
	char *platform;
} PullCommandOptions;

static const Flag options[] = {
	FLAG_STRING(PullCommandOptions, "platform", 0, platform,
		    "Set platform if server is multi-platform capable"),
	FLAG_BOOL(PullCommandOptions, "quiet", 'q', quiet, "Suppress verbose output"),
	FLAG_END,
};

static bool is_label(const char *name)
{
	cleanup_catalogue Catalogue *catalogue = NULL;

	return catalogue_load(&catalogue, NULL) >= 0 && catalogue_find(catalogue, name);
}

/* Neither tag nor digest: a colon before the last slash is a port. */
static bool lacks_tag(const char *name)
{
	const char *slash = strrchr(name, '/');

	return !strchr(name, '@') && !strchr(slash ? slash : name, ':');
}

/* The name in full, which is the last line of the output; labels stay what they are. */
static int full_name(const char *name, bool quiet, char **ret, Error **err)
{
	cleanup_reference Reference *ref = NULL;
	int r;

	if (is_label(name)) {
		*ret = xstrdup(name);
		return 0;
	}
	r = reference_parse(name, &ref, err);
	if (r < 0)
		return r;
	if (lacks_tag(name) && !quiet) {
		puts("Using default tag: latest");
		(void)fflush(stdout);
	}
	*ret = reference_canonical(ref);
	return 0;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	const PullCommandOptions *o = opts;
	cleanup_image Image *image = NULL;
	cleanup_free char *name = NULL;
	PullOptions pull = { .name = operands[0], .platform = o->platform };
	int r = engine_open(cli, &engine, err);

	if (r >= 0)
		r = full_name(operands[0], o->quiet, &name, err);
	if (r < 0)
		return r;
	engine.progress_fd = 1;
	engine.quiet = o->quiet;
	pull.config_dir = cli->config_dir;
	pull.debug = cli->debug;
	pull.progress = engine.rt->progress;
	pull.userdata = &engine;
	r = image_pull(engine.rt->store, &pull, &image, err);
	engine_finish_progress(&engine);
	if (r < 0)
		return r;
	puts(name);
	return 0;
}

const Command command_pull = {
	.name = "pull",
	.aliases = "image pull, pull",
	.usage = "pull [OPTIONS] NAME[:TAG|@DIGEST]",
	.summary = "Download an image from a registry",
	.flags = COMMAND_COMMON,
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.options_size = sizeof(PullCommandOptions),
	.run = run,
};
