#include "compose/dotenv.h"

#include "libcommon/json.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static const char *const outer[] = { "HOME=/root", "SET=outer", NULL };

static void gives(const char *text, const char *want)
{
	cleanup_error Error *err = NULL;
	cleanup_strv char **env = NULL;
	cleanup_free char *got = NULL;

	if (dotenv_parse(text, strlen(text), variable_lookup_env, outer, &env, &err) >= 0)
		got = env ? strv_join(env, "|") : strdup("");
	check_str(got ? got : err->msg, want);
}

static void test_values(void)
{
	gives("", "");
	gives("# nothing\n\n  \t# more\n", "");
	gives("A=1\nB= 2 \nC=\nD=x y z\nE=a#b # c\n", "A=1|B=2|C=|D=x y z|E=a#b");
	gives("\xef\xbb\xbf"
	      "A=1",
	      "A=1");
	gives("export A=1\nexport  B: 2\nA_.-[]9=c", "A=1|B=2|A_.-[]9=c");
	gives("A=\nB=1", "A=|B=1");
	gives("A=1\r\nB=2\r\n", "A=1|B=2");
	gives("A=1\nA=2\n", "A=2");
	gives("\xc3\xa4=1", "\xc3\xa4=1");
}

static void test_quotes(void)
{
	gives("A='$X \\n \\' #'\n", "A=$X \\n ' #");
	gives("A=\"x\\ty\\\"z\\\\ \\$HOME\" # c\nB=1", "A=x\ty\"z\\ $HOME|B=1");
	gives("A=\"one\ntwo\"\nB='three\nfour'\n", "A=one\ntwo|B=three\nfour");
	gives("A=\"\\0101\\z\"", "A=A\\z");
}

static void test_expansion(void)
{
	gives("A=$HOME/x\nB=${A}:${NOPE:-d}\nC='$A'\nD=\"$A\"\n",
	      "A=/root/x|B=/root/x:d|C=$A|D=/root/x");
	/* What is outside counts for more than what the file says. */
	gives("SET=inner\nA=$SET\n", "SET=inner|A=outer");
	gives("SET\nNOPE\nA=1\n", "SET=outer|A=1");
	gives("A=$$x", "A=$x");
}

static void test_refused(void)
{
	gives("A=1\nB C=2\n", "line 2: key cannot contain a space");
	gives("A=1\n%x=2\n", "line 2: unexpected character \"%\" in variable name \"%x=2\"");
	gives("\n\nA=\"x\n", "line 4: unterminated quoted value \"x");
	gives("A=${B", "Invalid template: \"${B\"");
	gives("A=${B?why}", "required variable B is missing a value: why");
}

int main(void)
{
	log_set_level(LOG_LEVEL_ERROR);
	test_values();
	test_quotes();
	test_expansion();
	test_refused();
	return tap_done();
}
