#include "libimage/layer-writer.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "tests/tap.h"

#define BLOCK 512

typedef struct Piece {
	const char *data;
	size_t n;
} Piece;

static int give_once(void *userdata, const void **ret_data, size_t *ret_n)
{
	Piece *p = userdata;

	*ret_data = p->data;
	*ret_n = p->n;
	p->n = 0;
	return *ret_n > 0;
}

/* A ustar header of a regular file, mode 0644. */
static void header(char *block, const char *name, unsigned size)
{
	unsigned sum = 0;

	memset(block, 0, BLOCK);
	memcpy(block, name, strlen(name));
	memcpy(block + 100, "0000644\0000000000\0000000000", 24);
	(void)snprintf(block + 124, 12, "%011o", size);
	memcpy(block + 136, "00000000000", 12);
	memset(block + 148, ' ', 8);
	block[156] = '0';
	memcpy(block + 257, "ustar\00000", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)block[i];
	(void)snprintf(block + 148, 8, "%06o", sum);
}

/* Unpacks the first `n` bytes of a tar of one file with 44 bytes. */
static int unpack(int rootfd, size_t n, int64_t *ret_size)
{
	LayerTree *tree = layer_tree_new(rootfd, "user.overlay.");
	char tar[4 * BLOCK] = "";
	Piece p = { tar, n };
	int r;

	header(tar, "etc/file", 44);
	memset(tar + BLOCK, 'x', 44);
	r = layer_writer_run(tree, give_once, &p, ret_size, NULL);
	layer_tree_free(tree);
	return r;
}

static void check_end(const char *dir, size_t n, int want)
{
	cleanup_free char *path = xasprintf("%s/%zu", dir, n);
	cleanup_fd int fd = -1;
	struct stat st = { 0 };
	int64_t size = 0;

	check_int(mkdir(path, 0755), 0);
	fd = fs_open_dir(AT_FDCWD, path);
	printf("# %zu bytes\n", n);
	check_int(unpack(fd, n, &size), want);
	if (want < 0)
		return;
	check_int(fstatat(fd, "etc/file", &st, 0), 0);
	check_int(st.st_size, 44);
	check_int(size, 44);
}

/* Streams without the final blocks, and without the zeros behind a file, are whole; streams without
 * a file's last byte are not. */
int main(void)
{
	char dir[] = "/tmp/layer-writer.XXXXXX";

	if (!mkdtemp(dir))
		return 1;
	check_end(dir, 4 * BLOCK, 0);
	check_end(dir, 2 * BLOCK, 0);
	check_end(dir, BLOCK + 100, 0);
	check_end(dir, BLOCK + 44, 0);
	check_end(dir, BLOCK + 43, -EBADMSG);
	check_end(dir, BLOCK, -EBADMSG);
	check_end(dir, BLOCK - 1, -EBADMSG);
	(void)fs_remove_tree(AT_FDCWD, dir);
	return tap_done();
}
