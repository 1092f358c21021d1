/* model-files: env_file and label_file. */
#include <fcntl.h>

#include "compose/dotenv.h"
#include "compose/model-internal.h"

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

/* The largest env_file or label_file. */
#define FILE_MAX (1024 * 1024)

/* Where names in values are looked up: in the files before, then in `outer`. */
typedef struct Scope {
	char *const *files;
	char *const *outer;
} Scope;

static const char *scope_lookup(const void *data, const char *name)
{
	const Scope *scope = data;
	const char *value = env_get(scope->files, name);

	return value ? value : env_get(scope->outer, name);
}

static int read_file(const char *path, const char *format, const Scope *scope, char ***env,
		     Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_strv char **found = NULL;
	int r = fs_read_file(AT_FDCWD, path, FILE_MAX, &text);

	if (r < 0)
		return error_go(err, -r, "open", path);
	if (!str_empty(format))
		return error_set(err, EINVAL, "unsupported env_file format \"%s\"", format);
	r = dotenv_parse(text.data, text.len, scope_lookup, scope, &found, err);
	if (r < 0)
		return error_prefix(err, r, "failed to read %s", path);
	STRV_FOREACH(it, found) {
		cleanup_free char *name = xstrndup(*it, strcspn(*it, "="));

		env_set(env, name, *it + strlen(name) + 1);
	}
	return 0;
}

/* The file's entries below those that the service has itself. */
static json_t *merge(char *const *files, json_t *own)
{
	json_t *all = json_object(), *value;
	const char *name;

	STRV_FOREACH(it, files) {
		cleanup_free char *key = xstrndup(*it, strcspn(*it, "="));
		const char *text = *it + strlen(key) + 1;

		(void)json_object_set_new(all, key, json_string_lossy(text, strlen(text)));
	}
	json_object_foreach(own, name, value)
		(void)json_object_set(all, name, value);
	return all;
}

static char **to_vector(json_t *mapping)
{
	char **v = NULL;
	json_t *value;
	const char *name;

	json_object_foreach(mapping, name, value) {
		if (json_is_string(value))
			strv_addf(&v, "%s=%s", name, json_string_value(value));
		else
			strv_add(&v, name);
	}
	return v;
}

static void replace(Service *s, const char *key, char ***member, json_t *all)
{
	strv_free(*member);
	*member = to_vector(all);
	if (json_object_size(all) > 0)
		(void)json_object_set_new(s->tree, key, all);
	else
		json_decref(all);
}

static void resolve_names(json_t *environment, char *const *env)
{
	json_t *value;
	const char *name;
	void *next;

	json_object_foreach_safe(environment, next, name, value)
	{
		const char *text = json_is_null(value) ? env_get(env, name) : NULL;

		if (text)
			(void)json_object_set_new(environment, name,
						  json_string_lossy(text, strlen(text)));
	}
}

static int read_env_files(const Project *project, const json_t *files, char ***env, Error **err)
{
	const json_t *file;
	size_t i;

	json_array_foreach((json_t *)files, i, file) {
		const char *path = json_string_value(json_object_get(file, "path"));
		const char *format = json_string_value(json_object_get(file, "format"));
		Scope scope = { .files = *env, .outer = project->environment };
		int r;

		if (access(path, F_OK) < 0 && errno == ENOENT) {
			if (json_is_true(json_object_get(file, "required")))
				return error_set(err, ENOENT,
						 "env file %s not found: stat %s: no such file or "
						 "directory",
						 path, path);
			continue;
		}
		r = read_file(path, format, &scope, env, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int resolve_environment(const Project *project, Service *s, Error **err)
{
	cleanup_strv char **env = NULL;
	json_t *own = json_object_get(s->tree, "environment");
	int r;

	resolve_names(own, project->environment);
	r = read_env_files(project, json_object_get(s->tree, "env_file"), &env, err);
	if (r < 0)
		return r;
	replace(s, "environment", &s->environment, merge(env, own));
	(void)json_object_del(s->tree, "env_file");
	return 0;
}

static int resolve_labels(Service *s, Error **err)
{
	cleanup_strv char **labels = NULL;
	json_t *files = json_object_get(s->tree, "label_file"), *file;
	size_t i;

	if (!files)
		return 0;
	json_array_foreach(files, i, file) {
		const char *path = json_string_value(file);
		Scope scope = { .files = labels };
		int r;

		if (access(path, F_OK) < 0 && errno == ENOENT)
			return error_set(err, ENOENT,
					 "label file %s not found: stat %s: no such file or "
					 "directory",
					 path, path);
		r = read_file(path, NULL, &scope, &labels, err);
		if (r < 0)
			return r;
	}
	replace(s, "labels", &s->labels, merge(labels, json_object_get(s->tree, "labels")));
	(void)json_object_del(s->tree, "label_file");
	return 0;
}

int model_resolve_files(Project *project, bool environment, Error **err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < project->n_services; i++) {
		if (environment)
			r = resolve_environment(project, &project->services[i], err);
		if (r >= 0)
			r = resolve_labels(&project->services[i], err);
	}
	return r;
}
