#include "compose/interpolate.h"

#include <math.h>
#include <strings.h>

#include "compose/dotenv.h"
#include "compose/pattern.h"
#include "compose/substitute.h"
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"

/* ---- casts ---- */

/* Makes a value of a string; failures are worded as Go's strconv words them. */
typedef int (*Cast)(const char *s, json_t **ret, Error **err);

static int fail_parse(const char *function, const char *s, const char *why, Error **err)
{
	cleanup_free char *quoted = str_quote(s);

	return error_set(err, EINVAL, "strconv.%s: parsing %s: %s", function, quoted, why);
}

static int parse_integer(const char *function, const char *s, json_t **ret, Error **err)
{
	int64_t value;
	int r = str_to_i64(*s == '+' && s[1] != '-' ? s + 1 : s, &value);

	if (r == -ERANGE)
		return fail_parse(function, s, "value out of range", err);
	if (r < 0)
		return fail_parse(function, s, "invalid syntax", err);
	*ret = json_integer(value);
	return 0;
}

static int to_int(const char *s, json_t **ret, Error **err)
{
	return parse_integer("Atoi", s, ret, err);
}

static int to_int64(const char *s, json_t **ret, Error **err)
{
	return parse_integer("ParseInt", s, ret, err);
}

static int to_float(const char *s, json_t **ret, Error **err)
{
	char *end;
	double value;

	errno = 0;
	value = strtod(s, &end);
	if (end == s || *end || *s == ' ' || *s == '\t' || !isfinite(value))
		return fail_parse("ParseFloat", s,
				  errno == ERANGE ? "value out of range" : "invalid syntax", err);
	*ret = json_real(value);
	return 0;
}

static int to_boolean(const char *s, json_t **ret, Error **err)
{
	static const struct {
		const char *word;
		bool value, yaml_1_1;
	} words[] = {
		{ "true", true, false }, { "false", false, false }, { "y", true, true },
		{ "yes", true, true },	 { "on", true, true },	    { "n", false, true },
		{ "no", false, true },	 { "off", false, true },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		cleanup_free char *quoted = NULL;

		if (strcasecmp(s, words[i].word) != 0)
			continue;
		quoted = str_quote(s);
		if (words[i].yaml_1_1)
			log_warning("%s for boolean is not supported by YAML 1.2, please use `%s`",
				    quoted, words[i].value ? "true" : "false");
		*ret = json_boolean(words[i].value);
		return 0;
	}
	return error_set(err, EINVAL, "invalid boolean: %s", s);
}

/* clang-format off */
static const struct {
	const char *pattern;
	Cast cast;
} casts[] = {
	{ "services.*.configs.[].mode", to_int },
	{ "services.*.cpu_count", to_int64 },
	{ "services.*.cpu_percent", to_float },
	{ "services.*.cpu_period", to_int64 },
	{ "services.*.cpu_quota", to_int64 },
	{ "services.*.cpu_rt_period", to_int64 },
	{ "services.*.cpu_rt_runtime", to_int64 },
	{ "services.*.cpus", to_float },
	{ "services.*.cpu_shares", to_int64 },
	{ "services.*.init", to_boolean },
	{ "services.*.deploy.replicas", to_int },
	{ "services.*.deploy.update_config.parallelism", to_int },
	{ "services.*.deploy.update_config.max_failure_ratio", to_float },
	{ "services.*.deploy.rollback_config.parallelism", to_int },
	{ "services.*.deploy.rollback_config.max_failure_ratio", to_float },
	{ "services.*.deploy.restart_policy.max_attempts", to_int },
	{ "services.*.deploy.placement.max_replicas_per_node", to_int },
	{ "services.*.healthcheck.retries", to_int },
	{ "services.*.healthcheck.disable", to_boolean },
	{ "services.*.oom_kill_disable", to_boolean },
	{ "services.*.oom_score_adj", to_int64 },
	{ "services.*.pids_limit", to_int64 },
	{ "services.*.ports.[].target", to_int },
	{ "services.*.privileged", to_boolean },
	{ "services.*.read_only", to_boolean },
	{ "services.*.scale", to_int },
	{ "services.*.secrets.[].mode", to_int },
	{ "services.*.stdin_open", to_boolean },
	{ "services.*.tty", to_boolean },
	{ "services.*.ulimits.*", to_int },
	{ "services.*.ulimits.*.hard", to_int },
	{ "services.*.ulimits.*.soft", to_int },
	{ "services.*.volumes.[].read_only", to_boolean },
	{ "services.*.volumes.[].volume.nocopy", to_boolean },
	{ "networks.*.external", to_boolean },
	{ "networks.*.internal", to_boolean },
	{ "networks.*.attachable", to_boolean },
	{ "networks.*.enable_ipv4", to_boolean },
	{ "networks.*.enable_ipv6", to_boolean },
	{ "volumes.*.external", to_boolean },
	{ "secrets.*.external", to_boolean },
	{ "configs.*.external", to_boolean },
};
/* clang-format on */

static Cast find_cast(const KeyPath *path)
{
	for (size_t i = 0; i < sizeof(casts) / sizeof(*casts); i++)
		if (key_path_matches(path, casts[i].pattern))
			return casts[i].cast;
	return NULL;
}

/* ---- the walk ---- */

typedef struct Walk {
	KeyPath path;
	ComposePositions *positions;
	char *const *env;
	Error **err;
} Walk;

static int fail_substitute(const Walk *w, SubstituteFailure why, const char *text)
{
	cleanup_free char *path = key_path_text(&w->path);

	if (why == SUBSTITUTE_INVALID)
		return error_set(w->err, EINVAL,
				 "invalid interpolation format for %s.\n"
				 "You may need to escape any $ with another $.\n%s",
				 path, text);
	return error_set(w->err, EINVAL, "error while interpolating %s: %s", path, text);
}

/* The value that a string stands for: *ret may be NULL where it is the string itself. */
static int interpolate_string(const Walk *w, const char *s, json_t **ret)
{
	Cast cast = find_cast(&w->path);
	cleanup_error Error *e = NULL;
	cleanup_free char *text = NULL;
	SubstituteFailure why;

	*ret = NULL;
	if (!cast && !strchr(s, '$'))
		return 0;
	if (substitute(s, variable_lookup_env, w->env, &text, &why, &e) < 0)
		return fail_substitute(w, why, e->msg);
	if (!cast) {
		*ret = json_string_lossy(text, strlen(text));
		return 0;
	}
	if (cast(text, ret, &e) < 0) {
		cleanup_free char *path = key_path_text(&w->path);

		return error_set(
			w->err, EINVAL,
			"error while interpolating %s: failed to cast to expected type: %s", path,
			e->msg);
	}
	return 0;
}

static int walk(Walk *w, json_t *value);

/* Interpolates `value`, or gives what takes its place. */
static int interpolate(Walk *w, json_t *value, json_t **ret)
{
	int r;

	*ret = NULL;
	if (!json_is_string(value))
		return walk(w, value);
	r = interpolate_string(w, json_string_value(value), ret);
	if (r >= 0 && *ret)
		compose_position_move(w->positions, value, NULL, *ret, NULL);
	return r;
}

static int walk_object(Walk *w, json_t *object)
{
	const char *key;
	json_t *value, *new;
	void *next;
	int r = 0;

	json_object_foreach_safe(object, next, key, value)
	{
		key_path_push(&w->path, key);
		r = interpolate(w, value, &new);
		key_path_pop(&w->path);
		if (r < 0)
			return r;
		if (new)
			(void)json_object_set_new(object, key, new);
	}
	return r;
}

static int walk_array(Walk *w, json_t *array)
{
	json_t *value, *new;
	size_t i;
	int r = 0;

	key_path_push(&w->path, "[]");
	json_array_foreach(array, i, value) {
		r = interpolate(w, value, &new);
		if (r < 0)
			break;
		if (new)
			(void)json_array_set_new(array, i, new);
	}
	key_path_pop(&w->path);
	return r;
}

static int walk(Walk *w, json_t *value)
{
	if (json_is_object(value))
		return walk_object(w, value);
	return json_is_array(value) ? walk_array(w, value) : 0;
}

int compose_interpolate(json_t *tree, ComposePositions *positions, char *const *env, Error **err)
{
	Walk w = { .positions = positions, .env = env, .err = err };

	return walk(&w, tree);
}
