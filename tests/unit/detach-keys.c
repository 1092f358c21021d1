#include "librunner/detach-keys.h"

#include "tests/tap.h"

static void test_parse(void)
{
	DetachKeys k;
	cleanup_error Error *e = NULL;

	check_int(detach_keys_parse(NULL, &k, NULL), 0);
	check(k.n == 2 && k.keys[0] == 0x10 && k.keys[1] == 0x11);
	check_int(detach_keys_parse("ctrl-@,a,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_,DEL,ctrl-z", &k,
				    NULL),
		  0);
	check(k.n == 9 && memcmp(k.keys, "\0a\x1b\x1c\x1d\x1e\x1f\x7f\x1a", 9) == 0);
	check_int(detach_keys_parse("", &k, NULL), 0);
	check_int((long long)k.n, 0);
	check_int(detach_keys_parse("ctrl-A", &k, NULL), -EINVAL);
	check_int(detach_keys_parse("ctrl-p,", &k, NULL), -EINVAL);
	check_int(detach_keys_parse("foo", &k, &e), -EINVAL);
	check_str(e->msg, "Unknown character: 'foo'");
}

/* Types each part by itself; `want` is what the command gets. */
static void typed(const char *keys, const char *const *parts, const char *want, bool detached)
{
	cleanup_strbuf Strbuf out = STRBUF_INIT;
	DetachKeys k;
	bool got = false;

	check_int(detach_keys_parse(keys, &k, NULL), 0);
	for (; *parts && !got; parts++)
		got = detach_keys_typed(&k, *parts, strlen(*parts), &out);
	check_str(out.data ? out.data : "", want);
	check(got == detached);
}

int main(void)
{
	test_parse();
	typed("a,b", (const char *const[]){ "xaby", NULL }, "x", true);
	typed("a,b", (const char *const[]){ "xa", "b", NULL }, "x", true);
	typed("a,b", (const char *const[]){ "xa", NULL }, "x", false);
	typed("a,b", (const char *const[]){ "xa", "c", NULL }, "xac", false);
	typed("a,b", (const char *const[]){ "aab", NULL }, "a", true);
	typed("a,a,b", (const char *const[]){ "aaab", NULL }, "a", true);
	typed("a,b,a,c", (const char *const[]){ "aba", "bac", NULL }, "ab", true);
	typed("a,b,a,c", (const char *const[]){ "abab", "x", NULL }, "ababx", false);
	typed("a", (const char *const[]){ "bca", NULL }, "bc", true);
	typed("", (const char *const[]){ "abc", NULL }, "abc", false);
	return tap_done();
}
