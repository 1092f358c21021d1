#include "compose/load-internal.h"

#include <sys/stat.h>

#include "compose/dotenv.h"
#include "compose/paths.h"
#include "libcommon/alloc.h"
#include "libcommon/cli/template.h"
#include "libcommon/str.h"
#include "librunner/go-path.h"

/* One entry of `include`. */
typedef struct Include {
	char **paths; /* the first one tells the directory, the others override */
	char *project_directory;
	char **env_files;
	/* What leads from the including model's directory to this one's. */
	char *base;
} Include;

static void include_clear(Include *i)
{
	strv_free(i->paths);
	strv_free(i->env_files);
	free(i->project_directory);
	free(i->base);
}
#define cleanup_include cleanup(include_clear)

/* ---- the entry ---- */

/* A string or a list of strings. */
static bool parse_strings(const json_t *value, char ***ret)
{
	json_t *item;
	size_t i;

	if (json_is_string(value))
		strv_add(ret, json_string_value(value));
	json_array_foreach((json_t *)value, i, item) {
		if (!json_is_string(item))
			return false;
		strv_add(ret, json_string_value(item));
	}
	return json_is_string(value) || json_is_array(value);
}

static int parse_member(const ComposeLoader *l, const json_t *entry, const char *key,
			const json_t *value, Include *ret)
{
	ComposePosition at = { "", 0, 0 };
	bool ok;

	(void)compose_position_of(l->positions, entry, key, &at);
	if (json_is_null(value))
		return 0;
	if (streq(key, "path"))
		ok = parse_strings(value, &ret->paths);
	else if (streq(key, "env_file"))
		ok = parse_strings(value, &ret->env_files);
	else if (streq(key, "project_directory"))
		ok = (ret->project_directory = xstrdup(json_string_value(value)));
	else
		return compose_error_at(&at, l->err,
					"include: Additional property %s is not allowed", key);
	if (!ok)
		return compose_error_at(&at, l->err, "include.%s must be a string%s", key,
					streq(key, "project_directory") ? ""
									: " or a list of strings");
	return 0;
}

static int parse_entry(const ComposeLoader *l, const json_t *entry, Include *ret)
{
	ComposePosition at = { "", 0, 0 };
	const char *key;
	json_t *value;

	if (json_is_string(entry)) {
		strv_add(&ret->paths, json_string_value(entry));
		return 0;
	}
	json_object_foreach((json_t *)entry, key, value) {
		int r = parse_member(l, entry, key, value, ret);

		if (r < 0)
			return r;
	}
	if (ret->paths)
		return 0;
	(void)compose_position_of(l->positions, entry, NULL, &at);
	return compose_error_at(&at, l->err, "include needs a path");
}

/* ---- where it is ---- */

static char *below(const char *dir, const char *path)
{
	return *path == '/' ? xstrdup(path) : compose_path_join(dir, path);
}

static int check_cycle(const ComposeLoader *l, char *const *including, const char *path)
{
	cleanup_free char *chain = NULL;

	if (!strv_contains(including, path))
		return 0;
	chain = strv_join(including, "\n include ");
	return error_set(l->err, EINVAL, "include cycle detected:\n%s\n include %s", chain, path);
}

static int locate_files(ComposeLoader *l, char *const *including, Include *i)
{
	for (char **path = i->paths; *path; path++) {
		char *absolute;
		int r = compose_check_local(*path, l->err);

		if (r < 0)
			return r;
		absolute = below(l->dir, *path);
		free(*path);
		*path = absolute;
		r = check_cycle(l, including, absolute);
		if (r < 0)
			return r;
	}
	return 0;
}

static void locate_directory(const ComposeLoader *l, Include *i)
{
	char *dir = i->project_directory ? below(l->dir, i->project_directory)
					 : go_path_dir(i->paths[0]);

	if (i->project_directory && *i->project_directory == '/')
		i->base = xstrdup(dir);
	else
		i->base = compose_path_relative(l->dir, dir);
	free(i->project_directory);
	i->project_directory = dir;
}

static int locate_env_files(const ComposeLoader *l, Include *i)
{
	struct stat st;

	if (!i->env_files) {
		cleanup_free char *path = compose_path_join(i->project_directory, ".env");

		if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
			strv_add(&i->env_files, path);
		return 0;
	}
	for (char **file = i->env_files; *file; file++) {
		char *absolute = below(l->dir, *file);

		free(*file);
		*file = absolute;
		if (stat(absolute, &st) < 0)
			return compose_fail_file(l->err, errno, "stat", absolute);
		if (S_ISDIR(st.st_mode))
			return error_set(l->err, EINVAL, "%s is not a file", absolute);
	}
	return 0;
}

/* ---- what it brings ---- */

static int import_resources(const ComposeLoader *l, json_t *from, json_t *document,
			    const char *kind)
{
	json_t *source = json_object_get(from, kind), *target = json_object_get(document, kind);
	json_t *value;
	const char *name;

	if (!json_is_object(source))
		return 0;
	if (!json_is_object(target)) {
		target = json_object();
		(void)json_object_set_new(document, kind, target);
	}
	json_object_foreach(source, name, value) {
		const json_t *old = json_object_get(target, name);

		if (old && !json_equal(old, value)) {
			ComposePosition at = { "", 0, 0 };

			(void)compose_position_of(l->positions, target, name, &at);
			return compose_error_at(&at, l->err,
						"%s.%s conflicts with imported resource", kind,
						name);
		}
		if (old)
			continue;
		(void)json_object_set(target, name, value);
		compose_position_move(l->positions, source, name, target, name);
	}
	return 0;
}

static int import_all(const ComposeLoader *l, json_t *from, json_t *document)
{
	static const char *const kinds[] = { "services", "volumes", "networks", "secrets",
					     "configs" };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof(kinds) / sizeof(*kinds); i++)
		r = import_resources(l, from, document, kinds[i]);
	return r;
}

/* The environment of the including model, and what it does not have of the files'. */
static int include_environment(const ComposeLoader *l, const Include *i, char ***ret)
{
	cleanup_strv char **files = NULL;
	int r = dotenv_read(i->env_files, l->environment, &files, l->err);

	*ret = strv_copy(l->environment);
	STRV_FOREACH(v, files) {
		cleanup_free char *name = xstrndup(*v, strcspn(*v, "="));

		if (!env_get(*ret, name))
			strv_add(ret, *v);
	}
	return r;
}

static int load_files(ComposeLoader *l, char *const *paths, char *const *including, json_t **ret)
{
	size_t n = strv_length(paths), i;
	ComposeFile *files = xnew0(ComposeFile, n);
	int r = 0;

	for (i = 0; r >= 0 && i < n; i++)
		r = compose_file_read(l, paths[i], &files[i]);
	if (r >= 0)
		r = compose_load_model(l, files, n, including, ret);
	for (i = 0; i < n; i++)
		compose_file_clear(&files[i]);
	free(files);
	return r;
}

static int include_entry(ComposeLoader *l, const json_t *entry, json_t *document,
			 char *const *including)
{
	cleanup_include Include i = { 0 };
	cleanup_strv char **environment = NULL;
	cleanup_json json_t *tree = NULL, *extended = json_object();
	ComposeLoader inner = *l;
	int r = parse_entry(l, entry, &i);

	if (r >= 0)
		r = locate_files(l, including, &i);
	if (r < 0)
		return r;
	locate_directory(l, &i);
	r = locate_env_files(l, &i);
	if (r >= 0)
		r = include_environment(l, &i, &environment);
	if (r < 0)
		return r;
	inner.environment = environment;
	inner.dir = i.project_directory;
	inner.base = i.base;
	inner.resolve_paths = true;
	inner.extended = extended;
	r = load_files(&inner, i.paths, including, &tree);
	return r < 0 ? r : import_all(l, tree, document);
}

int compose_load_include(ComposeLoader *l, json_t *document, char *const *including)
{
	cleanup_json json_t *include = json_incref(json_object_get(document, "include"));
	ComposePosition at = { "", 0, 0 };
	json_t *entry;
	size_t i;
	int r = 0;

	(void)compose_position_of(l->positions, document, "include", &at);
	(void)json_object_del(document, "include");
	if (include && !json_is_array(include) && !json_is_null(include))
		return compose_error_at(&at, l->err, "`include` must be a list");
	json_array_foreach(include, i, entry) {
		r = include_entry(l, entry, document, including);
		if (r < 0)
			return r;
	}
	return r;
}
