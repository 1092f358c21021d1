#include "librunner/settings.h"

#include "tests/tap.h"

static int parse(const char *text, Settings *s, Error **err)
{
	return settings_parse(text, strlen(text), "c.yaml", s, err);
}

static void refused(const char *text, const char *message)
{
	cleanup_settings Settings s = { 0 };
	cleanup_error Error *e = NULL;

	check_int(parse(text, &s, &e), -EINVAL);
	check_str(e ? e->msg : NULL, message);
}

int main(void)
{
	Settings s;

	check_int(parse("", &s, NULL), 0);
	check_int((long long)s.n_hooks, 0);
	check_int(s.start_timeout, 90);
	check_int(parse("start-timeout: 1m30s", &s, NULL), 0);
	check_int(s.start_timeout, 90);
	check_int(parse("start-timeout: 5m", &s, NULL), 0);
	check_int(s.start_timeout, 300);
	check_int(parse("registries: {}\nhooks:\n  pre-start: a b\n  post-stop: [c, d]\n", &s,
			NULL),
		  0);
	check_int((long long)s.n_hooks, 3);
	check_str(s.hooks[0].when, "pre-start");
	check_str(s.hooks[0].command, "a b");
	check_str(s.hooks[2].when, "post-stop");
	check_str(s.hooks[2].command, "d");
	settings_clear(&s);
	refused("hooks: {pre-boot: a}", "c.yaml: hooks.pre-boot: unknown key");
	refused("start-timeout: 1ms",
		"c.yaml: start-timeout: '1ms' is not a duration of a second or more");
	refused("hooks: [a]", "c.yaml: hooks: expected an object, got an array");
	refused("hooks: {pre-start: 1}",
		"c.yaml: hooks.pre-start: expected an array of strings, got an integer");
	return tap_done();
}
