#include "compose/substitute.h"

#include "compose/dotenv.h"
#include "libcommon/json.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static const char *const env[] = { "A=a", "EMPTY=", "N_1=n", "long=x y", NULL };

static void gives(const char *text, const char *want)
{
	cleanup_error Error *err = NULL;
	cleanup_free char *got = NULL;
	SubstituteFailure why;

	(void)substitute(text, variable_lookup_env, env, &got, &why, &err);
	check_str(got ? got : err->msg, want);
}

static void refused(const char *text, SubstituteFailure kind, const char *message)
{
	cleanup_error Error *err = NULL;
	cleanup_free char *got = NULL;
	SubstituteFailure why = 0;

	check_int(substitute(text, variable_lookup_env, env, &got, &why, &err), -EINVAL);
	check_int(why, kind);
	check_str(err ? err->msg : NULL, message);
}

static void test_forms(void)
{
	gives("", "");
	gives("x$A-${A}y", "xa-ay");
	gives("$$A $$$A $", "$A $a $");
	gives("$1 $- a$ b", "$1 $- a$ b");
	gives("$N_1 ${N_1} $long.", "n n x y.");
	gives("[$NOPE]", "[]");
	gives("${A:-b}${NOPE:-b}${EMPTY:-b}", "abb");
	gives("${A-b}${NOPE-b}${EMPTY-b}", "ab");
	gives("${A:+b}${NOPE:+b}${EMPTY:+b}", "b");
	gives("${A+b}${NOPE+b}${EMPTY+b}", "bb");
	gives("${A:?no}${A?no}${EMPTY?no}", "aa");
}

static void test_nested(void)
{
	gives("${NOPE:-${ALSO:-c}} ${A}", "c a");
	gives("${NOPE:-${A}/${N_1:-q}}!", "a/n!");
	gives("${NOPE:-a:b?c+d-e}", "a:b?c+d-e");
	gives("${NOPE-a:-b}", "a:-b");
	gives("${NOPE:-{}}", "{}");
	gives("${NOPE:-{}", "{");
	gives("${NOPE:-}$A", "a");
	gives("${NOPE:-$$x} ${A}", "$x a");
}

static void test_refused(void)
{
	refused("a ${A", SUBSTITUTE_INVALID, "a ${A");
	refused("${}", SUBSTITUTE_INVALID, "${}");
	refused("${1}", SUBSTITUTE_INVALID, "${1}");
	refused("${A:b}", SUBSTITUTE_INVALID, "${A:b}");
	refused("${ A}", SUBSTITUTE_INVALID, "${ A}");
	refused("${A:-x\n}", SUBSTITUTE_INVALID, "${A:-x\n}");
	refused("${NOPE:-${B}", SUBSTITUTE_INVALID, "${B");
	refused("${NOPE:?}", SUBSTITUTE_REQUIRED, "required variable NOPE is missing a value");
	refused("${NOPE?my $A}", SUBSTITUTE_REQUIRED,
		"required variable NOPE is missing a value: my a");
	refused("${EMPTY:?e}", SUBSTITUTE_REQUIRED,
		"required variable EMPTY is missing a value: e");
	/* What is not used is evaluated as well. */
	refused("${A:-${NOPE?e}}", SUBSTITUTE_REQUIRED,
		"required variable NOPE is missing a value: e");
}

static void test_depth(void)
{
	cleanup_strbuf Strbuf deep = STRBUF_INIT;

	for (unsigned i = 0; i < 1000; i++)
		strbuf_adds(&deep, "${NOPE:-");
	for (unsigned i = 0; i < 1000; i++)
		strbuf_addc(&deep, '}');
	refused(deep.data, 0, "variables are nested too deeply");
}

int main(void)
{
	log_set_level(LOG_LEVEL_ERROR);
	test_forms();
	test_nested();
	test_refused();
	test_depth();
	return tap_done();
}
