#include "librunner/log-settings.h"

#include <string.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/log-guest-match.h"
#include "tests/tap.h"

static Container *container(const char *driver, const char *options)
{
	Container *c = xnew0(Container, 1);

	c->id = xstrdup("0123456789abcdef");
	c->name = xstrdup("web");
	c->path = xstrdup("sh");
	c->image_id = xstrdup("sha256:feed");
	c->config.image = xstrdup("acme/app:1");
	strv_add(&c->config.labels, "a.b=c=d");
	strv_add(&c->config.labels, "other=");
	strv_add(&c->config.env, "PATH=/bin");
	strv_add(&c->config.env, "PA=x");
	c->host.log.type = xstrdup(driver);
	c->host.log.config = *options ? strv_split(options, '\n') : NULL;
	return c;
}

/* The attributes joined by blanks, then the tag; or the error. */
static void check_settings(const char *driver, const char *options, const char *want)
{
	cleanup_container Container *c = container(driver, options);
	cleanup_log_settings LogSettings s = { 0 };
	cleanup_error Error *err = NULL;
	cleanup_free char *joined = NULL, *got = NULL;

	if (log_settings_parse(c, &s, &err) < 0) {
		check_str(err->msg, want);
		return;
	}
	joined = strv_join(s.attributes, " ");
	got = xasprintf("%s|%s|%lld|%lld", joined ? joined : "", s.tag ? s.tag : "",
			(long long)s.max_size, (long long)s.max_file);
	check_str(got, want);
}

#define INIT "failed to initialize logging driver: "

static void test_settings(void)
{
	check_settings("", "", "||0|1");
	check_settings("json-file", "max-size=1k\nmax-file=3", "||1024|3");
	check_settings("local", "", "||20971520|5");
	check_settings("journald", "tag={{.Name}}", "|web|0|0");
	check_settings("none", "", "||0|0");
	check_settings("json-file", "labels=a.b,nope,other\nenv=PA", "PA=x a.b=c=d other=||0|1");
	check_settings("json-file", "env-regex=^PA", "PA=x PATH=/bin||0|1");
	check_settings("json-file", "tag={{.ID}} {{.ImageName}} {{.Command}}",
		       "|0123456789ab acme/app:1 sh|0|1");
	check_settings("json-file", "mode=non-blocking\nmax-buffer-size=2m\ncompress=false",
		       "||0|1");
	check_settings("json-file", "max-size=0", INIT "max-size must be a positive number");
	check_settings("json-file", "max-size=1x", INIT "invalid size: '1x'");
	check_settings("json-file", "max-file=99999999999", INIT "max-file cannot be that large");
	check_settings("json-file", "nope", "unknown log opt 'nope' for json-file log driver");
	check_settings("journald", "max-size=1m",
		       "unknown log opt 'max-size' for journald log driver");
	check_settings("none", "mode=blocking", "invalid logging opts for driver none");
	check_settings("json-file", "max-buffer-size=1m",
		       "logger: max-buffer-size option is only supported with "
		       "'mode=non-blocking'");
	check_settings("gelf", "",
		       "logging driver gelf is not supported, use json-file, local, journald or "
		       "none");
	check_settings("x", "", "error looking up logging plugin x: plugin \"x\" not found");
}

static void test_bounds(void)
{
	cleanup_container Container *c = container("json-file", "labels=big");
	cleanup_free char *value = xcalloc(20001, 1);
	cleanup_log_settings LogSettings s = { 0 };

	memset(value, 'x', 20000);
	strv_addf(&c->config.labels, "big=%s", value);
	check_int(log_settings_parse(c, &s, NULL), -E2BIG);
}

static void check_priority(const char *text, int from, int to)
{
	int a = -1, b = -1, r = priority_parse(text, &a, &b);

	check_int(r, from < 0 ? -EINVAL : 0);
	check_int(a, from);
	check_int(b, from < 0 ? -1 : to);
}

static void test_guest(void)
{
	cleanup_free char *service = unit_name("nginx"), *socket = unit_name("a.socket"),
			  *dotted = unit_name("a.b");

	check_str(service, "nginx.service");
	check_str(socket, "a.socket");
	check_str(dotted, "a.b.service");
	check_priority("err", 0, 3);
	check_priority("0", 0, 0);
	check_priority("7", 0, 7);
	check_priority("warning..err", 3, 4);
	check_priority("1..debug", 1, 7);
	check_priority("8", -1, -1);
	check_priority("", -1, -1);
	check_priority("err..", -1, -1);
	check_priority("error", -1, -1);
}

int main(void)
{
	test_settings();
	test_bounds();
	test_guest();
	return tap_done();
}
