/* inspect, container inspect, image inspect. */
#include "librunner/inspect.h"
#include "libcommon/alloc.h"
#include "libcommon/cli/template.h"
#include "libcommon/json.h"
#include "librunner/network.h"
#include "librunner/volume.h"
#include "racker/commands.h"
#include "racker/engine.h"
#include "racker/format.h"

typedef struct InspectOptions {
	char *format, *type;
	bool size, verbose; /* verbose: of what a swarm runs in a network */
} InspectOptions;

/* clang-format off */
static const Flag options[] = {
	FLAG_STRING(InspectOptions, "format", 'f', format, FORMAT_HELP_DATA),
	FLAG_BOOL(InspectOptions, "size", 's', size, "Display total file sizes if the type is container"),
	FLAG_STRING(InspectOptions, "type", 0, type, "Only inspect objects of the given type"),
	FLAG_END,
};
static const Flag container_options[] = {
	FLAG_STRING(InspectOptions, "format", 'f', format, FORMAT_HELP_DATA),
	FLAG_BOOL(InspectOptions, "size", 's', size, "Display total file sizes"),
	FLAG_END,
};
static const Flag network_options[] = {
	FLAG_STRING(InspectOptions, "format", 'f', format, FORMAT_HELP_DATA),
	FLAG_BOOL(InspectOptions, "verbose", 'v', verbose, "Verbose output for diagnostics"),
	FLAG_END,
};
static const Flag image_options[] = {
	FLAG_STRING(InspectOptions, "format", 'f', format, FORMAT_HELP_DATA),
	FLAG_END,
};
/* clang-format on */

/* Finds one object and makes its JSON; -ENOENT where there is none. */
typedef int (*Inspector)(Engine *e, const InspectOptions *o, const char *name, json_t **ret,
			 Error **err);

static int inspect_container(Engine *e, const InspectOptions *o, const char *name, json_t **ret,
			     Error **err)
{
	cleanup_container Container *c = NULL;
	int r = container_find(e->rt, name, &c, err);

	if (r >= 0)
		*ret = container_inspect_json(e->rt, c,
					      INSPECT_GUEST | (o->size ? INSPECT_SIZE : 0));
	return r;
}

static int inspect_image(Engine *e, const InspectOptions *o, const char *name, json_t **ret,
			 Error **err)
{
	cleanup_image Image *image = NULL;
	int r = image_find(e->rt->store, name, &image, err);

	(void)o;
	if (r >= 0)
		*ret = image_inspect_json(e->rt, image);
	return r;
}

static int inspect_network(Engine *e, const InspectOptions *o, const char *name, json_t **ret,
			   Error **err)
{
	cleanup_network Network *n = NULL;
	int r = network_find(e->rt, name, &n, err);

	(void)o;
	if (r >= 0)
		*ret = json_encode(&network_type, n);
	return r;
}

static int inspect_volume(Engine *e, const InspectOptions *o, const char *name, json_t **ret,
			  Error **err)
{
	cleanup_volume Volume *v = NULL;
	int r = volume_find(e->rt, name, &v, err);

	(void)o;
	if (r >= 0)
		*ret = volume_inspect_json(v);
	return r;
}

/* Of kinds of objects that there never is one of. */
static int inspect_plugin(Engine *e, const InspectOptions *o, const char *name, json_t **ret,
			  Error **err)
{
	cleanup_free char *quoted = str_quote(name);

	(void)e;
	(void)o;
	(void)ret;
	return error_set(err, ENOENT, "plugin %s not found", quoted);
}

static int inspect_swarm(Engine *e, const InspectOptions *o, const char *name, json_t **ret,
			 Error **err)
{
	(void)e;
	(void)o;
	(void)name;
	(void)ret;
	return error_set(err, ENOENT, "This node is not a swarm manager.");
}

/* Without --type: whatever has the name, a container first. */
static int inspect_any(Engine *e, const InspectOptions *o, const char *name, json_t **ret,
		       Error **err)
{
	static const Inspector all[] = { inspect_container, inspect_image, inspect_network,
					 inspect_volume };

	if (!*name)
		return error_set(err, EINVAL, "invalid container name or ID: value is empty");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		cleanup_error Error *error = NULL;
		int r = all[i](e, o, name, ret, &error);

		if (r >= 0 && o->size && all[i] != inspect_container)
			fprintf(stderr, "WARNING: --size ignored for %s\n",
				all[i] == inspect_image	    ? "image"
				: all[i] == inspect_network ? "network"
							    : "volume");
		/* What is no name for an image is just not there. */
		if (r >= 0 || (r != -ENOENT && all[i] == inspect_container))
			return r < 0 ? error_propagate(err, steal(&error)) : r;
	}
	return error_set(err, ENOENT, "Error: No such object: %s", name);
}

static int find_inspector(const char *type, Inspector *ret, Error **err)
{
	static const struct {
		const char *type;
		Inspector inspector;
	} known[] = {
		{ "config", inspect_swarm }, { "container", inspect_container },
		{ "image", inspect_image },  { "network", inspect_network },
		{ "node", inspect_swarm },   { "plugin", inspect_plugin },
		{ "secret", inspect_swarm }, { "service", inspect_swarm },
		{ "task", inspect_swarm },   { "volume", inspect_volume },
	};
	cleanup_free char *quoted = str_quote(type);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (streq(known[i].type, type)) {
			*ret = known[i].inspector;
			return 0;
		}
	return error_set(err, EINVAL,
			 "unknown type: %s: must be one of \"config\", \"container\", \"image\", "
			 "\"network\", \"node\", \"plugin\", \"secret\", \"service\", \"task\", "
			 "\"volume\"",
			 quoted);
}

static void print_pretty(const json_t *found, bool compact)
{
	cleanup_free char *text = compact ? json_text(found) : json_text_pretty(found);

	puts(text);
}

/* One line for each object; the first that the template does not fit ends it. */
static int print_template(const Template *t, const json_t *found, Error **err)
{
	int r = 0;

	for (size_t i = 0; i < json_array_size(found) && r >= 0; i++) {
		cleanup_strbuf Strbuf line = STRBUF_INIT;

		r = template_execute(t, json_array_get(found, i), TEMPLATE_MAP, &line, err);
		puts(r >= 0 && line.data ? line.data : "");
	}
	return r < 0 ? error_prefix(err, r, "template parsing error") : 0;
}

/* Shows what was found, then what went wrong. */
static int print_found(const InspectOptions *o, const Template *t, const json_t *found)
{
	cleanup_error Error *err = NULL;

	if (!t)
		print_pretty(found, !str_empty(o->format));
	else if (print_template(t, found, &err) < 0) {
		(void)fflush(stdout);
		fprintf(stderr, "%s\n", err->msg);
		return 1;
	}
	(void)fflush(stdout);
	return 0;
}

/* The client's own message stands as it is; everything else came from the engine. */
static void print_problem(const Cli *cli, const Error *problem)
{
	if (startswith(problem->msg, "Error: ") || startswith(problem->msg, "invalid container"))
		fprintf(stderr, "%s\n", problem->msg);
	else
		cli_print_error(cli, problem);
}

static int inspect_all(Cli *cli, const InspectOptions *o, char **names, Inspector inspector,
		       const Template *t, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	cleanup_json json_t *found = json_array();
	Error **problems = xnew0(Error *, strv_length(names) + 1);
	int r = engine_open(cli, &engine, err), status = r;
	size_t n = 0;

	for (char **name = names; r >= 0 && *name; name++) {
		json_t *object = NULL;

		if (inspector(&engine, o, *name, &object, &problems[n]) < 0)
			n++;
		else
			(void)json_array_append_new(found, object);
	}
	if (r >= 0)
		status = print_found(o, t, found);
	for (size_t i = 0; i < n; i++) {
		print_problem(cli, problems[i]);
		error_free(problems[i]);
		status = 1;
	}
	free(problems);
	return status;
}

static int run_with(Cli *cli, const InspectOptions *o, char **names, Inspector inspector,
		    Error **err)
{
	cleanup(template_freep) Template *t = NULL;
	cleanup_error Error *wrong = NULL;
	bool plain = str_empty(o->format) || streq(o->format, "json");

	if (!plain && template_parse(o->format, &t, &wrong) < 0) {
		fprintf(stderr, "template parsing error: %s\n", wrong->msg);
		return STATUS_TEMPLATE;
	}
	return inspect_all(cli, o, names, inspector, t, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const InspectOptions *o = opts;
	Inspector inspector = inspect_any;
	int r = str_empty(o->type) ? 0 : find_inspector(o->type, &inspector, err);

	return r < 0 ? r : run_with(cli, o, operands, inspector, err);
}

static int run_container(Cli *cli, void *opts, char **operands, Error **err)
{
	return run_with(cli, opts, operands, inspect_container, err);
}

static int run_volume(Cli *cli, void *opts, char **operands, Error **err)
{
	return run_with(cli, opts, operands, inspect_volume, err);
}

static int run_network(Cli *cli, void *opts, char **operands, Error **err)
{
	return run_with(cli, opts, operands, inspect_network, err);
}

static int run_image(Cli *cli, void *opts, char **operands, Error **err)
{
	return run_with(cli, opts, operands, inspect_image, err);
}

const Command command_inspect = {
	.name = "inspect",
	.usage = "inspect [OPTIONS] NAME|ID [NAME|ID...]",
	.summary = "Return low-level information on Racker objects",
	.min_args = 1,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(InspectOptions),
	.run = run,
};

const Command command_container_inspect = {
	.name = "inspect",
	.usage = "inspect [OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Display detailed information on one or more containers",
	.min_args = 1,
	.max_args = -1,
	.options = container_options,
	.options_size = sizeof(InspectOptions),
	.run = run_container,
};

const Command command_image_inspect = {
	.name = "inspect",
	.usage = "inspect [OPTIONS] IMAGE [IMAGE...]",
	.summary = "Display detailed information on one or more images",
	.min_args = 1,
	.max_args = -1,
	.options = image_options,
	.options_size = sizeof(InspectOptions),
	.run = run_image,
};

const Command command_volume_inspect = {
	.name = "inspect",
	.usage = "inspect [OPTIONS] VOLUME [VOLUME...]",
	.summary = "Display detailed information on one or more volumes",
	.min_args = 1,
	.max_args = -1,
	.options = image_options,
	.options_size = sizeof(InspectOptions),
	.run = run_volume,
};

const Command command_network_inspect = {
	.name = "inspect",
	.usage = "inspect [OPTIONS] NETWORK [NETWORK...]",
	.summary = "Display detailed information on one or more networks",
	.min_args = 1,
	.max_args = -1,
	.options = network_options,
	.options_size = sizeof(InspectOptions),
	.run = run_network,
};
