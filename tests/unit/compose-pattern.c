#include "compose/pattern.h"

#include "tests/tap.h"

static bool matches(const char *a, const char *b, const char *c, const char *pattern)
{
	KeyPath p = { .n = 0 };

	if (a)
		key_path_push(&p, a);
	if (b)
		key_path_push(&p, b);
	if (c)
		key_path_push(&p, c);
	return key_path_matches(&p, pattern);
}

int main(void)
{
	KeyPath deep = { .n = 0 };

	check(matches("services", "web", "ports", "services.*.ports"));
	check(matches("services", "we.b", "ports", "services.*.ports"));
	check(matches("services", "web", NULL, "services.*"));
	check(matches("a", NULL, NULL, "a"));
	check(matches(NULL, NULL, NULL, ""));
	check(!matches("services", "web", "port", "services.*.ports"));
	check(!matches("services", "web", "portsx", "services.*.ports"));
	check(!matches("services", "web", "ports", "services.*"));
	check(!matches("services", "web", NULL, "services.*.ports"));
	check(!matches("services.web", "ports", NULL, "services.web.ports"));
	check(!matches("services", "", "ports", "services.x.ports"));
	check(!matches("x", "web", "ports", "services.*.ports"));
	for (unsigned i = 0; i < 1000; i++)
		key_path_push(&deep, "a");
	check(!key_path_matches(&deep, "*"));
	for (unsigned i = 0; i < 999; i++)
		key_path_pop(&deep);
	check(key_path_matches(&deep, "*"));
	return tap_done();
}
