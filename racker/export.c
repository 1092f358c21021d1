#include <fcntl.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-export.h"
#include "racker/commands.h"
#include "racker/engine.h"

typedef struct ExportOptions {
	char *output;
} ExportOptions;

static const Flag options[] = {
	FLAG_STRING(ExportOptions, "output", 'o', output, "Write to a file, instead of STDOUT"),
	FLAG_END,
};

/* What docker's client says before it asks for anything. */
static int check_output(const char *path, Error **err)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *dir =
		slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path)) : xstrdup(".");
	struct stat st;

	if (stat(dir, &st) < 0 && errno == ENOENT)
		return error_set(err, ENOENT,
				 "failed to export container: invalid output path: directory "
				 "\"%s\" does not exist",
				 dir);
	if (stat(path, &st) == 0 && (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)))
		return error_set(err, EINVAL,
				 "failed to export container: invalid output path: \"%s\" must be "
				 "a directory or a regular file: got a device",
				 path);
	return 0;
}

/* The file appears when it is complete. */
static int export_to_file(Engine *e, const char *name, const char *path, Error **err)
{
	cleanup_free char *suffix = random_hex(10), *tmp = xasprintf("%s.tmp-%s", path, suffix);
	cleanup_fd int fd = -1;
	int r = check_output(path, err);

	if (r < 0)
		return r;
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_errno(err, errno, "create %s", tmp);
	r = container_export(e->rt, name, fd, err);
	if (r >= 0 && rename(tmp, path) < 0)
		r = error_errno(err, errno, "rename %s to %s", tmp, path);
	if (r < 0)
		(void)unlink(tmp);
	return r;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	const ExportOptions *o = opts;
	int r;

	if (str_empty(o->output) && isatty(1))
		return error_set(
			err, EINVAL,
			"cowardly refusing to save to a terminal. Use the -o flag or redirect");
	r = engine_open(cli, &engine, err);
	if (r < 0)
		return r;
	return str_empty(o->output) ? container_export(engine.rt, operands[0], 1, err)
				    : export_to_file(&engine, operands[0], o->output, err);
}

const Command command_export = {
	.name = "export",
	.aliases = "container export, export",
	.usage = "export [OPTIONS] CONTAINER",
	.summary = "Export a container's filesystem as a tar archive",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.options_size = sizeof(ExportOptions),
	.run = run,
};
