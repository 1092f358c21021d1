#include "racker/engine.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

static void engine_notice(const char *line, void *userdata)
{
	engine_finish_progress(userdata);
	fprintf(stderr, "%s\n", line);
}

static void engine_progress(const json_t *message, void *userdata)
{
	Engine *e = userdata;
	const char *warning = json_string_value(json_object_get(message, "warning"));

	if (warning) {
		engine_notice(warning, e);
		return;
	}
	if (!e->progress)
		e->progress = progress_new(e->progress_fd, e->quiet);
	progress_message(e->progress, message);
}

int engine_open(const Cli *cli, Engine *ret, Error **err)
{
	int r = runtime_open(cli->root, &ret->rt, err);

	if (r < 0)
		return r;
	ret->progress_fd = 2;
	ret->rt->config_dir = xstrdup(cli->config_dir);
	ret->rt->debug = cli->debug;
	ret->rt->notice = engine_notice;
	ret->rt->progress = engine_progress;
	ret->rt->userdata = ret;
	return 0;
}

void engine_finish_progress(Engine *e)
{
	if (e->progress)
		e->progress = progress_free(e->progress);
}

void engine_close(Engine *e)
{
	engine_finish_progress(e);
	e->rt = runtime_free(e->rt);
}

int engine_for_each(const Cli *cli, Engine *e, char **operands,
		    int (*act)(Engine *e, const char *operand, void *userdata, Error **err),
		    void *userdata)
{
	int status = 0;

	STRV_FOREACH(it, operands) {
		cleanup_error Error *err = NULL;

		if (act(e, *it, userdata, &err) >= 0)
			continue;
		/* What was printed so far belongs in front of the error. */
		(void)fflush(stdout);
		cli_print_error(cli, err);
		status = 1;
	}
	return status;
}

static char ***list_member(const Flag *flag, void *options)
{
	return (char ***)(void *)((char *)options + flag->offset);
}

int parse_filter(const Flag *flag, const char *value, void *options, Error **err)
{
	const char *equals = strchr(value, '=');

	if (!equals)
		return error_set(err, EINVAL, "bad format of filter (expected name=value)");
	strv_add(list_member(flag, options), value);
	return 0;
}
