#include "librunner/options/fragment.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libcommon/yaml.h"
#include "librunner/options/fragment-words.h"
#include "librunner/options/paths.h"
#include "librunner/options/refused.h"

#define FRAGMENT_MAX_SIZE (1 << 20)
#define FRAGMENT_MAX_DEPTH 16
/* Files may be included from several places, but not so often that reading takes for ever. */
#define FRAGMENT_MAX_FILES 256

#define SETTLED "is settled when the container is created"
#define COMMAND_LINE "belongs to the command line"

typedef struct Reader {
	RunFlags *flags;
	char **open; /* the files that are being read, outermost first */
	size_t n_files;
} Reader;

typedef struct Fragment {
	const char *path;
	const char *text;
	char *folder;
} Fragment;

/* Keys that are run flags, or words of it, but not of fragments. */
static const struct {
	const char *key, *why;
} excluded[] = {
	{ "image", SETTLED },
	{ "command", SETTLED },
	{ "name", SETTLED },
	{ "rootfs", SETTLED },
	{ "platform", SETTLED },
	{ "pull", SETTLED },
	{ "boot", SETTLED },
	{ "replace", SETTLED },
	{ "volumes-from", SETTLED },
	{ "quiet", COMMAND_LINE },
	{ "cidfile", COMMAND_LINE },
	{ "attach", COMMAND_LINE },
	{ "detach", COMMAND_LINE },
	{ "detach-keys", COMMAND_LINE },
	{ "sig-proxy", COMMAND_LINE },
	{ "disable-content-trust", COMMAND_LINE },
	{ "config-file", "is `includes` in a file" },
};

/* ---- errors ---- */

/* The line of a key of the outermost map, written in block style; 0 when it is not found. */
static unsigned line_of(const char *text, const char *key)
{
	size_t n = strlen(key);
	unsigned line = 1;

	for (const char *p = text; p; line++) {
		const char *k = p + (*p == '"' || *p == '\'');

		if (strncmp(k, key, n) == 0 && strchr(": \t\"'", k[n]) && k[n])
			return line;
		p = strchr(p, '\n');
		if (p)
			p++;
	}
	return 0;
}

static int at_key(const Fragment *file, const char *key, int r, Error **err)
{
	unsigned line = line_of(file->text, key);

	return line ? error_prefix(err, r, "%s:%u", file->path, line)
		    : error_prefix(err, r, "%s", file->path);
}

static const char *refused_reason(const char *key)
{
	for (const RefusedFlag *row = refused_flags; row->commands; row++)
		if (!row->value && streq(row->name, key) && refused_concerns(row, "run"))
			return row->reason;
	return NULL;
}

static int unknown_key(const char *key, Error **err)
{
	const char *why = refused_reason(key);

	if (why)
		return error_set(err, EOPNOTSUPP, "flag --%s is not supported: %s", key, why);
	return error_set(err, EINVAL, "unknown flag: %s", key);
}

/* ---- keys ---- */

static int parse_words(RunFlags *f, char **words, Error **err)
{
	FlagSet set = { run_flags, f };
	FlagsParsed parsed;
	int r = flags_parse(&set, 1, false, words, &parsed, err);

	flags_parsed_clear(&parsed);
	return r;
}

static int apply_key(RunFlags *f, const char *key, const json_t *value, Error **err)
{
	const Flag *flag = flags_find(run_flags, key, strlen(key));
	cleanup_strv char **words = NULL;
	int r;

	for (size_t i = 0; i < sizeof(excluded) / sizeof(*excluded); i++)
		if (streq(key, excluded[i].key))
			return error_set(err, EINVAL, "%s cannot be in a file: it %s", key,
					 excluded[i].why);
	if (!flag)
		return unknown_key(key, err);
	r = fragment_words(flag, value, &words, err);
	return r >= 0 && words ? parse_words(f, words, err) : r;
}

static int apply_keys(RunFlags *f, const Fragment *file, json_t *map, Error **err)
{
	const char *key;
	json_t *value;

	json_object_foreach(map, key, value) {
		int r = streq(key, "includes") ? 0 : apply_key(f, key, value, err);

		if (r < 0)
			return at_key(file, key, r, err);
	}
	return 0;
}

static int parse_file(const Fragment *file, size_t n, json_t **ret, Error **err)
{
	int r = yaml_parse(file->text, n, file->path, ret, err);

	if (r >= 0 && !json_is_object(*ret))
		return error_set(err, EINVAL, "%s:1: expected a map of run flags", file->path);
	return r;
}

static int apply_map(RunFlags *f, const Fragment *file, json_t *map, Error **err)
{
	const char *base = f->base;
	int r;

	f->base = file->folder;
	r = apply_keys(f, file, map, err);
	if (r >= 0) {
		r = run_flags_fold(f, err);
		if (r < 0)
			r = error_prefix(err, r, "%s", file->path);
	}
	f->base = base;
	return r;
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !slash	       ? xstrdup(".")
	       : slash == path ? xstrdup("/")
			       : xstrndup(path, (size_t)(slash - path));
}

int fragment_apply_text(RunFlags *f, const char *path, const char *text, size_t n, Error **err)
{
	cleanup_free char *folder = folder_of(path);
	cleanup_json json_t *map = NULL;
	Fragment file = { path, text, folder };
	int r = parse_file(&file, n, &map, err);

	return r < 0 ? r : apply_map(f, &file, map, err);
}

/* ---- files ---- */

static int read_file(Reader *reader, const char *path, Error **err);

static int read_includes(Reader *reader, const Fragment *file, const json_t *list, Error **err)
{
	size_t n = json_array_size(list);
	int r = 0;

	if (json_is_string(list))
		n = 1;
	else if (list && !json_is_array(list))
		return error_set(err, EINVAL, "includes: expected a list of files");
	for (size_t i = 0; r >= 0 && i < n; i++) {
		const json_t *item = json_is_string(list) ? list : json_array_get(list, i);
		cleanup_free char *path = NULL;

		if (!json_is_string(item) || !*json_string_value(item))
			return error_set(err, EINVAL, "includes: expected a file");
		r = path_absolute(json_string_value(item), file->folder, &path, err);
		if (r >= 0)
			r = read_file(reader, path, err);
	}
	return r;
}

static int check_reader(const Reader *reader, const char *path, Error **err)
{
	if (strv_contains(reader->open, path))
		return error_set(err, ELOOP, "%s includes itself", path);
	if (strv_length(reader->open) >= FRAGMENT_MAX_DEPTH)
		return error_set(err, ELOOP, "%s: files include each other more than %d deep", path,
				 FRAGMENT_MAX_DEPTH);
	if (reader->n_files >= FRAGMENT_MAX_FILES)
		return error_set(err, E2BIG, "%s: more than %d files are included", path,
				 FRAGMENT_MAX_FILES);
	return 0;
}

static int read_map(Reader *reader, const Fragment *file, size_t n, Error **err)
{
	cleanup_json json_t *map = NULL;
	int r = parse_file(file, n, &map, err);

	if (r < 0)
		return r;
	r = read_includes(reader, file, json_object_get(map, "includes"), err);
	if (r < 0)
		return at_key(file, "includes", r, err);
	return apply_map(reader->flags, file, map, err);
}

static int read_file(Reader *reader, const char *path, Error **err)
{
	cleanup_free char *folder = folder_of(path);
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	Fragment file = { path, "", folder };
	size_t depth = strv_length(reader->open);
	int r = check_reader(reader, path, err);

	if (r < 0)
		return r;
	r = fs_read_file(AT_FDCWD, path, FRAGMENT_MAX_SIZE, &text);
	if (r < 0)
		return error_errno(err, -r, "open %s", path);
	reader->n_files++;
	strv_add(&reader->open, path);
	if (text.data)
		file.text = text.data;
	r = read_map(reader, &file, text.len, err);
	free(reader->open[depth]);
	reader->open[depth] = NULL;
	return r;
}

int fragment_apply(RunFlags *f, const char *path, Error **err)
{
	Reader reader = { .flags = f };
	int r = read_file(&reader, path, err);

	strv_free(reader.open);
	return r;
}
