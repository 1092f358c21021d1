#include "librunner/options/run-words.h"

#include "libcommon/alloc.h"
#include "libcommon/env-file.h"
#include "libcommon/str.h"
#include "librunner/options/csv.h"
#include "librunner/options/fragment.h"
#include "librunner/options/paths.h"
#include "librunner/options/security.h"
#include "librunner/options/volumes.h"

/* The value of a word of that flag, or NULL. */
static const char *value_of(const char *word, const char *flag)
{
	const char *name = startswith(word, "--"), *rest = name ? startswith(name, flag) : NULL;

	return rest && *rest == '=' ? rest + 1 : NULL;
}

static bool is_about_creating(const char *word)
{
	static const char *const flags[] = { "name",	"platform",  "pull",
					     "quiet",	"cidfile",   "config-file",
					     "replace", "sig-proxy", "detach-keys" };

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (value_of(word, flags[i]))
			return true;
	return false;
}

/* ---- making them independent of where we are ---- */

static int keep_file(const char *path, const char *flag, bool inherit, char ***ret, Error **err)
{
	cleanup_strv char **values = NULL;
	int r = env_file_read(path, inherit, &values, err);

	STRV_FOREACH(it, values)
		strv_addf(ret, "--%s=%s", flag, *it);
	return r;
}

/* Files count for less than what is said one by one, so they come first. */
static int keep_files(char *const *words, char ***ret, Error **err)
{
	int r = 0;

	STRV_FOREACH(it, words) {
		const char *env = value_of(*it, "env-file"), *labels = value_of(*it, "label-file");

		if (r >= 0 && env)
			r = keep_file(env, "env", true, ret, err);
		if (r >= 0 && labels)
			r = keep_file(labels, "label", false, ret, err);
	}
	return r;
}

/* Only the source can be relative. */
static int keep_mount(const char *value, char ***ret, Error **err)
{
	cleanup_strv char **fields = NULL;
	cleanup_free char *record = NULL;
	int r = csv_parse(value, &fields, err);

	STRV_FOREACH(it, fields) {
		const char *source = startswith(*it, "source=");
		cleanup_free char *path = NULL;

		if (!source)
			source = startswith(*it, "src=");
		if (r >= 0 && source && (streq(source, ".") || startswith(source, "./")))
			r = path_absolute(source, NULL, &path, err);
		csv_add(&record, path ? "source" : *it, path);
	}
	if (r >= 0)
		strv_addf(ret, "--mount=%s", record);
	return r;
}

static int keep_word(const char *word, char ***ret, Error **err)
{
	const char *env = value_of(word, "env"), *volume = value_of(word, "volume"),
		   *security = value_of(word, "security-opt"), *mount = value_of(word, "mount");
	cleanup_free char *text = NULL;
	int r = 0;

	if (mount)
		return keep_mount(mount, ret, err);
	if (volume)
		r = volume_resolve(volume, NULL, &text, err);
	else if (security)
		r = security_option_read(security, NULL, &text, err);
	if (r < 0)
		return r;
	if (text)
		strv_addf(ret, "--%s=%s", volume ? "volume" : "security-opt", text);
	else if (env && !strchr(env, '=') && getenv(env))
		strv_addf(ret, "%s=%s", word, getenv(env));
	else
		strv_add(ret, word);
	return 0;
}

int run_words_keep(char *const *words, char ***ret, Error **err)
{
	cleanup_strv char **kept = NULL;
	int r = keep_files(words, &kept, err);

	STRV_FOREACH(it, words) {
		if (is_about_creating(*it) || value_of(*it, "env-file") ||
		    value_of(*it, "label-file"))
			continue;
		if (r >= 0)
			r = keep_word(*it, &kept, err);
	}
	if (r < 0)
		return r;
	strv_extend(ret, kept);
	return 0;
}

/* ---- using them ---- */

int run_words_request(char *const *files, char *const *words, RunFlags *ret, Error **err)
{
	cleanup_strv char **copy = strv_copy(words);
	char *none[] = { NULL };
	FlagSet set = { run_flags, ret };
	FlagsParsed parsed = { 0 };
	int r = 0;

	STRV_FOREACH(it, files)
		if (r >= 0)
			r = fragment_apply(ret, *it, err);
	if (r >= 0)
		r = flags_parse(&set, 1, false, copy ? copy : none, &parsed, err);
	if (r >= 0 && !parsed.operands[0])
		r = error_set(err, EINVAL, "the container's command line names no image");
	if (r >= 0)
		r = run_flags_complete(ret, parsed.operands, err);
	flags_parsed_clear(&parsed);
	return r;
}

/* The operands are left alone: they look like flags when they want. */
static void replace_word(char ***words, const char *change)
{
	cleanup_strv char **old = *words;
	cleanup_free char *name = xstrndup(change + 2, strcspn(change + 2, "="));
	bool operands = false;
	char **fresh = NULL;

	strv_add(&fresh, change);
	STRV_FOREACH(it, old) {
		operands = operands || streq(*it, "--");
		if (operands || !value_of(*it, name))
			strv_add(&fresh, *it);
	}
	*words = fresh;
}

void run_words_update(char ***words, char *const *changes)
{
	STRV_FOREACH(it, changes)
		replace_word(words, *it);
}

/* ---- building ---- */

static int absolute_files(char *const *files, char ***ret, Error **err)
{
	int r = 0;

	STRV_FOREACH(it, files) {
		cleanup_free char *path = NULL;

		if (r >= 0)
			r = path_absolute(*it, NULL, &path, err);
		if (r >= 0)
			strv_add(ret, path);
	}
	return r;
}

static void add_operands(char ***words, char *const *operands)
{
	strv_add(words, "--");
	strv_extend(words, operands);
}

int run_flags_build(RunFlags *f, const FlagsParsed *parsed, Error **err)
{
	cleanup_strv char **words = strv_copy(parsed->words), **kept = NULL, **files = NULL;
	RunFlags again = { 0 };
	int r;

	if (!f->config_files)
		return run_flags_complete(f, parsed->operands, err);
	run_flags_init(&again);
	add_operands(&words, parsed->operands);
	r = absolute_files(f->config_files, &files, err);
	if (r >= 0)
		r = run_words_keep(parsed->words, &kept, err);
	if (r >= 0)
		r = run_words_request(files, words, &again, err);
	run_flags_clear(f);
	flags_clear(run_flags, f);
	*f = again;
	if (r < 0)
		return r;
	add_operands(&kept, parsed->operands);
	f->create.racker.config_files = steal(&files);
	f->create.racker.flags = steal(&kept);
	return 0;
}
