#include "compose/shell-words.h"
#include "libcommon/str.h"
#include "tests/tap.h"

/* The words between bars, "-" for quotes that do not end. */
static char *words(const char *text)
{
	cleanup_strv char **v = shell_words(text);

	return v ? strv_join(v, "|") : strv_join((char *[]){ (char *)"-", NULL }, "");
}

static void check_words(const char *text, const char *want)
{
	cleanup_free char *got = words(text);

	check_str(got, want);
}

int main(void)
{
	check_words("", "");
	check_words("echo a  b", "echo|a|b");
	check_words("echo 'a  b' \"c d\"", "echo|a  b|c d");
	check_words("sh -c 'echo \"$HOME\"'", "sh|-c|echo \"$HOME\"");
	check_words("a\\ b \\\\ 'c\\d' \"e\\\"f\"", "a b|\\|c\\d|e\"f");
	check_words("x '' \"\"", "x||");
	check_words("a''b", "ab");
	check_words("first && second", "first");
	check_words("cat 2>/dev/null", "cat");
	check_words("cat x>y", "cat|x");
	check_words("echo \"a|b\"", "echo|a|b");
	check_words("echo `date -u` x", "echo|`date -u`|x");
	check_words("echo $(id -u) x", "echo|$(id -u)|x");
	check_words("echo 'open", "-");
	check_words("echo \"open", "-");
	check_words("echo open\\", "-");
	check_words("echo (x)", "-");
	return tap_done();
}
