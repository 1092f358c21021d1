/*
 * racker-image: the program that touches what others send. It runs for one piece of work, tells
 * its progress in Docker's JSON lines on a descriptor, and ends.
 *
 *	racker-image pull --root DIR [--platform P] [--config DIR] [--debug] NAME
 *	racker-image create --name NAME --as NAME    a directory (descriptor 4) as a tar to stdout
 *	racker-image extract [--owner UID:GID] DIR   a tar from stdin into DIR of a root (4)
 *	racker-image commit --root DIR [--name .]    an image by the request on stdin; with --name,
 *	                                             descriptor 4 is the upper directory
 *
 * All take [--progress-fd N].
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "libcommon/cli/flags.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "libimage/commit.h"
#include "libimage/helper-client.h"
#include "libimage/http.h"
#include "libimage/pull.h"
#include "libimage/tar-extract.h"
#include "libimage/tar-write.h"

typedef struct HelperOptions {
	char *root, *platform, *config, *name, *as, *owner;
	int64_t progress_fd;
	bool debug;
} HelperOptions;

/* clang-format off */
static const Flag flags[] = {
	FLAG_STRING(HelperOptions, "root", 0, root, "State directory"),
	FLAG_INT(HelperOptions, "progress-fd", 0, progress_fd, "Where progress goes"),
	FLAG_STRING(HelperOptions, "platform", 0, platform, "OS/ARCH[/VARIANT]"),
	FLAG_STRING(HelperOptions, "config", 0, config, "Location of docker's configuration"),
	FLAG_STRING(HelperOptions, "name", 0, name, "Entry of the directory"),
	FLAG_STRING(HelperOptions, "as", 0, as, "Its name in the archive"),
	FLAG_STRING(HelperOptions, "owner", 0, owner, "Who owns what is unpacked"),
	FLAG_BOOL(HelperOptions, "debug", 'D', debug, "Log requests"),
	FLAG_END
};
/* clang-format on */

static void options_clear(HelperOptions *o)
{
	flags_clear(flags, o);
}

/* ---- pull ---- */

static int pull(const HelperOptions *o, const char *name, PullProgress *progress, Error **err)
{
	PullRequest q = { .name = name, .platform = o->platform, .config_dir = o->config };
	cleanup_store Store *store = NULL;
	cleanup_free char *id = NULL;
	int r = store_open(o->root, &store, err);

	if (r < 0)
		return r;
	http_global_init();
	r = pull_image(store, &q, progress, &id, err);
	if (r < 0)
		return r;
	pull_progress_result(progress, id);
	return 0;
}

/* ---- archives ---- */

static int to_stdout(void *userdata, const void *data, size_t n)
{
	(void)userdata;
	return fd_write_all(1, data, n);
}

static int create(const HelperOptions *o, const char *operand, PullProgress *progress, Error **err)
{
	const TarWriteOptions w = { .name = o->name, .as = o->as };

	(void)operand;
	(void)progress;
	return tar_write(HELPER_FIRST_FD, &w, to_stdout, NULL, err);
}

static ssize_t from_stdin(void *userdata, void *buf, size_t n, Error **err)
{
	ssize_t k;

	(void)userdata;
	do
		k = read(0, buf, n);
	while (k < 0 && errno == EINTR);
	return k < 0 ? error_errno(err, errno, "read the archive") : k;
}

static int extract(const HelperOptions *o, const char *dir, PullProgress *progress, Error **err)
{
	TarExtractOptions x = { .dir = dir, .set_owner = o->owner != NULL };

	(void)progress;
	if (o->owner && sscanf(o->owner, "%u:%u", &x.uid, &x.gid) != 2)
		return error_set(err, EINVAL, "invalid owner %s", o->owner);
	return tar_extract(HELPER_FIRST_FD, &x, from_stdin, NULL, err);
}

static int commit(const HelperOptions *o, const char *operand, PullProgress *progress, Error **err)
{
	cleanup_store Store *store = NULL;
	cleanup_free char *id = NULL;
	int r = store_open(o->root, &store, err);

	(void)operand;
	if (r >= 0)
		r = commit_run(store, 0, o->name ? HELPER_FIRST_FD : -1, &id, err);
	if (r < 0)
		return r;
	pull_progress_result(progress, id);
	return 0;
}

/* ---- the program ---- */

typedef struct Work {
	const char *name;
	size_t operands;
	bool needs_root, needs_name;
	int (*run)(const HelperOptions *o, const char *operand, PullProgress *progress,
		   Error **err);
} Work;

static const Work works[] = {
	{ "pull", 1, true, false, pull },
	{ "create", 0, false, true, create },
	{ "extract", 1, false, false, extract },
	{ "commit", 0, true, false, commit },
};

/* Many layers and connections at once; names of files as UTF-8; writing to a listener that has gone
 * is not the end. */
static void prepare_process(void)
{
	struct rlimit limit;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int parse(char **argv, HelperOptions *o, FlagsParsed *ret, const Work **ret_work,
		 Error **err)
{
	FlagSet set = { .flags = flags, .options = o };
	int r = flags_parse(&set, 1, true, argv, ret, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		const Work *w = &works[i];

		if (ret->operands[0] && streq(ret->operands[0], w->name) &&
		    strv_length(ret->operands) == 1 + w->operands && (o->root || !w->needs_root) &&
		    ((o->name && o->as) || !w->needs_name)) {
			*ret_work = w;
			return 0;
		}
	}
	return error_set(err, EINVAL, "usage: racker-image pull|create|extract|commit [OPTIONS]");
}

int main(int argc, char **argv)
{
	cleanup(options_clear) HelperOptions o = { .progress_fd = -1 };
	cleanup(flags_parsed_clear) FlagsParsed parsed = { 0 };
	cleanup(pull_progress_freep) PullProgress *progress = NULL;
	cleanup_error Error *err = NULL;
	const Work *work = NULL;
	int r = parse(argv + (argc > 0), &o, &parsed, &work, &err);

	progress = pull_progress_new(r < 0 ? -1 : (int)o.progress_fd);
	if (o.debug)
		log_set_level(LOG_LEVEL_DEBUG);
	prepare_process();
	if (r >= 0)
		r = work->run(&o, parsed.operands[1], progress, &err);
	if (r >= 0)
		return 0;
	pull_progress_error(progress, err);
	if (o.progress_fd < 0)
		log_message(LOG_LEVEL_ERROR, "racker-image: %s", err->msg);
	return 1;
}
