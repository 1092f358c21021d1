#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "librunner/container-copy.h"
#include "racker/commands.h"
#include "racker/engine.h"

typedef struct CpOptions {
	bool archive, follow_link, quiet;
} CpOptions;

static const Flag options[] = {
	FLAG_BOOL(CpOptions, "archive", 'a', archive,
		  "Archive mode (copy all uid/gid information)"),
	FLAG_BOOL(CpOptions, "follow-link", 'L', follow_link,
		  "Always follow symbol link in SRC_PATH"),
	FLAG_BOOL(CpOptions, "quiet", 'q', quiet,
		  "Suppress progress output during copy. Progress\n"
		  "output is automatically suppressed if no terminal\n"
		  "is attached"),
	FLAG_END,
};

/* CONTAINER:PATH; what begins with a slash or a dot is a path of the host's, whatever colons it
 * has. *ret_container is NULL for those. */
static const char *split_operand(const char *operand, char **ret_container)
{
	const char *colon = strchr(operand, ':');

	if (*operand == '/' || *operand == '.' || !colon)
		return operand;
	if (colon > operand)
		*ret_container = xstrndup(operand, (size_t)(colon - operand));
	return colon + 1;
}

static int copy(Runtime *rt, const CpOptions *o, char **operands, char **ret_shown,
		int64_t *ret_size, Error **err)
{
	const CopyOptions c = { .archive = o->archive, .follow_link = o->follow_link };
	cleanup_free char *from = NULL, *to = NULL;
	const char *source = split_operand(operands[0], &from);
	const char *target = split_operand(operands[1], &to);

	if (from && to)
		return error_set(err, EINVAL, "copying between containers is not supported");
	if (!from && !to)
		return error_set(err, EINVAL, "must specify at least one container source");
	if (from && streq(target, "-"))
		return container_copy_to_tar(rt, from, source, &c, err);
	if (from)
		return container_copy_from(rt, from, source, target, &c, ret_shown, ret_size, err);
	if (streq(source, "-"))
		return container_copy_from_tar(rt, to, target, &c, err);
	return container_copy_to(rt, to, target, source, &c, ret_shown, ret_size, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	const CpOptions *o = opts;
	cleanup_free char *shown = NULL, *size = NULL;
	int64_t bytes = 0;
	bool quiet = flags_given(cli->parsed, "quiet") ? o->quiet : !isatty(1);
	int r;

	if (!*operands[0])
		return error_set(err, EINVAL, "source can not be empty");
	if (!*operands[1])
		return error_set(err, EINVAL, "destination can not be empty");
	r = engine_open(cli, &engine, err);
	if (r >= 0)
		r = copy(engine.rt, o, operands, &shown, &bytes, err);
	if (r < 0 || quiet || !shown)
		return r;
	size = human_size_precision((double)bytes, 3);
	fprintf(stderr, "Successfully copied %s to %s\n", size, shown);
	return 0;
}

const Command command_cp = {
	.name = "cp",
	.aliases = "container cp, cp",
	.usage = "cp [OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n"
		 "cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
	.summary = "Copy files/folders between a container and the local filesystem",
	.description = "Copy files/folders between a container and the local filesystem\n\n"
		       "Use '-' as the source to read a tar archive from stdin\n"
		       "and extract it to a directory destination in a container.\n"
		       "Use '-' as the destination to stream a tar archive of a\n"
		       "container source to stdout.",
	.min_args = 2,
	.max_args = 2,
	.options = options,
	.options_size = sizeof(CpOptions),
	.run = run,
};
