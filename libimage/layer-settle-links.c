/* layer-settle-links: hard links whose target is in a lower layer: it is copied up, and then
 * linked. */
#include "libimage/layer-settle.h"

#include <fcntl.h>
#include <sys/sendfile.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/layer-name.h"

static const struct timespec no_time;

/* Within one file system the kernel shares the blocks where it can. */
static int copy_bytes(int from, int to, int64_t size, Error **err)
{
	for (int64_t done = 0; done < size;) {
		ssize_t k = copy_file_range(from, NULL, to, NULL, (size_t)(size - done), 0);

		if (k < 0 && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP))
			k = sendfile(to, from, NULL, (size_t)(size - done));
		if (k < 0 && errno != EINTR)
			return error_errno(err, errno, "copy up");
		if (k == 0)
			return error_set(err, EIO, "copy up: the file became shorter");
		done += k > 0 ? k : 0;
	}
	return 0;
}

static int copy_regular(const LowerFile *file, const TreePlace *to, const Metadata *m, Error **err)
{
	cleanup_fd int in = openat(file->fd, file->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_fd int out = -1;
	int r;

	if (in < 0)
		return error_errno(err, errno, "copy up");
	out = openat(to->fd, to->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out < 0)
		return error_errno(err, errno, "copy up");
	r = copy_bytes(in, out, file->st.st_size, err);
	return r < 0 ? r : metadata_apply_file(to->fd, to->name, out, m, false, err);
}

static int copy_special(const LowerFile *file, const TreePlace *to, const Metadata *m, Error **err)
{
	char target[LAYER_MAX_PATH];
	int r;

	if (S_ISLNK(m->mode)) {
		ssize_t n = readlinkat(file->fd, file->path, target, sizeof(target) - 1);

		if (n < 0)
			return error_errno(err, errno, "copy up");
		target[n] = '\0';
		r = symlinkat(target, to->fd, to->name);
	} else {
		r = mknodat(to->fd, to->name, m->mode, file->st.st_rdev);
	}
	if (r < 0)
		return error_errno(err, errno, "copy up");
	return metadata_apply_file(to->fd, to->name, -1, m, false, err);
}

static bool in_tree(const TreePlace *place)
{
	struct stat st;

	return fstatat(place->fd, place->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       !stat_is_whiteout(&st);
}

static int copy_up(LayerTree *tree, const LowerFile *file, TreePlace *ret, Error **err)
{
	Metadata m = { 0 };
	int r = layer_tree_place(tree, file->path, &no_time, ret, err);

	/* An earlier link to the same file may have brought it here. */
	if (r < 0 || in_tree(ret))
		return r;
	r = metadata_read(file->fd, file->path, &m, err);
	if (r >= 0)
		r = layer_tree_remove(tree, ret, err);
	if (r >= 0)
		r = S_ISREG(m.mode) ? copy_regular(file, ret, &m, err)
				    : copy_special(file, ret, &m, err);
	metadata_clear(&m);
	return r;
}

/* The path of the target in this layer, copied up where it was not there. Caller frees. */
static int find_target(LayerTree *tree, const LowerView *lower, const char *target, char **ret_path,
		       Error **err)
{
	LowerFile file = { 0 };
	TreePlace place;
	int r = layer_tree_find(tree, target, &place, err);

	if (r < 0)
		return r;
	if (r > 0 && in_tree(&place)) {
		*ret_path = tree_place_path(&place);
		return 0;
	}
	r = lower_find(lower, target, false, &file);
	if (r <= 0 || S_ISDIR(file.st.st_mode))
		r = error_set(err, ENOENT, "hard link to %s, which %s", target,
			      r > 0 ? "is a directory" : "is in no layer");
	else
		r = copy_up(tree, &file, &place, err);
	if (r >= 0)
		*ret_path = tree_place_path(&place);
	lower_file_clear(&file);
	return r;
}

static int settle_link(LayerTree *tree, const LowerView *lower, const LinkAfterwards *link,
		       Error **err)
{
	cleanup_free char *target = NULL;
	TreePlace to;
	int r = find_target(tree, lower, link->target, &target, err);

	if (r >= 0)
		r = layer_tree_place(tree, link->path, &no_time, &to, err);
	if (r < 0)
		return r;
	/* A later entry of the same name has won; a whiteout gives way. */
	if (in_tree(&to))
		return 0;
	if (unlinkat(to.fd, to.name, 0) < 0 && errno != ENOENT)
		return error_errno(err, errno, "replace whiteout");
	if (linkat(tree->rootfd, target, to.fd, to.name, 0) < 0)
		return error_errno(err, errno, "create hard link");
	return 0;
}

int settle_links(LayerTree *tree, const LowerView *lower, Error **err)
{
	for (size_t i = 0; i < tree->n_links; i++) {
		int r = settle_link(tree, lower, &tree->links[i], err);

		if (r < 0)
			return layer_name_prefix(err, r, tree->links[i].path);
	}
	return 0;
}
