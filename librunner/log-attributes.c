#include "librunner/log-attributes.h"

#include <regex.h>

#include "libcommon/alloc.h"
#include "libcommon/cli/template.h"
#include "libcommon/str.h"

#define SHORT_ID 12
/* Every line of the log repeats them. */
#define ATTRIBUTES_MAX (16 << 10)

static bool name_is(const char *text, const char *name)
{
	size_t n = strlen(name);

	return strncmp(text, name, n) == 0 && text[n] == '=';
}

/* The entries of `all` whose names `list` has, separated by commas. */
static void add_named(char ***to, char *const *all, const char *list)
{
	cleanup_strv char **names = str_empty(list) ? NULL : strv_split(list, ',');

	STRV_FOREACH(name, names)
		STRV_FOREACH(it, all)
			if (name_is(*it, *name))
				env_set(to, *name, *it + strlen(*name) + 1);
}

static int add_matching(char ***to, char *const *all, const char *pattern, Error **err)
{
	regex_t regex;
	int r;

	if (str_empty(pattern))
		return 0;
	r = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
	if (r != 0) {
		char why[128];

		(void)regerror(r, &regex, why, sizeof(why));
		return error_set(err, EINVAL, "error parsing regexp: %s: `%s`", why, pattern);
	}
	STRV_FOREACH(it, all) {
		cleanup_free char *name = xstrndup(*it, strcspn(*it, "="));

		if (strchr(*it, '=') && regexec(&regex, name, 0, NULL, 0) == 0)
			env_set(to, name, strchr(*it, '=') + 1);
	}
	regfree(&regex);
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int log_attributes(const Container *c, char ***ret, Error **err)
{
	char *const *config = c->host.log.config;
	cleanup_strv char **found = NULL;
	size_t total = 0;
	int r;

	add_named(&found, c->config.labels, env_get(config, "labels"));
	add_named(&found, c->config.env, env_get(config, "env"));
	r = add_matching(&found, c->config.labels, env_get(config, "labels-regex"), err);
	if (r >= 0)
		r = add_matching(&found, c->config.env, env_get(config, "env-regex"), err);
	if (r < 0)
		return r;
	STRV_FOREACH(it, found)
		total += strlen(*it);
	if (total > ATTRIBUTES_MAX)
		return error_set(err, E2BIG,
				 "the labels and variables for the log have %zu bytes, the limit "
				 "is %d",
				 total, ATTRIBUTES_MAX);
	if (found)
		qsort(found, strv_length(found), sizeof(*found), compare_names);
	*ret = steal(&found);
	return 0;
}

static json_t *text(const char *s)
{
	return json_string_lossy(s ? s : "", s ? strlen(s) : 0);
}

/* What Docker's logger.Info has under these names. */
static json_t *tag_data(const Container *c)
{
	cleanup_free char *args = strv_join(c->args, " ");
	cleanup_free char *command =
		xasprintf("%s%s%s", c->path, str_empty(args) ? "" : " ", args ? args : "");
	cleanup_free char *path = xasprintf("/%s", c->name ? c->name : "");
	cleanup_free char *id = xstrndup(c->id, SHORT_ID);
	cleanup_free char *image = xstrndup(c->image_id, SHORT_ID);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "ID",
			 text(id), "FullID", text(c->id), "Name", text(c->name), "ImageName",
			 text(c->config.image), "ImageID", text(image), "ImageFullID",
			 text(c->image_id), "DaemonName", "racker", "Command", text(command),
			 "ContainerID", text(c->id), "ContainerName", text(path),
			 "ContainerImageID", text(c->image_id), "ContainerImageName",
			 text(c->config.image));
}

int log_tag(const Container *c, char **ret, Error **err)
{
	const char *tag = env_get(c->host.log.config, "tag");
	cleanup(template_freep) Template *t = NULL;
	cleanup_json json_t *data = NULL;
	cleanup_strbuf Strbuf out = STRBUF_INIT;
	int r;

	*ret = NULL;
	if (str_empty(tag))
		return 0;
	r = template_parse(tag, &t, err);
	if (r < 0)
		return r;
	data = tag_data(c);
	r = template_execute(t, data, 0, &out, err);
	if (r < 0)
		return r;
	if (out.len > ATTRIBUTES_MAX)
		return error_set(err, E2BIG, "the tag for the log has %zu bytes, the limit is %d",
				 out.len, ATTRIBUTES_MAX);
	*ret = strbuf_steal(&out);
	return 0;
}
