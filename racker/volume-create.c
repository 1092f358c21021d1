/* volume create. */
#include "libcommon/str.h"
#include "librunner/volume.h"
#include "racker/commands.h"
#include "racker/engine.h"
#include "racker/volume.h"

typedef struct CreateOptions {
	char *driver, *name;
	char **labels, **options;
} CreateOptions;

static int parse_volume_label(const Flag *flag, const char *value, void *options, Error **err)
{
	CreateOptions *o = options;
	const char *name = value + strspn(value, " \t");

	(void)flag;
	if (!*name || *name == '=')
		return error_set(err, EINVAL, "invalid label '%s': empty name", value);
	strv_add(&o->labels, value);
	return 0;
}

static int parse_option(const Flag *flag, const char *value, void *options, Error **err)
{
	CreateOptions *o = options;

	(void)flag;
	(void)err;
	strv_add(&o->options, value);
	return 0;
}

/* clang-format off */
static const Flag options[] = {
	FLAG_STRING(CreateOptions, "driver", 'd', driver, "Specify volume driver name", .fallback = "local"),
	FLAG_CALL("label", 0, "list", parse_volume_label, "Set metadata for a volume"),
	FLAG_STRING(CreateOptions, "name", 0, name, "Specify volume name", .hidden = true),
	FLAG_CALL("opt", 'o', "map", parse_option, "Set driver specific options", .fallback = "map[]"),
	FLAG_REFUSED("availability", 0, "string", VOLUME_NO_CLUSTER),
	FLAG_REFUSED("group", 0, "string", VOLUME_NO_CLUSTER),
	FLAG_REFUSED("limit-bytes", 0, "bytes", VOLUME_NO_CLUSTER),
	FLAG_REFUSED("required-bytes", 0, "bytes", VOLUME_NO_CLUSTER),
	FLAG_REFUSED("scope", 0, "string", VOLUME_NO_CLUSTER),
	FLAG_REFUSED("secret", 0, "map", VOLUME_NO_CLUSTER),
	FLAG_REFUSED("sharing", 0, "string", VOLUME_NO_CLUSTER),
	FLAG_REFUSED("topology-preferred", 0, "list", VOLUME_NO_CLUSTER),
	FLAG_REFUSED("topology-required", 0, "list", VOLUME_NO_CLUSTER),
	FLAG_REFUSED("type", 0, "string", VOLUME_NO_CLUSTER),
	FLAG_END,
};
/* clang-format on */

static void clear(void *opts)
{
	CreateOptions *o = opts;

	o->labels = strv_free(o->labels);
	o->options = strv_free(o->options);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_volume Volume *v = NULL;
	const CreateOptions *o = opts;
	VolumeCreate req = {
		.name = operands[0] ? operands[0] : o->name,
		.driver = o->driver,
		.labels = o->labels,
		.options = o->options,
	};
	int r;

	if (operands[0] && !str_empty(o->name)) {
		fputs("conflicting options: cannot specify a volume-name through both --name and "
		      "as a positional arg\n",
		      stderr);
		return 1;
	}
	r = engine_open(cli, &engine, err);
	if (r >= 0)
		r = volume_create(engine.rt, &req, &v, NULL, err);
	if (r < 0)
		return r;
	puts(v->name);
	return 0;
}

const Command command_volume_create = {
	.name = "create",
	.usage = "create [OPTIONS] [VOLUME]",
	.summary = "Create a volume",
	.max_args = 1,
	.options = options,
	.options_size = sizeof(CreateOptions),
	.clear = clear,
	.run = run,
};
