#include "librunner/log-settings.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "librunner/log-attributes.h"

#define MIB (INT64_C(1) << 20)
#define BUFFER_DEFAULT MIB
/* What Docker's own driver `local` keeps. */
#define LOCAL_MAX_SIZE (20 * MIB)
#define LOCAL_MAX_FILE 5

/* Options that every driver but `none` has. */
static const char *const common_options[] = { "mode", "max-buffer-size", NULL };
static const char *const file_options[] = { "max-size",	    "max-file",	 "compress",
					    "labels",	    "env",	 "tag",
					    "labels-regex", "env-regex", NULL };
static const char *const local_options[] = { "max-size", "max-file", "compress", NULL };
static const char *const journald_options[] = { "labels",	"env",	     "tag",
						"labels-regex", "env-regex", NULL };

typedef struct DriverRow {
	const char *name;
	LogDriver driver;
	const char *const *options;
	const char *unknown; /* how an unknown option is refused */
} DriverRow;

/* clang-format off */
static const DriverRow drivers[] = {
	{ "json-file", LOG_DRIVER_FILE, file_options, "unknown log opt '%s' for json-file log driver" },
	{ "local", LOG_DRIVER_FILE, local_options, "unknown log opt '%s' for log driver local" },
	{ "journald", LOG_DRIVER_JOURNALD, journald_options, "unknown log opt '%s' for journald log driver" },
	{ "none", LOG_DRIVER_NONE, NULL, NULL },
};
/* clang-format on */

static const char *const foreign[] = { "awslogs",    "etwlogs", "fluentd", "gcplogs", "gelf",
				       "logentries", "splunk",	"syslog",  NULL };

const char *log_driver_name(const LogConfig *config)
{
	return str_empty(config->type) ? "json-file" : config->type;
}

static const DriverRow *find_driver(const char *name)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (streq(drivers[i].name, name))
			return &drivers[i];
	return NULL;
}

static int no_driver(const char *name, Error **err)
{
	if (strv_contains((char *const *)foreign, name))
		return error_set(err, EOPNOTSUPP,
				 "logging driver %s is not supported, use json-file, local, "
				 "journald or none",
				 name);
	return error_set(err, ENOENT, "error looking up logging plugin %s: plugin \"%s\" not found",
			 name, name);
}

static int check_names(const DriverRow *d, char *const *config, Error **err)
{
	STRV_FOREACH(it, config) {
		cleanup_free char *name = xstrndup(*it, strcspn(*it, "="));

		if (!d->options)
			return error_set(err, EINVAL, "invalid logging opts for driver %s",
					 d->name);
		if (!strv_contains((char *const *)d->options, name) &&
		    !strv_contains((char *const *)common_options, name)) {
			cleanup_free char *why = NULL;
			const char *at = strstr(d->unknown, "%s");

			why = xasprintf("%.*s%s%s", (int)(at - d->unknown), d->unknown, name,
					at + 2);
			return error_set(err, EINVAL, "%s", why);
		}
	}
	return 0;
}

/* Docker's Go code reads sizes and counts; its words for what it cannot read are kept. */
static int parse_mode(char *const *config, LogSettings *s, Error **err)
{
	const char *mode = env_get(config, "mode"), *size = env_get(config, "max-buffer-size");

	s->max_buffer = BUFFER_DEFAULT;
	s->non_blocking = mode && streq(mode, "non-blocking");
	if (!str_empty(mode) && !streq(mode, "blocking") && !s->non_blocking)
		return error_set(err, EINVAL, "logger: logging mode not supported: %s", mode);
	if (!size)
		return 0;
	if (!s->non_blocking)
		return error_set(err, EINVAL,
				 "logger: max-buffer-size option is only supported with "
				 "'mode=non-blocking'");
	if (units_parse_bytes(size, &s->max_buffer, NULL) < 0)
		return error_set(err, EINVAL,
				 "error parsing option max-buffer-size: invalid size: '%s'", size);
	return 0;
}

static int parse_max_file(const char *text, int64_t *ret, Error **err)
{
	if (str_to_i64(text + (*text == '+'), ret) < 0)
		return error_set(err, EINVAL, "strconv.Atoi: parsing \"%s\": invalid syntax", text);
	if (*ret < 1 || *ret > INT32_MAX)
		return error_set(err, EINVAL, "max-file cannot be %s",
				 *ret < 1 ? "less than 1" : "that large");
	return 0;
}

static int parse_compress(const char *text, bool local, LogSettings *s, Error **err)
{
	s->compress = local;
	if (text && units_parse_bool(text, &s->compress, NULL) < 0)
		return error_set(err, EINVAL, "strconv.ParseBool: parsing \"%s\": invalid syntax",
				 text);
	if (s->compress && local && s->max_file < 2)
		return error_set(err, EINVAL,
				 "compression cannot be enabled when max file count is 1");
	if (s->compress && (s->max_file < 2 || s->max_size == 0))
		return error_set(err, EINVAL,
				 "compress cannot be true when max-file is less than 2 or "
				 "max-size is not set");
	return 0;
}

static int parse_file(char *const *config, bool local, LogSettings *s, Error **err)
{
	const char *size = env_get(config, "max-size"), *files = env_get(config, "max-file");
	const char *compress = env_get(config, "compress");
	int r = 0;

	s->max_size = local ? LOCAL_MAX_SIZE : 0;
	s->max_file = local ? LOCAL_MAX_FILE : 1;
	if (size && units_parse_bytes(size, &s->max_size, NULL) < 0)
		return error_set(err, EINVAL, "invalid size: '%s'", size);
	if (size && s->max_size == 0)
		return error_set(err, EINVAL, "max-size must be a positive number");
	if (files)
		r = parse_max_file(files, &s->max_file, err);
	return r < 0 ? r : parse_compress(compress, local, s, err);
}

static int parse_values(const Container *c, const DriverRow *d, LogSettings *s, Error **err)
{
	int r = 0;

	if (d->driver == LOG_DRIVER_FILE)
		r = parse_file(c->host.log.config, d->options == local_options, s, err);
	if (d->driver == LOG_DRIVER_JOURNALD && c->racker.system)
		return error_set(err, EOPNOTSUPP,
				 "journald is for the output of commands: a booted system has a "
				 "journal of its own, which `logs` shows");
	if (r >= 0)
		r = log_attributes(c, &s->attributes, err);
	return r < 0 ? r : log_tag(c, &s->tag, err);
}

int log_settings_parse(const Container *c, LogSettings *ret, Error **err)
{
	const LogConfig *config = &c->host.log;
	const DriverRow *d = find_driver(log_driver_name(config));
	cleanup_log_settings LogSettings s = { 0 };
	int r;

	if (!d)
		return no_driver(config->type, err);
	s.driver = d->driver;
	r = check_names(d, config->config, err);
	if (r >= 0)
		r = parse_mode(config->config, &s, err);
	if (r < 0)
		return r;
	r = parse_values(c, d, &s, err);
	if (r < 0)
		return error_prefix(err, r, "failed to initialize logging driver");
	*ret = s;
	s = (LogSettings){ 0 };
	return 0;
}

void log_settings_clear(LogSettings *s)
{
	strv_free(s->attributes);
	free(s->tag);
	*s = (LogSettings){ 0 };
}
