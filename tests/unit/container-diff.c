#include "librunner/container-diff.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static void make_file(int dir, const char *path, const char *text, time_t time)
{
	check_int(fs_write_atomic(dir, path, text, strlen(text), 0644, 0), 0);
	check_int(utimensat(dir, path, (struct timespec[2]){ { time, 0 }, { time, 0 } }, 0), 0);
}

static char *text_of(const Changes *changes)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	for (size_t i = 0; i < changes->n; i++)
		strbuf_addf(&b, "%c %s\n", changes->list[i].kind, changes->list[i].path);
	return strbuf_steal(&b);
}

int main(void)
{
	char path[] = "/tmp/unit-diff.XXXXXX";
	static const char *const dirs[] = { "l/a",    "l/same",	  "l/opaque",	"u/a",
					    "u/same", "u/opaque", "u/new/deep", "u/proc" };
	Container c = { .id = (char *)"0123456789abcdef0123456789abcdef" };
	cleanup_changes Changes changes = { 0 };
	cleanup_fd int dir = -1, lower = -1, upper = -1, opaque = -1;
	cleanup_free char *text = NULL;

	check(mkdtemp(path) != NULL);
	dir = fs_open_dir(AT_FDCWD, path);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		check_int(fs_mkdir_p(dir, dirs[i], 0755), 0);
	make_file(dir, "l/a/gone", "x", 1);
	make_file(dir, "l/a/kept", "x", 1);
	make_file(dir, "u/a/kept", "x", 1);
	make_file(dir, "l/changed", "x", 1);
	make_file(dir, "u/changed", "y", 2);
	make_file(dir, "l/opaque/hidden", "x", 1);
	make_file(dir, "u/opaque/born", "x", 1);
	make_file(dir, "u/new/deep/f", "x", 1);
	make_file(dir, "u/a-1", "x", 1);
	lower = fs_open_dir(dir, "l");
	upper = fs_open_dir(dir, "u");
	opaque = fs_open_dir(dir, "u/opaque");
	if (mknodat(dir, "u/a/gone", S_IFCHR, makedev(0, 0)) < 0 ||
	    fsetxattr(opaque, "user.overlay.opaque", "y", 1, 0) < 0) {
		printf("ok - # SKIP whiteouts and attributes cannot be made here\n");
		(void)fs_remove_tree(AT_FDCWD, path);
		return tap_done();
	}
	check_int(changes_find(&c, upper, lower, &changes, NULL), 0);
	text = text_of(&changes);
	check_str(text, "C /a\nD /a/gone\nA /a-1\nC /changed\nA /new\nA /new/deep\nA /new/deep/f\n"
			"C /opaque\nA /opaque/born\nD /opaque/hidden\n");
	(void)fs_remove_tree(AT_FDCWD, path);
	return tap_done();
}
