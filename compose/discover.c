#include "compose/discover.h"

#include <ctype.h>
#include <sys/stat.h>

#include "compose/dotenv.h"
#include "compose/load-internal.h"
#include "compose/paths.h"
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/go-path.h"

extern char **environ;

void compose_site_clear(ComposeSite *s)
{
	strv_free(s->files);
	free(s->dir);
	strv_free(s->env_files);
	strv_free(s->environment);
	strv_free(s->profiles);
	*s = (ComposeSite){ 0 };
}

/* ---- names ---- */

char *compose_normalize_name(const char *s)
{
	cleanup_strbuf Strbuf out = STRBUF_INIT;

	for (; *s; s++) {
		char c = (char)tolower((unsigned char)*s);
		bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (letter || (out.len && (c == '_' || c == '-')))
			strbuf_addc(&out, c);
	}
	return strbuf_steal(&out);
}

int compose_check_name(const char *name, Error **err)
{
	cleanup_free char *normal = compose_normalize_name(name), *quoted = NULL;

	if (streq(normal, name))
		return 0;
	quoted = str_quote(name);
	return error_set(err, EINVAL,
			 "invalid project name %s: must consist only of lowercase alphanumeric "
			 "characters, hyphens, and underscores as well as start with a letter or "
			 "number",
			 quoted);
}

/* ---- files ---- */

int compose_check_local(const char *path, Error **err)
{
	static const char *const remote[] = { "oci://", "git://", "http://",	 "https://",
					      "ssh://", "git@",	  "github.com/", NULL };

	for (size_t i = 0; remote[i]; i++)
		if (startswith(path, remote[i]))
			return error_set(err, ENOTSUP,
					 "%s: compose files are read from this host only", path);
	return 0;
}

/* Appends what `names` (NULL-terminated) a directory has, with its path. */
static void find_files(const char *dir, const char *const *names, char ***ret)
{
	for (; *names; names++) {
		cleanup_free char *path = compose_path_join(dir, *names);
		struct stat st;

		if (stat(path, &st) == 0)
			strv_add(ret, path);
	}
}

/* Takes the first of `found`, and says so where there are several. */
static void choose(char *const *found, const char *kind, char ***files)
{
	cleanup_free char *list = NULL;

	if (strv_length(found) > 1) {
		list = strv_join(found, ", ");
		log_warning("Found multiple %s files with supported names: %s", kind, list);
		log_warning("Using %s", found[0]);
	}
	strv_add(files, found[0]);
}

/* Looks in a directory and above it for a compose file and what overrides it. */
static void look_up(const char *start, char ***files)
{
	static const char *const names[] = { "compose.yaml", "compose.yml", "docker-compose.yml",
					     "docker-compose.yaml", NULL };
	static const char *const overrides[] = { "compose.override.yml", "compose.override.yaml",
						 "docker-compose.override.yml",
						 "docker-compose.override.yaml", NULL };
	cleanup_free char *dir = xstrdup(start);

	for (;;) {
		cleanup_strv char **found = NULL, **more = NULL;
		char *parent;

		find_files(dir, names, &found);
		if (found) {
			choose(found, "config", files);
			find_files(dir, overrides, &more);
			if (more)
				choose(more, "override", files);
			return;
		}
		if (streq(dir, "/"))
			return;
		parent = go_path_dir(dir);
		free(dir);
		dir = parent;
	}
}

/* What COMPOSE_FILE names. */
static int files_of_environment(char *const *env, char ***ret, Error **err)
{
	const char *list = env_get(env, "COMPOSE_FILE"),
		   *sep = env_get(env, "COMPOSE_PATH_SEPARATOR");
	size_t n;

	if (str_empty(sep))
		sep = ":";
	for (const char *s = list; s; s = s[n] ? s + n + strlen(sep) : NULL) {
		const char *end = strstr(s, sep);
		cleanup_free char *path = NULL, *absolute = NULL;
		struct stat st;

		n = end ? (size_t)(end - s) : strlen(s);
		path = xstrndup(s, n);
		absolute = streq(path, "-") ? xstrdup(path) : compose_path_absolute(path);
		if (!streq(path, "-") && stat(absolute, &st) < 0)
			return error_go(err, errno, "stat", absolute);
		strv_add(ret, absolute);
	}
	return 0;
}

/* ---- the directory ---- */

static char *project_dir(const ComposeOptions *options, char *const *files)
{
	if (!str_empty(options->project_directory))
		return compose_path_absolute(options->project_directory);
	STRV_FOREACH(file, files) {
		cleanup_free char *path = NULL;

		if (streq(*file, "-"))
			continue;
		path = compose_path_absolute(*file);
		return go_path_dir(path);
	}
	return compose_path_absolute("");
}

static int find_config(const ComposeOptions *options, char *const *env, char ***ret, Error **err)
{
	cleanup_free char *dir = NULL;
	int r = 0;

	STRV_FOREACH(file, options->files) {
		r = compose_check_local(*file, err);
		if (r < 0)
			return r;
		strv_push(ret, streq(*file, "-") ? xstrdup("-") : compose_path_absolute(*file));
	}
	if (!*ret)
		r = files_of_environment(env, ret, err);
	if (r < 0 || *ret)
		return r;
	dir = project_dir(options, NULL);
	look_up(dir, ret);
	return 0;
}

/* ---- environment files ---- */

/* strconv.ParseBool. */
static int parse_bool(const char *s, bool *ret, Error **err)
{
	static const char *const words[] = { "1", "t", "T", "TRUE",  "true",  "True",
					     "0", "f", "F", "FALSE", "false", "False" };
	cleanup_free char *quoted = str_quote(s);

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (streq(s, words[i])) {
			*ret = i < 6;
			return 0;
		}
	return error_set(err, EINVAL, "strconv.ParseBool: parsing %s: invalid syntax", quoted);
}

/* --env-file, COMPOSE_ENV_FILES. */
static char **asked_env_files(const ComposeOptions *options, char *const *env)
{
	const char *list = env_get(env, "COMPOSE_ENV_FILES");
	cleanup_strv char **names = NULL, **files = NULL;

	if (!options->env_files && !str_empty(list))
		names = strv_split(list, ',');
	STRV_FOREACH(file, options->env_files ? options->env_files : names)
		strv_push(&files, compose_path_absolute(*file));
	return steal(&files);
}

/* `.env` in the project's directory. */
static int default_env_file(const char *dir, char *const *env, char ***ret, Error **err)
{
	const char *off = env_get(env, "COMPOSE_DISABLE_ENV_FILE");
	cleanup_free char *path = compose_path_join(dir, ".env");
	struct stat st;
	bool disabled = false;
	int r = off ? parse_bool(off, &disabled, err) : 0;

	if (r < 0 || disabled)
		return r;
	if (stat(path, &st) < 0)
		return errno == ENOENT ? 0 : error_go(err, errno, "stat", path);
	if (!S_ISDIR(st.st_mode))
		strv_add(ret, path);
	return 0;
}

/* Adds what the environment files set and the environment does not. */
static int add_env_files(char *const *files, char ***env, Error **err)
{
	cleanup_strv char **found = NULL;
	int r = dotenv_read(files, *env, &found, err);

	if (r < 0)
		return r;
	STRV_FOREACH(v, found) {
		cleanup_free char *name = xstrndup(*v, strcspn(*v, "="));

		if (!env_get(*env, name))
			strv_add(env, *v);
	}
	return 0;
}

/* ---- all of it ---- */

/* One pass: what compose does once to know COMPOSE_* of the environment files, and again with
 * them. */
static int look_around(const ComposeOptions *options, char ***env, char ***files, Error **err)
{
	cleanup_strv char **env_files = asked_env_files(options, *env);
	cleanup_free char *dir = NULL;
	int r = find_config(options, *env, files, err);

	if (r < 0)
		return r;
	dir = project_dir(options, *files);
	if (!env_files)
		r = default_env_file(dir, *env, &env_files, err);
	return r < 0 ? r : add_env_files(env_files, env, err);
}

/* A variable without a name or `=` is none. */
static char **initial_environment(const ComposeOptions *options)
{
	char **env = NULL;

	STRV_FOREACH(v, options->environment ? options->environment : environ)
		if (strchr(*v, '='))
			strv_add(&env, *v);
	return env;
}

int compose_environment(const ComposeOptions *options, char ***env, Error **err)
{
	cleanup_strv char **files = NULL;

	return look_around(options, env, &files, err);
}

static char **active_profiles(const ComposeOptions *options, char *const *env)
{
	const char *list = env_get(env, "COMPOSE_PROFILES");
	cleanup_strv char **words = NULL, **profiles = NULL;

	if (options->profiles)
		return strv_copy(options->profiles);
	words = list ? strv_split(list, ',') : NULL;
	STRV_FOREACH(word, words) {
		const char *start = *word + strspn(*word, " \t");
		cleanup_free char *name = xstrndup(start, strcspn(start, " \t"));

		if (*name)
			strv_add(&profiles, name);
	}
	return steal(&profiles);
}

int compose_discover(const ComposeOptions *options, ComposeSite *ret, Error **err)
{
	cleanup_compose_site ComposeSite s = { 0 };
	cleanup_strv char **ignored = NULL;
	cleanup_error Error *e = NULL;
	int r = 0;

	s.environment = initial_environment(options);
	s.env_files = asked_env_files(options, s.environment);
	if (options->project_name)
		r = compose_check_name(options->project_name, &e);
	if (r >= 0)
		r = look_around(options, &s.environment, &ignored, &e);
	if (r < 0)
		return error_set(err, EBADR, "%s", e->msg);
	r = look_around(options, &s.environment, &s.files, err);
	if (r < 0)
		return r;
	s.dir = project_dir(options, s.files);
	s.profiles = active_profiles(options, s.environment);
	*ret = s;
	s = (ComposeSite){ 0 };
	return 0;
}
