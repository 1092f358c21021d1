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

/* What cannot be replaced by a regular file, in the words of docker's client. */
static int check_replaced(const char *path, Error **err)
{
	static const struct {
		mode_t type;
		const char *words;
	} kinds[] = {
		{ S_IFDIR, "a directory" },
		{ S_IFLNK, "a symbolic link directly" },
		{ S_IFIFO, "a named pipe (FIFO)" },
		{ S_IFSOCK, "a socket" },
		{ S_IFCHR, "a character device file" },
		{ S_IFBLK, "a block device file" },
	};
	struct stat st;

	if (lstat(path, &st) < 0)
		return 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((st.st_mode & S_IFMT) == kinds[i].type)
			return error_set(err, EINVAL, "cannot write to %s", kinds[i].words);
	return 0;
}

static int check_output(const char *path, Error **err)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *dir =
		slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path)) : xstrdup(".");
	struct stat st;
	int r = 0;

	if (stat(dir, &st) < 0)
		r = error_go(err, errno, "stat", dir);
	else if (!S_ISDIR(st.st_mode))
		r = error_go(err, ENOTDIR, "stat", dir);
	r = r < 0 ? error_prefix(err, r, "invalid output path") : check_replaced(path, err);
	return r < 0 ? error_prefix(err, r, "failed to export container") : 0;
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
