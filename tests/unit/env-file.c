#include "libcommon/env-file.h"

#include <stdlib.h>

#include "libcommon/str.h"
#include "tests/tap.h"

static void check_file(const char *text, bool inherit, const char *want)
{
	cleanup_strv char **env = NULL;
	cleanup_error Error *err = NULL;
	cleanup_free char *joined = NULL;

	check_int(env_file_parse(text, strlen(text), inherit, &env, &err), 0);
	joined = strv_join(env, "|");
	check_str(joined ? joined : "", want);
}

static void check_wrong(const char *text, size_t n, const char *want)
{
	cleanup_strv char **env = NULL;
	cleanup_error Error *err = NULL;

	check_int(env_file_parse(text, n, true, &env, &err), -EINVAL);
	check_str(err ? err->msg : NULL, want);
}

int main(void)
{
	cleanup_strv char **env = NULL;
	cleanup_error Error *err = NULL;

	(void)setenv("FROM_HOST", "there", 1);
	(void)unsetenv("NOT_THERE");
	check_file("", true, "");
	check_file("A=1\n# comment\n\n  B=2\n", true, "A=1|B=2");
	check_file("FOO=\"x y\" \n", true, "FOO=\"x y\" ");
	check_file("A=b=c\nEMPTY=", true, "A=b=c|EMPTY=");
	check_file("A=1\r\nB=2\r\n", true, "A=1|B=2");
	check_file("\xef\xbb\xbf"
		   "A=1\n",
		   true, "A=1");
	check_file("FROM_HOST\nNOT_THERE\n", true, "FROM_HOST=there");
	check_file("label\nother=x\n", false, "label|other=x");
	check_file("A=#no comment\n", true, "A=#no comment");
	check_file("\tT=\t1\n", true, "T=\t1");
	check_wrong("=1\n", 3, "line 1: no variable name on line '=1'");
	check_wrong("A=1\n\nC D=3\n", 11, "line 3: variable 'C D' contains whitespaces");
	check_wrong("A =3\n", 5, "line 1: variable 'A ' contains whitespaces");
	check_wrong("A=1\nB=\xff\n", 8, "invalid utf8 bytes at line 2");
	check_wrong("A=1\0B", 5, "it holds a NUL byte");
	check_int(env_file_read("/nonexistent/env", true, &env, &err), -ENOENT);
	check_str(err->msg, "open /nonexistent/env: no such file or directory");
	return tap_done();
}
