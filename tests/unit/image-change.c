#include "librunner/image-change.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static char *const env[] = { (char *)"A=1", (char *)"EMPTY=", NULL };

static void check_word(const char *text, const char *want)
{
	cleanup_free char *got = NULL;
	cleanup_error Error *err = NULL;

	check_int(word_expand(text, env, &got, &err), 0);
	check_str(got, want);
}

static void check_bad_word(const char *text, const char *want)
{
	cleanup_free char *got = NULL;
	cleanup_error Error *err = NULL;

	check_int(word_expand(text, env, &got, &err), -EINVAL);
	check_str(err ? err->msg : NULL, want);
}

static void words(void)
{
	check_word("$A/x", "1/x");
	check_word("${A}x$B", "1x");
	check_word("${A:-q}${B:-q}${EMPTY:-e}${EMPTY-n}", "1qe");
	check_word("${A:+y}${B:+y}${A+z}", "yz");
	check_word("${B:-${C:-$A}}", "1");
	check_word("'$A' \"$A\" \\$A \"\\$A\" 'a b'", "$A 1 $A $A a b");
	check_word("$", "$");
	check_bad_word("\"x", "failed to process \"\\\"x\": unexpected end of statement while "
			      "looking for matching double-quote");
	check_bad_word("'x", "failed to process \"'x\": unexpected end of statement while looking "
			     "for matching single-quote");
	check_bad_word("${A", "failed to process \"${A\": unexpected end of statement");
}

static void split(void)
{
	cleanup_strv char **v = words_split(" a=b  \"c d\"=e\t'f g' h\\ i ");

	check_int((long long)strv_length(v), 4);
	check_str(v[1], "\"c d\"=e");
	check_str(v[2], "'f g'");
	check_str(v[3], "h\\ i");
}

/* Applies one instruction to A=1 and a command; the result as JSON, or the error. */
static char *applied(const char *instruction)
{
	cleanup_image_change ImageChange c = { 0 };
	cleanup_error Error *err = NULL;
	char *const list[] = { (char *)instruction, NULL };
	cleanup_json json_t *value = NULL;

	strv_add(&c.config.env, "A=1");
	strv_add(&c.config.cmd, "old");
	if (image_change_apply(&c, list, &err) < 0)
		return xstrdup(err->msg);
	value = image_change_json(&c);
	return json_text(value);
}

static void check_change(const char *instruction, const char *want)
{
	cleanup_free char *got = applied(instruction);

	check_str(got, want);
}

int main(void)
{
	words();
	split();
	check_change("CMD [\"a\",\"b\"]", "{\"Env\":[\"A=1\"],\"Cmd\":[\"a\",\"b\"]}");
	check_change("cmd a b", "{\"Env\":[\"A=1\"],\"Cmd\":[\"/bin/sh\",\"-c\",\"a b\"]}");
	check_change("ENTRYPOINT [\"e\"]", "{\"Env\":[\"A=1\"],\"Entrypoint\":[\"e\"]}");
	check_change("ENTRYPOINT []", "{\"Env\":[\"A=1\"],\"Cmd\":[\"old\"]}");
	check_change("ENV A=2 B=$A", "{\"Env\":[\"A=2\",\"B=1\"],\"Cmd\":[\"old\"]}");
	check_change("ENV a=b \\\n c=d", "{\"Env\":[\"A=1\",\"a=b\",\"c=d\"],\"Cmd\":[\"old\"]}");
	check_change("WORKDIR x/../y",
		     "{\"Env\":[\"A=1\"],\"Cmd\":[\"old\"],\"WorkingDir\":\"/y\"}");
	check_change("RUN x", "RUN is not a valid change command");
	check_change("# nothing", "file with no instructions");
	check_change("HEALTHCHECK NONE x", "HEALTHCHECK NONE takes no arguments");
	check_change("EXPOSE 99999", "Invalid containerPort: 99999");
	return tap_done();
}
