#include "librunner/options/fragment-words.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/options/csv.h"

/* Flags whose values may be a map, and what stands between a key and its value. */
static const struct {
	const char *flag, *separator;
} maps[] = {
	{ "add-host", "=" }, { "annotation", "=" }, { "env", "=" },
	{ "hook", "=" },     { "label", "=" },	    { "log-opt", "=" },
	{ "sysctl", "=" },   { "tmpfs", ":" },	    { "ulimit", "=" },
};

static const char *map_separator(const Flag *flag)
{
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		if (streq(flag->name, maps[i].flag))
			return maps[i].separator;
	return NULL;
}

/* Whether a flag may be given several times. */
static bool takes_list(const Flag *flag)
{
	static const char *const types[] = { "list", "map", "mount", "ulimit", "network" };

	for (size_t i = 0; flag->type && i < sizeof(types) / sizeof(*types); i++)
		if (streq(flag->type, types[i]))
			return true;
	return false;
}

/* The text of a string, a number or a boolean; NULL for anything else. */
static char *scalar_text(const json_t *value)
{
	char *text, *copy;

	if (json_is_string(value))
		return xstrdup(json_string_value(value));
	if (json_is_boolean(value))
		return xstrdup(json_is_true(value) ? "true" : "false");
	if (!json_is_number(value))
		return NULL;
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	copy = xstrdup(text);
	free(text);
	return copy;
}

static int add_scalar(const Flag *flag, const json_t *value, char ***words, Error **err)
{
	cleanup_free char *text = scalar_text(value);

	if (!text)
		return error_set(err, EINVAL, "%s: expected a value", flag->name);
	strv_addf(words, "--%s=%s", flag->name, text);
	return 0;
}

/* {type: bind, source: …} as the record that --mount takes. */
static int add_mount(const Flag *flag, json_t *map, char ***words, Error **err)
{
	cleanup_free char *record = NULL;
	const char *key;
	json_t *value;

	json_object_foreach(map, key, value) {
		cleanup_free char *text = scalar_text(value);

		if (!text && !json_is_null(value))
			return error_set(err, EINVAL, "%s: %s: expected a value", flag->name, key);
		csv_add(&record, key, text);
	}
	strv_addf(words, "--%s=%s", flag->name, record ? record : "");
	return 0;
}

static int add_pair(const Flag *flag, const char *key, const json_t *value, char ***words,
		    Error **err)
{
	const char *separator = map_separator(flag);
	cleanup_free char *text = scalar_text(value);

	if (json_is_null(value))
		strv_addf(words, "--%s=%s", flag->name, key);
	else if (text)
		strv_addf(words, "--%s=%s%s%s", flag->name, key, separator, text);
	else
		return error_set(err, EINVAL, "%s: %s: expected a value", flag->name, key);
	return 0;
}

static int add_map(const Flag *flag, json_t *map, char ***words, Error **err)
{
	const char *key;
	json_t *value;
	int r = 0;

	json_object_foreach(map, key, value) {
		size_t i, n = json_is_array(value) ? json_array_size(value) : 0;

		/* Several hooks of one moment. */
		for (i = 0; r >= 0 && i < n; i++)
			r = add_pair(flag, key, json_array_get(value, i), words, err);
		if (r >= 0 && !json_is_array(value))
			r = add_pair(flag, key, value, words, err);
	}
	return r;
}

static int add_any(const Flag *flag, json_t *value, char ***words, Error **err)
{
	if (!json_is_object(value))
		return add_scalar(flag, value, words, err);
	if (flag->type && streq(flag->type, "mount"))
		return add_mount(flag, value, words, err);
	if (map_separator(flag))
		return add_map(flag, value, words, err);
	return error_set(err, EINVAL, "%s: expected a value, got a map", flag->name);
}

int fragment_words(const Flag *flag, const json_t *value, char ***words, Error **err)
{
	size_t n = json_array_size(value);
	int r = 0;

	if (!json_is_array(value))
		return add_any(flag, (json_t *)(uintptr_t)value, words, err);
	if (!takes_list(flag))
		return error_set(err, EINVAL, "%s: expected one value, got a list", flag->name);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = add_any(flag, json_array_get(value, i), words, err);
	return r;
}
