#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/fs.h"
#include "libimage/layer-settle.h"
#include "libimage/layer-writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Input {
	const uint8_t *data;
	size_t n;
} Input;

static int feed(void *userdata, const void **ret_data, size_t *ret_n)
{
	Input *in = userdata;

	*ret_data = in->data;
	*ret_n = in->n;
	in->n = 0;
	return *ret_n > 0;
}

/* Nothing but the layer's own directory may have appeared beside it. */
static void check_outside(int outer)
{
	DIR *d = fdopendir(fs_open_dir(outer, "."));
	const struct dirent *e;

	while (d && (e = readdir(d)))
		if (*e->d_name != '.' && !streq(e->d_name, "layer"))
			abort();
	if (d)
		(void)closedir(d);
}

static void unpack(int rootfd, Input *in)
{
	cleanup(layer_tree_freep) LayerTree *tree = layer_tree_new(rootfd, "trusted.overlay.");
	LowerView lower = { .xattr_prefix = "trusted.overlay." };
	cleanup_error Error *err = NULL, *settle_err = NULL;
	int64_t bytes;

	if (layer_writer_run(tree, feed, in, &bytes, &err) < 0) {
		if (!err)
			abort();
		return;
	}
	if (layer_settle(tree, &lower, &settle_err) < 0 && !settle_err)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/racker-fuzz-layer-XXXXXX";
	int outer = mkdtemp(path) ? fs_open_dir(AT_FDCWD, path) : -1;
	Input in = { .data = data, .n = size };
	int rootfd;

	if (outer < 0 || fs_mkdir_p(outer, "layer", 0755) < 0)
		abort();
	rootfd = fs_open_dir(outer, "layer");
	unpack(rootfd, &in);
	check_outside(outer);
	(void)fd_close(rootfd);
	(void)fd_close(outer);
	if (fs_remove_tree(AT_FDCWD, path) < 0)
		abort();
	return 0;
}
