/* config: prints what the files of a project mean. */
#include "compose/cli/cli.h"

#include <fcntl.h>

#include "compose/canonical.h"
#include "compose/normalize.h"
#include "compose/render.h"
#include "compose/schema.h"
#include "compose/variables.h"
#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/json-go.h"
#include "libcommon/sha256.h"
#include "libcommon/str.h"
#include "libcommon/yaml-write.h"

typedef struct ConfigFlags {
	bool dry_run, images, no_consistency, no_interpolate, no_normalize, no_path_resolution;
	bool profiles, quiet, services, variables, volumes;
	char *format, *hash, *output;
} ConfigFlags;

/* clang-format off */
static const Flag options[] = {
	COMPOSE_DRY_RUN(ConfigFlags),
	FLAG_STRING(ConfigFlags, "format", 0, format, "Format the output. Values: [yaml | json]", .fallback = "yaml"),
	FLAG_STRING(ConfigFlags, "hash", 0, hash, "Print the service config hash, one per line."),
	FLAG_BOOL(ConfigFlags, "images", 0, images, "Print the image names, one per line."),
	FLAG_BOOL(ConfigFlags, "no-consistency", 0, no_consistency, "Don't check model consistency - warning:\nmay produce invalid Compose output"),
	FLAG_BOOL(ConfigFlags, "no-interpolate", 0, no_interpolate, "Don't interpolate environment variables"),
	FLAG_BOOL(ConfigFlags, "no-normalize", 0, no_normalize, "Don't normalize compose model"),
	FLAG_BOOL(ConfigFlags, "no-path-resolution", 0, no_path_resolution, "Don't resolve file paths"),
	FLAG_STRING(ConfigFlags, "output", 'o', output, "Save to file (default to stdout)"),
	FLAG_BOOL(ConfigFlags, "profiles", 0, profiles, "Print the profile names, one per line."),
	FLAG_BOOL(ConfigFlags, "quiet", 'q', quiet, "Only validate the configuration, don't\nprint anything"),
	FLAG_REFUSED("resolve-image-digests", 0, NULL, "racker asks no registry for what it does not pull"),
	FLAG_BOOL(ConfigFlags, "services", 0, services, "Print the service names, one per line."),
	FLAG_BOOL(ConfigFlags, "variables", 0, variables, "Print model variables and default values."),
	FLAG_BOOL(ConfigFlags, "volumes", 0, volumes, "Print the volume names, one per line."),
	FLAG_END,
};
/* clang-format on */

/* A run of the command: the files, and the model once it is made. */
typedef struct Config {
	Cli *cli;
	const ConfigFlags *flags;
	ComposeSource source;
	Project project;
} Config;

static void config_clear(Config *c)
{
	project_clear(&c->project);
	compose_source_clear(&c->source);
}
#define cleanup_config cleanup(config_clear)

/* ---- loading ---- */

static int load_failed(Config *c, int r)
{
	c->cli->failure_status = compose_load_status(r);
	return r;
}

static int load(Config *c, bool interpolate, Error **err)
{
	const ComposeGlobals *g = c->cli->group;
	ComposeOptions o = {
		.files = g->files,
		.project_directory = g->project_directory ? g->project_directory : g->workdir,
		.project_name = g->project_name,
		.env_files = g->env_files,
		.profiles = g->profiles,
		.no_interpolate = !interpolate,
		.no_path_resolution = c->flags->no_path_resolution,
		.stages = { compose_schema_check, compose_canonical, compose_complete },
	};
	int r = compose_load(&o, &c->source, err);

	return r < 0 ? load_failed(c, r) : 0;
}

static bool no_normalize(const Config *c)
{
	const ComposeGlobals *g = c->cli->group;

	return c->flags->no_normalize || g->compatibility;
}

static int make_project(Config *c, unsigned flags, char *const *services, Error **err)
{
	int r = load(c, true, err);

	if (r < 0)
		return r;
	flags |= no_normalize(c) ? COMPOSE_NO_NORMALIZE : 0;
	flags |= c->flags->no_consistency ? COMPOSE_NO_CONSISTENCY : 0;
	r = compose_model(&c->source, flags, &c->project, err);
	if (r < 0)
		return load_failed(c, r);
	r = project_enable(&c->project, services, err);
	return r < 0 ? r : project_select(&c->project, services, true, err);
}

/* ---- the whole model ---- */

/* Of an uninterpolated tree nothing more is known than its long form. */
static int model_text(Config *c, const char *format, char **ret, Error **err)
{
	RenderForm form = streq(format, "json") ? RENDER_JSON : RENDER_YAML;
	cleanup_json json_t *sorted = NULL;
	int r = load(c, false, err);

	if (r < 0)
		return r;
	if (!no_normalize(c))
		compose_normalize(c->source.tree, c->source.name, c->source.environment);
	compose_hide_secrets(c->source.tree);
	sorted = compose_render_any(c->source.tree, form);
	*ret = form == RENDER_JSON ? json_go_text(sorted, 2) : yaml_text(sorted);
	return 0;
}

static int project_text(Config *c, const char *format, char *const *services, char **ret,
			Error **err)
{
	int r = make_project(c, 0, services, err);

	if (r >= 0)
		*ret = streq(format, "json") ? project_json(&c->project)
					     : project_yaml(&c->project);
	return r;
}

static int print_model(Config *c, char **operands, Error **err)
{
	const char *format = c->flags->format ? c->flags->format : "yaml";
	cleanup_free char *text = NULL;
	int r;

	if (c->flags->no_interpolate)
		r = model_text(c, format, &text, err);
	else
		r = project_text(c, format, operands, &text, err);
	if (r >= 0 && !streq(format, "json") && !streq(format, "yaml"))
		return error_set(err, EINVAL, "unsupported format \"%s\"", format);
	if (r < 0 || c->flags->quiet)
		return r;
	if (str_empty(c->flags->output)) {
		fputs(text, stdout);
		return 0;
	}
	r = fs_write_atomic(AT_FDCWD, c->flags->output, text, strlen(text), 0666, 0);
	return r < 0 ? error_go(err, -r, "open", c->flags->output) : 0;
}

/* ---- lists ---- */

static void print_service(const Project *p, const Service *s, char ***printed)
{
	if (strv_contains(*printed, s->name))
		return;
	strv_add(printed, s->name);
	for (size_t i = 0; i < s->n_depends_on; i++) {
		const Service *needed = project_service(p, s->depends_on[i].service);

		if (needed)
			print_service(p, needed, printed);
	}
	puts(s->name);
}

/* What a service needs stands in front of it. */
static int print_services(Config *c, Error **err)
{
	cleanup_strv char **printed = NULL;
	int r = make_project(c, COMPOSE_NO_ENVIRONMENT, NULL, err);

	for (size_t i = 0; r >= 0 && i < c->project.n_services; i++)
		print_service(&c->project, &c->project.services[i], &printed);
	return r;
}

static int print_volumes(Config *c, Error **err)
{
	int r = make_project(c, COMPOSE_NO_ENVIRONMENT, NULL, err);

	for (size_t i = 0; r >= 0 && i < c->project.n_volumes; i++)
		puts(c->project.volumes[i].key);
	return r;
}

static int print_images(Config *c, char **operands, Error **err)
{
	int r = make_project(c, COMPOSE_NO_ENVIRONMENT, operands, err);

	for (size_t i = 0; r >= 0 && i < c->project.n_services; i++) {
		cleanup_free char *image = service_image(&c->project, &c->project.services[i]);

		puts(image);
	}
	return r;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_profiles(const Service *services, size_t n, char ***profiles)
{
	for (size_t i = 0; i < n; i++)
		STRV_FOREACH(it, services[i].profiles)
			if (!strv_contains(*profiles, *it))
				strv_add(profiles, *it);
}

static int print_profiles(Config *c, char **operands, Error **err)
{
	cleanup_strv char **profiles = NULL;
	int r = make_project(c, COMPOSE_NO_ENVIRONMENT, operands, err);

	if (r < 0)
		return r;
	add_profiles(c->project.services, c->project.n_services, &profiles);
	add_profiles(c->project.disabled, c->project.n_disabled, &profiles);
	if (profiles)
		qsort(profiles, strv_length(profiles), sizeof(*profiles), compare_strings);
	STRV_FOREACH(it, profiles)
		puts(*it);
	return 0;
}

static int print_hashes(Config *c, Error **err)
{
	int r = make_project(c, COMPOSE_NO_ENVIRONMENT, NULL, err);
	cleanup_strv char **names = NULL;

	if (r < 0)
		return r;
	if (!streq(c->flags->hash, "*"))
		names = strv_split(c->flags->hash, ',');
	for (size_t i = 0; streq(c->flags->hash, "*") && i < c->project.n_services; i++)
		strv_add(&names, c->project.services[i].name);
	if (names)
		qsort(names, strv_length(names), sizeof(*names), compare_strings);
	STRV_FOREACH(it, names) {
		const Service *s = project_service(&c->project, *it);
		cleanup_free char *text = s ? service_hash_text(s) : NULL, *hash = NULL;

		if (!s)
			return error_set(err, ENOENT, "no such service: %s: not found", *it);
		hash = sha256_hex(text, strlen(text));
		printf("%s %s\n", *it, hash);
	}
	return 0;
}

static int print_variables(Config *c, Error **err)
{
	cleanup_free char *text = NULL;
	int r = load(c, false, err);

	if (r < 0)
		return r;
	text = compose_variables_text(c->source.tree);
	fputs(text, stdout);
	return 0;
}

/* ---- the command ---- */

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const ConfigFlags *f = opts;
	cleanup_config Config c = { .cli = cli, .flags = f };

	if (f->quiet && !freopen("/dev/null", "w", stdout))
		return error_errno(err, errno, "open /dev/null");
	if (f->services)
		return print_services(&c, err);
	if (f->volumes)
		return print_volumes(&c, err);
	if (!str_empty(f->hash))
		return print_hashes(&c, err);
	if (f->profiles)
		return print_profiles(&c, operands, err);
	if (f->images)
		return print_images(&c, operands, err);
	if (f->variables)
		return print_variables(&c, err);
	return print_model(&c, operands, err);
}

const Command command_compose_config = {
	.name = "config",
	.aliases = "compose config, compose convert",
	.usage = "config [OPTIONS] [SERVICE...]",
	.summary = "Parse, resolve and render compose file in canonical format",
	.min_args = 0,
	.max_args = -1,
	.options = options,
	.options_size = sizeof(ConfigFlags),
	.run = run,
};
