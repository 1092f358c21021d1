/*
 * racker-image: the program that touches what others send. It runs for one piece of work, tells
 * its progress in Docker's JSON lines on a descriptor, and ends.
 *
 *	racker-image pull --root DIR [--progress-fd N] [--platform P] [--config DIR] [--debug] NAME
 */
#include <locale.h>
#include <signal.h>
#include <sys/resource.h>

#include "libcommon/cli/flags.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "libimage/http.h"
#include "libimage/pull.h"

typedef struct HelperOptions {
	char *root, *platform, *config;
	int64_t progress_fd;
	bool debug;
} HelperOptions;

/* clang-format off */
static const Flag flags[] = {
	FLAG_STRING(HelperOptions, "root", 0, root, "State directory"),
	FLAG_INT(HelperOptions, "progress-fd", 0, progress_fd, "Where progress goes"),
	FLAG_STRING(HelperOptions, "platform", 0, platform, "OS/ARCH[/VARIANT]"),
	FLAG_STRING(HelperOptions, "config", 0, config, "Location of docker's configuration"),
	FLAG_BOOL(HelperOptions, "debug", 'D', debug, "Log requests"),
	FLAG_END
};
/* clang-format on */

static void options_clear(HelperOptions *o)
{
	flags_clear(flags, o);
}

static int pull(const HelperOptions *o, const char *name, PullProgress *progress, Error **err)
{
	PullRequest q = { .name = name, .platform = o->platform, .config_dir = o->config };
	cleanup_store Store *store = NULL;
	cleanup_free char *id = NULL;
	int r = store_open(o->root, &store, err);

	if (r < 0)
		return r;
	r = pull_image(store, &q, progress, &id, err);
	if (r < 0)
		return r;
	pull_progress_result(progress, id);
	return 0;
}

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
	http_global_init();
}

static int parse(char **argv, HelperOptions *o, FlagsParsed *ret, Error **err)
{
	FlagSet set = { .flags = flags, .options = o };
	int r = flags_parse(&set, 1, true, argv, ret, err);

	if (r < 0)
		return r;
	if (strv_length(ret->operands) != 2 || !streq(ret->operands[0], "pull") || !o->root)
		return error_set(err, EINVAL, "usage: racker-image pull --root DIR [OPTIONS] NAME");
	return 0;
}

int main(int argc, char **argv)
{
	cleanup(options_clear) HelperOptions o = { .progress_fd = -1 };
	cleanup(flags_parsed_clear) FlagsParsed parsed = { 0 };
	cleanup(pull_progress_freep) PullProgress *progress = NULL;
	cleanup_error Error *err = NULL;
	int r = parse(argv + (argc > 0), &o, &parsed, &err);

	progress = pull_progress_new(r < 0 ? -1 : (int)o.progress_fd);
	if (o.debug)
		log_set_level(LOG_LEVEL_DEBUG);
	prepare_process();
	if (r >= 0)
		r = pull(&o, parsed.operands[1], progress, &err);
	if (r >= 0)
		return 0;
	pull_progress_error(progress, err);
	if (o.progress_fd < 0)
		log_message(LOG_LEVEL_ERROR, "racker-image: %s", err->msg);
	return 1;
}
