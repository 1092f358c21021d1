#include "compose/load.h"

#include <limits.h>

#include "compose/discover.h"
#include "compose/interpolate.h"
#include "compose/load-internal.h"
#include "compose/paths.h"
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"

void compose_source_clear(ComposeSource *s)
{
	json_decref(s->tree);
	compose_positions_free(s->positions);
	free(s->name);
	free(s->working_dir);
	strv_free(s->files);
	strv_free(s->env_files);
	strv_free(s->environment);
	strv_free(s->profiles);
	*s = (ComposeSource){ 0 };
}

int compose_load_status(int r)
{
	if (r >= 0)
		return 0;
	return r == -EBADR ? 1 : r == -ENOENT ? 14 : 15;
}

/* ---- the name ---- */

/* The last `name` of the files. *ret_first: the first document of one has it, which keeps the
 * directory from giving its name. */
static const char *find_name(const ComposeFile *files, size_t n, bool *ret_first)
{
	const char *found = NULL;

	*ret_first = false;
	for (size_t i = 0; i < n; i++)
		for (size_t d = 0; d < json_array_size(files[i].documents); d++) {
			const json_t *document = json_array_get(files[i].documents, d);
			const char *name = json_string_value(json_object_get(document, "name"));

			if (str_empty(name))
				continue;
			found = name;
			*ret_first = *ret_first || d == 0;
		}
	return found;
}

static char *name_of_directory(const char *dir)
{
	cleanup_free char *target = realpath(dir, NULL), *quoted = NULL;
	const char *base = compose_path_base(dir);

	if (target && !streq(compose_path_base(target), base)) {
		quoted = str_quote(base);
		log_warning(
			"project has been loaded without an explicit name from a symlink. Using "
			"name %s",
			quoted);
	}
	return compose_normalize_name(base);
}

static int name_of_files(const char *name, const ComposeOptions *options, char *const *env,
			 char **ret, Error **err)
{
	cleanup_json json_t *tree = json_pack("{s:s}", "name", name);
	cleanup_compose_positions ComposePositions *positions = compose_positions_new();
	int r = options->no_interpolate ? 0 : compose_interpolate(tree, positions, env, err);

	if (r >= 0)
		*ret = compose_normalize_name(json_string_value(json_object_get(tree, "name")));
	return r;
}

/* *ret may become "", which only matters when there is something to name. */
static int project_name(const ComposeLoader *l, const ComposeFile *files, size_t n, char **ret)
{
	const char *given = env_get(l->environment, "COMPOSE_PROJECT_NAME"), *name;
	bool first;
	int r;

	if (!str_empty(l->options->project_name))
		given = l->options->project_name;
	if (!str_empty(given)) {
		r = compose_check_name(given, l->err);
		if (r >= 0)
			*ret = xstrdup(given);
		return r;
	}
	name = find_name(files, n, &first);
	if (name) {
		r = name_of_files(name, l->options, l->environment, ret, l->err);
		if (r < 0 || **ret || first)
			return r;
		free(*ret);
	}
	*ret = name_of_directory(l->dir);
	return 0;
}

/* ---- the project ---- */

static int load_project(ComposeLoader *l, const ComposeSite *site, ComposeFile *files,
			ComposeSource *ret)
{
	size_t n = strv_length(site->files);
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = compose_file_read(l, site->files[i], &files[i]);
	if (r >= 0)
		r = project_name(l, files, n, &ret->name);
	if (r < 0)
		return r;
	env_set(&l->environment, "COMPOSE_PROJECT_NAME", ret->name);
	r = compose_load_model(l, files, n, NULL, &ret->tree);
	if (r < 0)
		return r;
	if (json_object_size(ret->tree) == 0)
		return error_set(l->err, EINVAL, "empty compose file");
	if (!*ret->name)
		return error_set(l->err, EINVAL, "project name must not be empty");
	return 0;
}

static int load_site(const ComposeOptions *options, ComposeSite *site, ComposeSource *ret,
		     Error **err)
{
	cleanup_json json_t *extended = json_object();
	cleanup_strv char **warned = NULL;
	size_t n = strv_length(site->files), n_files = 0;
	ComposeFile *files;
	ComposeLoader l = {
		.options = options,
		.positions = ret->positions,
		.environment = steal(&site->environment),
		.dir = site->dir,
		.base = site->dir,
		.resolve_paths = !options->no_path_resolution,
		.extended = extended,
		.n_files = &n_files,
		.warned = &warned,
		.err = err,
	};
	int r;

	if (n == 0) {
		strv_free(l.environment);
		return error_set(err, ENOENT, "no configuration file provided: not found");
	}
	files = xnew0(ComposeFile, n);
	r = load_project(&l, site, files, ret);
	for (size_t i = 0; i < n; i++)
		compose_file_clear(&files[i]);
	free(files);
	ret->environment = l.environment;
	return r;
}

int compose_load(const ComposeOptions *options, ComposeSource *ret, Error **err)
{
	cleanup_compose_source ComposeSource s = { 0 };
	cleanup_compose_site ComposeSite site = { 0 };
	int r = compose_discover(options, &site, err);

	if (r < 0)
		return r;
	s.positions = compose_positions_new();
	r = load_site(options, &site, &s, err);
	if (r < 0)
		return r;
	s.working_dir = steal(&site.dir);
	s.files = steal(&site.files);
	s.env_files = steal(&site.env_files);
	s.profiles = steal(&site.profiles);
	*ret = s;
	s = (ComposeSource){ 0 };
	return 0;
}
