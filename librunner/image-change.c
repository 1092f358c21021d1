#include "librunner/image-change.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "libcommon/alloc.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "librunner/container-config.h"
#include "librunner/go-path.h"
#include "librunner/process.h"

#define MAX_PORT 65535
#define MIN_INTERVAL INT64_C(1000000)

/* The change while its instructions are read. */
typedef struct Work {
	ImageChange *c;
	bool cmd_set;
	char *const *env; /* what variables mean in this instruction */
} Work;

typedef struct Instruction {
	const char *name;
	/* "requires at least one argument", or NULL: none needed */
	const char *needs;
	int (*apply)(Work *w, const char *text, Error **err);
} Instruction;

void image_change_clear(ImageChange *c)
{
	json_clear(&image_config_type, &c->config);
	c->on_build = strv_free(c->on_build);
}

static char *trimmed(const char *text)
{
	size_t n;

	while (isspace((unsigned char)*text))
		text++;
	n = strlen(text);
	while (n > 0 && isspace((unsigned char)text[n - 1]))
		n--;
	return xstrndup(text, n);
}

static int expand(const Work *w, const char *text, char **ret, Error **err)
{
	return word_expand(text, w->env, ret, err);
}

/* ["a","b"]; false when it is not that, which makes it a line for a shell. */
static bool parse_list(const char *text, char ***ret)
{
	cleanup_json json_t *value = NULL;
	cleanup_strv char **list = NULL;
	json_t *item;
	size_t i;

	if (*text != '[' || json_parse(text, strlen(text), "list", &value, NULL) < 0)
		return false;
	json_array_foreach(value, i, item) {
		if (!json_is_string(item))
			return false;
		strv_add(&list, json_string_value(item));
	}
	*ret = steal(&list);
	return true;
}

static void add_shell(const Work *w, char ***list)
{
	if (strv_length(w->c->config.shell)) {
		strv_extend(list, w->c->config.shell);
		return;
	}
	strv_add(list, "/bin/sh");
	strv_add(list, "-c");
}

/* ---- commands ---- */

static void replace(char ***list, char **with /* takes ownership */)
{
	strv_free(*list);
	*list = with;
}

static int apply_cmd(Work *w, const char *text, Error **err)
{
	char **list = NULL;

	(void)err;
	if (!parse_list(text, &list)) {
		add_shell(w, &list);
		if (*text)
			strv_add(&list, text);
	}
	replace(&w->c->config.cmd, list);
	w->cmd_set = true;
	return 0;
}

static int apply_entrypoint(Work *w, const char *text, Error **err)
{
	char **list = NULL;

	(void)err;
	if (*text && !parse_list(text, &list)) {
		add_shell(w, &list);
		strv_add(&list, text);
	}
	replace(&w->c->config.entrypoint, list);
	/* Arguments are for the entrypoint that they were written for. */
	if (list && !w->cmd_set)
		replace(&w->c->config.cmd, NULL);
	return 0;
}

static int parse_duration(const char *flag, const char *value, int64_t *ret, Error **err)
{
	int r = units_parse_duration(value, ret, err);

	if (r >= 0 && *ret != 0 && *ret < MIN_INTERVAL)
		return error_set(err, EINVAL, "Interval \"%s\" cannot be less than 1ms", flag);
	return r;
}

static int health_flag(Healthcheck *h, const char *text, Error **err)
{
	const char *equals = strchr(text, '=');
	cleanup_free char *name = equals ? xstrndup(text, (size_t)(equals - text)) : xstrdup(text);
	const char *value = equals ? equals + 1 : "";
	int r;

	if (streq(name, "interval"))
		return parse_duration(name, value, &h->interval, err);
	if (streq(name, "timeout"))
		return parse_duration(name, value, &h->timeout, err);
	if (streq(name, "start-period"))
		return parse_duration(name, value, &h->start_period, err);
	if (streq(name, "start-interval"))
		return parse_duration(name, value, &h->start_interval, err);
	if (!streq(name, "retries"))
		return error_set(err, EINVAL, "unknown flag: %s", name);
	r = units_parse_int(value, &h->retries, err);
	if (r >= 0 && h->retries < 0)
		return error_set(err, EINVAL, "--retries cannot be negative (%lld)",
				 (long long)h->retries);
	return r;
}

static int health_command(Healthcheck *h, const char *text, Error **err)
{
	cleanup_free char *type = xstrndup(text, strcspn(text, " \t"));
	cleanup_free char *rest = trimmed(text + strlen(type));
	cleanup_strv char **list = NULL;

	if (strcasecmp(type, "NONE") == 0) {
		if (*rest)
			return error_set(err, EINVAL, "HEALTHCHECK NONE takes no arguments");
		strv_add(&h->test, "NONE");
		return 0;
	}
	if (strcasecmp(type, "CMD") != 0) {
		for (char *p = type; *p; p++)
			*p = (char)toupper((unsigned char)*p);
		return error_set(err, EINVAL, "Unknown type \"%s\" in HEALTHCHECK (try CMD)", type);
	}
	if (!*rest)
		return error_set(err, EINVAL, "Missing command after HEALTHCHECK CMD");
	if (parse_list(rest, &list)) {
		strv_add(&h->test, "CMD");
		strv_extend(&h->test, list);
	} else {
		strv_add(&h->test, "CMD-SHELL");
		strv_add(&h->test, rest);
	}
	return 0;
}

static int apply_healthcheck(Work *w, const char *text, Error **err)
{
	Healthcheck h = { 0 };
	int r = 0;

	while (r >= 0 && startswith(text, "--")) {
		size_t n = strcspn(text, " \t");
		cleanup_free char *flag = xstrndup(text + 2, n - 2);

		r = health_flag(&h, flag, err);
		text += n + strspn(text + n, " \t");
	}
	if (r >= 0)
		r = health_command(&h, text, err);
	if (r >= 0) {
		json_decref(w->c->config.healthcheck);
		w->c->config.healthcheck = json_encode(&healthcheck_type, &h);
	}
	json_clear(&healthcheck_type, &h);
	return r;
}

/* ---- names and values ---- */

static int add_pair(Work *w, const char *what, const char *name, const char *value, Error **err)
{
	char ***to = streq(what, "ENV") ? &w->c->config.env : &w->c->config.labels;
	cleanup_free char *n = NULL, *v = NULL;
	int r = expand(w, name, &n, err);

	if (r >= 0)
		r = expand(w, value, &v, err);
	if (r < 0)
		return r;
	if (!*n)
		return error_set(err, EINVAL, "%s names can not be blank", what);
	env_set(to, n, v);
	return 0;
}

/* NAME=value pairs, or the older `NAME the rest`. */
static int apply_pairs(Work *w, const char *what, const char *text, Error **err)
{
	cleanup_strv char **words = words_split(text);
	int r = 0;

	if (!strchr(words[0], '=')) {
		size_t n = strcspn(text, " \t");
		cleanup_free char *name = xstrndup(text, n), *rest = trimmed(text + n);

		if (!*rest)
			return error_set(err, EINVAL, "%s must have two arguments", what);
		return add_pair(w, what, name, rest, err);
	}
	STRV_FOREACH(word, words) {
		const char *equals = strchr(*word, '=');
		cleanup_free char *name = NULL, *quoted = str_quote(*word);

		if (!equals)
			return error_set(err, EINVAL,
					 "Syntax error - can't find = in %s. Must be of the form: "
					 "name=value",
					 quoted);
		name = xstrndup(*word, (size_t)(equals - *word));
		r = add_pair(w, what, name, equals + 1, err);
		if (r < 0)
			return r;
	}
	return r;
}

static int apply_env(Work *w, const char *text, Error **err)
{
	return apply_pairs(w, "ENV", text, err);
}

static int apply_label(Work *w, const char *text, Error **err)
{
	return apply_pairs(w, "LABEL", text, err);
}

/* ---- ports, volumes, and what is one word ---- */

static bool parse_port(const char *text, int64_t *ret)
{
	uint64_t n;

	if (str_to_u64(text, &n) < 0 || n > MAX_PORT)
		return false;
	*ret = (int64_t)n;
	return true;
}

/* [ADDRESS:][PORT:]PORT[-PORT][/PROTOCOL]: what counts here is the container's port. */
static int add_port(Work *w, const char *text, Error **err)
{
	const char *slash = strchr(text, '/'), *protocol = slash ? slash + 1 : "tcp";
	cleanup_free char *ports = slash ? xstrndup(text, (size_t)(slash - text)) : xstrdup(text);
	const char *colon = strrchr(ports, ':');
	cleanup_free char *first = xstrdup(colon ? colon + 1 : ports);
	cleanup_free char *whole = xstrdup(first);
	char *dash = strchr(first, '-');
	int64_t from, to;

	if (dash)
		*dash++ = '\0';
	if (!parse_port(first, &from) || !parse_port(dash ? dash : first, &to) || to < from)
		return error_set(err, EINVAL, "Invalid containerPort: %s", whole);
	if (!streq(protocol, "tcp") && !streq(protocol, "udp") && !streq(protocol, "sctp"))
		return error_set(err, EINVAL, "Invalid proto: %s", protocol);
	for (; from <= to; from++) {
		cleanup_free char *port = xasprintf("%lld/%s", (long long)from, protocol);

		if (!strv_contains(w->c->config.exposed_ports, port))
			strv_add(&w->c->config.exposed_ports, port);
	}
	return 0;
}

static int apply_expose(Work *w, const char *text, Error **err)
{
	cleanup_strv char **words = words_split(text);
	int r = 0;

	for (size_t i = 0; r >= 0 && words && words[i]; i++) {
		cleanup_free char *word = NULL;

		r = expand(w, words[i], &word, err);
		if (r >= 0)
			r = add_port(w, word, err);
	}
	return r;
}

static int apply_volume(Work *w, const char *text, Error **err)
{
	cleanup_strv char **list = NULL;

	if (!parse_list(text, &list))
		list = words_split(text);
	if (!list)
		return error_set(err, EINVAL, "VOLUME requires at least one argument");
	STRV_FOREACH(it, list) {
		cleanup_free char *word = NULL, *path = NULL;
		int r = expand(w, *it, &word, err);

		if (r < 0)
			return r;
		path = trimmed(word);
		if (!*path)
			return error_set(err, EINVAL,
					 "VOLUME specified can not be an empty string");
		if (!strv_contains(w->c->config.volumes, path))
			strv_add(&w->c->config.volumes, path);
	}
	return 0;
}

static int set_word(const Work *w, char **to, const char *text, Error **err)
{
	char *word = NULL;
	int r = expand(w, text, &word, err);

	if (r < 0)
		return r;
	free(*to);
	*to = word;
	return 0;
}

static int apply_user(Work *w, const char *text, Error **err)
{
	return set_word(w, &w->c->config.user, text, err);
}

static int apply_workdir(Work *w, const char *text, Error **err)
{
	cleanup_free char *word = NULL, *joined = NULL;
	const char *before = w->c->config.working_dir;
	int r = set_word(w, &word, text, err);

	if (r < 0)
		return r;
	joined = *word == '/' ? xstrdup(word) : xasprintf("%s/%s", before ? before : "", word);
	free(w->c->config.working_dir);
	w->c->config.working_dir = go_path_rooted(joined);
	return 0;
}

static int apply_stopsignal(Work *w, const char *text, Error **err)
{
	cleanup_free char *word = NULL;
	int r = set_word(w, &word, text, err);

	if (r < 0)
		return r;
	if (signal_from_name(word) < 0)
		return error_set(err, EINVAL, "invalid signal: %s", word);
	free(w->c->config.stop_signal);
	w->c->config.stop_signal = steal(&word);
	return 0;
}

static int apply_onbuild(Work *w, const char *text, Error **err)
{
	cleanup_free char *trigger = xstrndup(text, strcspn(text, " \t"));

	if (strcasecmp(trigger, "ONBUILD") == 0)
		return error_set(err, EINVAL,
				 "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
	for (char *p = trigger; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	if (streq(trigger, "MAINTAINER") || streq(trigger, "FROM"))
		return error_set(err, EINVAL, "%s isn't allowed as an ONBUILD trigger", trigger);
	strv_add(&w->c->on_build, text);
	return 0;
}

/* ---- lines ---- */

#define AT_LEAST_ONE "requires at least one argument"
#define EXACTLY_ONE "requires exactly one argument"

static const Instruction instructions[] = {
	{ "CMD", NULL, apply_cmd },
	{ "ENTRYPOINT", NULL, apply_entrypoint },
	{ "ENV", AT_LEAST_ONE, apply_env },
	{ "EXPOSE", AT_LEAST_ONE, apply_expose },
	{ "HEALTHCHECK", AT_LEAST_ONE, apply_healthcheck },
	{ "LABEL", AT_LEAST_ONE, apply_label },
	{ "ONBUILD", AT_LEAST_ONE, apply_onbuild },
	{ "STOPSIGNAL", EXACTLY_ONE, apply_stopsignal },
	{ "USER", EXACTLY_ONE, apply_user },
	{ "VOLUME", AT_LEAST_ONE, apply_volume },
	{ "WORKDIR", EXACTLY_ONE, apply_workdir },
};

static int apply_line(Work *w, const char *line, Error **err)
{
	cleanup_strv char **env = strv_copy(w->c->config.env);
	cleanup_free char *name = xstrndup(line, strcspn(line, " \t"));
	cleanup_free char *text = trimmed(line + strlen(name));

	for (char *p = name; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	for (size_t i = 0; i < sizeof(instructions) / sizeof(instructions[0]); i++) {
		const Instruction *it = &instructions[i];

		if (!streq(it->name, name))
			continue;
		if (it->needs && !*text)
			return error_set(err, EINVAL, "%s %s", name, it->needs);
		w->env = env;
		return it->apply(w, text, err);
	}
	return error_set(err, EINVAL, "%s is not a valid change command", name);
}

/* Lines that end with a backslash go on in the next one. */
static char **join_lines(char *const *texts)
{
	cleanup_free char *all = texts ? strv_join(texts, "\n") : xstrdup("");
	cleanup_strv char **lines = strv_split(all, '\n');
	cleanup_strbuf Strbuf line = STRBUF_INIT;
	char **ret = NULL;

	STRV_FOREACH(it, lines) {
		cleanup_free char *text = trimmed(*it);
		size_t n = strlen(text);
		bool more = n > 0 && text[n - 1] == '\\';

		if (*text == '#' || (!*text && !line.len))
			continue;
		strbuf_add(&line, text, more ? n - 1 : n);
		if (!more)
			strv_push(&ret, strbuf_steal(&line));
	}
	if (line.len)
		strv_push(&ret, strbuf_steal(&line));
	return ret;
}

int image_change_apply(ImageChange *c, char *const *texts, Error **err)
{
	cleanup_strv char **lines = join_lines(texts);
	cleanup_strv char **cmd = strv_copy(c->config.cmd);
	cleanup_strv char **entrypoint = strv_copy(c->config.entrypoint);
	Work w = { .c = c };
	int r = 0;

	if (strv_length((char **)texts) && !lines)
		return error_set(err, EINVAL, "file with no instructions");
	for (size_t i = 0; r >= 0 && lines && lines[i]; i++)
		r = apply_line(&w, lines[i], err);
	/* Without an entrypoint the container's own command and entrypoint count again. */
	if (strv_length(c->config.entrypoint) == 0) {
		replace(&c->config.entrypoint, steal(&entrypoint));
		if (strv_length(c->config.cmd) == 0)
			replace(&c->config.cmd, steal(&cmd));
	}
	return r;
}

json_t *image_change_json(const ImageChange *c)
{
	json_t *o = json_encode(&image_config_type, &c->config), *list;

	if (!c->on_build)
		return o;
	list = json_array();
	STRV_FOREACH(it, c->on_build)
		json_array_append_new(list, json_string_lossy(*it, strlen(*it)));
	json_object_set_new(o, "OnBuild", list);
	return o;
}
