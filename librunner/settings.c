#include "librunner/settings.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "libcommon/yaml.h"

#define DEFAULT_CONFIG "/etc/racker/config.yaml"
#define MAX_CONFIG ((size_t)1024 * 1024)
#define MAX_HOOKS 100
#define START_TIMEOUT_SEC 90
#define NSEC_PER_SEC INT64_C(1000000000)

typedef struct HookLists {
	char **pre_start, **post_start, **post_stop;
} HookLists;

typedef struct ConfigFile {
	json_t *hooks;
	char *start_timeout, *default_network;
} ConfigFile;

/* clang-format off */
static const JsonField file_fields[] = {
	JSON_RAW(ConfigFile, "hooks", hooks, 0),
	JSON_STRING(ConfigFile, "start-timeout", start_timeout, 0),
	JSON_STRING(ConfigFile, "default-network", default_network, 0),
	JSON_END
};
static const JsonType file_type = { "config", sizeof(ConfigFile), file_fields };

static const JsonField hook_fields[] = {
	JSON_STRV(HookLists, "pre-start", pre_start, JSON_STRING_OR_ARRAY),
	JSON_STRV(HookLists, "post-start", post_start, JSON_STRING_OR_ARRAY),
	JSON_STRV(HookLists, "post-stop", post_stop, JSON_STRING_OR_ARRAY),
	JSON_END
};
static const JsonType hooks_type = { "hooks", sizeof(HookLists), hook_fields };
/* clang-format on */

static void file_clear(ConfigFile *f)
{
	json_clear(&file_type, f);
}

static void lists_clear(HookLists *l)
{
	json_clear(&hooks_type, l);
}

static void add_hooks(Settings *s, const char *when, char *const *commands)
{
	STRV_FOREACH(it, commands) {
		s->hooks = xreallocarray(s->hooks, s->n_hooks + 1, sizeof(*s->hooks));
		s->hooks[s->n_hooks++] = (Hook){ xstrdup(when), xstrdup(*it) };
	}
}

static int take_hooks(const json_t *hooks, Settings *ret, Error **err)
{
	cleanup(lists_clear) HookLists lists = { 0 };
	int r;

	if (!hooks || json_is_null(hooks))
		return 0;
	r = json_decode_strict(hooks, &hooks_type, &lists, err);
	if (r < 0)
		return r;
	add_hooks(ret, "pre-start", lists.pre_start);
	add_hooks(ret, "post-start", lists.post_start);
	add_hooks(ret, "post-stop", lists.post_stop);
	return ret->n_hooks <= MAX_HOOKS
		       ? 0
		       : error_set(err, EINVAL, "hooks: at most %d are possible", MAX_HOOKS);
}

static int take_timeout(const char *text, Settings *ret, Error **err)
{
	int64_t duration;

	if (!text)
		return 0;
	if (units_parse_duration(text, &duration, NULL) < 0 || duration < NSEC_PER_SEC)
		return error_set(err, EINVAL,
				 "start-timeout: '%s' is not a duration of a second or more", text);
	ret->start_timeout = duration / NSEC_PER_SEC;
	return 0;
}

int settings_parse(const char *text, size_t n, const char *path, Settings *ret, Error **err)
{
	cleanup(file_clear) ConfigFile f = { 0 };
	cleanup_json json_t *v = NULL;
	int r = yaml_parse(text, n, path, &v, err);

	*ret = (Settings){ .start_timeout = START_TIMEOUT_SEC };
	if (r < 0)
		return r;
	r = json_decode(v, &file_type, &f, err);
	if (r >= 0)
		r = take_hooks(f.hooks, ret, err);
	if (r >= 0)
		r = take_timeout(f.start_timeout, ret, err);
	ret->default_network = steal(&f.default_network);
	return r < 0 ? error_prefix(err, r, "%s", path) : 0;
}

int settings_load(Settings *ret, Error **err)
{
	const char *env = getenv("RACKER_CONFIG"), *path = str_empty(env) ? DEFAULT_CONFIG : env;
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	int r = fs_read_file(AT_FDCWD, path, MAX_CONFIG, &text);

	*ret = (Settings){ .start_timeout = START_TIMEOUT_SEC };
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r < 0)
		return error_errno(err, -r, "read %s", path);
	return settings_parse(text.data ? text.data : "", text.len, path, ret, err);
}

void settings_clear(Settings *s)
{
	for (size_t i = 0; i < s->n_hooks; i++) {
		free(s->hooks[i].when);
		free(s->hooks[i].command);
	}
	free(s->hooks);
	free(s->default_network);
	*s = (Settings){ 0 };
}
