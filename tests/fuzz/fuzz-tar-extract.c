/* A tar from anybody, unpacked into a directory beside a canary that nothing may touch. */
#include <fcntl.h>
#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/tar-extract.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Bytes {
	const uint8_t *data;
	size_t n;
} Bytes;

static ssize_t next(void *userdata, void *buf, size_t n, Error **err)
{
	Bytes *b = userdata;

	(void)err;
	if (n > b->n)
		n = b->n;
	memcpy(buf, b->data, n);
	b->data += n;
	b->n -= n;
	return (ssize_t)n;
}

/* The tree: outside/canary, root/target, root/link -> ../outside, root/abs -> /outside. */
static void make_tree(int dir)
{
	if (mkdirat(dir, "outside", 0755) < 0 || mkdirat(dir, "root", 0755) < 0 ||
	    mkdirat(dir, "root/target", 0755) < 0 ||
	    symlinkat("../outside", dir, "root/link") < 0 ||
	    symlinkat("../../outside", dir, "root/target/link") < 0 ||
	    fs_write_atomic(dir, "outside/canary", "alive", 5, 0644, 0) < 0)
		abort();
}

static void check_canary(int dir)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	struct stat st;
	cleanup_fd int outside = fs_open_dir(dir, "outside");
	cleanup_dir DIR *d = fdopendir(steal_fd(&outside));
	unsigned n = 0;

	while (readdir(d))
		n++;
	if (n != 3 || fs_read_file(dir, "outside/canary", 16, &text) < 0 ||
	    !streq(text.data, "alive") || fstatat(dir, "outside/canary", &st, 0) < 0 ||
	    st.st_nlink != 1 || (st.st_mode & 07777) != 0644)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/fuzz-extract.XXXXXX";
	const TarExtractOptions o = { .dir = "/target" };
	Bytes bytes = { data, size };
	cleanup_error Error *err = NULL;
	cleanup_fd int dir = -1, root = -1;

	if (!mkdtemp(path))
		abort();
	dir = fs_open_dir(AT_FDCWD, path);
	make_tree(dir);
	root = openat(dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	(void)tar_extract(root, &o, next, &bytes, &err);
	check_canary(dir);
	(void)fs_remove_tree(AT_FDCWD, path);
	return 0;
}
