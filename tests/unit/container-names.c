#include "librunner/container-names.h"

#include "libcommon/str.h"
#include "tests/tap.h"

static bool accepted(const char *name)
{
	cleanup_error Error *err = NULL;

	return container_name_check(name, &err) == 0;
}

int main(void)
{
	cleanup_error Error *err = NULL;

	check(accepted("db"));
	check(accepted("0_a.b-c"));
	check(accepted("A1"));
	check(!accepted(""));
	check(!accepted("a"));
	check(!accepted("_ab"));
	check(!accepted(".ab"));
	check(!accepted("-ab"));
	check(!accepted("a/b"));
	check(!accepted("a b"));
	check(!accepted("a\n"));
	check(!accepted("..\303\244"));
	check_int(container_name_check("?x", &err), -EINVAL);
	check_str(err->msg,
		  "Invalid container name (?x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");

	for (unsigned i = 0; i < 200; i++) {
		cleanup_free char *name = container_name_generate(i % 10);
		const char *underscore = strchr(name, '_');

		if (!accepted(name) || !underscore || strlen(name) > 40)
			check_str(name, "adjective_surname");
		if (i % 10 < 6 && strpbrk(name, "0123456789"))
			check_str(name, "a name without a number");
	}
	return tap_done();
}
