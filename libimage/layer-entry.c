#include "libimage/layer-entry.h"

#include <fcntl.h>
#include <sys/sysmacros.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

/* ---- metadata of an entry ---- */

static int add_xattr(LayerEntry *e, const char *name, const void *value, size_t size, Error **err)
{
	if (startswith(name, "trusted.overlay.") || startswith(name, "user.overlay."))
		return error_set(err, EPERM, "attribute %s is overlayfs's own", name);
	if (strlen(name) > LAYER_MAX_XATTR_NAME || size > LAYER_MAX_XATTR_VALUE ||
	    e->meta.n_xattrs >= LAYER_MAX_XATTRS)
		return error_set(err, EFBIG, "attributes are too long or too many");
	metadata_add_xattr(&e->meta, name, value, size);
	return 0;
}

static int read_metadata(LayerEntry *e, Error **err)
{
	struct archive_entry *a = e->entry;
	const char *name;
	const void *value;
	size_t size;

	metadata_clear(&e->meta);
	e->meta.mode = archive_entry_mode(a);
	e->meta.uid = (uid_t)archive_entry_uid(a);
	e->meta.gid = (gid_t)archive_entry_gid(a);
	if (archive_entry_uid(a) != e->meta.uid || archive_entry_gid(a) != e->meta.gid)
		return error_set(err, ERANGE, "owner is out of range");
	e->meta.mtime.tv_sec = archive_entry_mtime(a);
	e->meta.mtime.tv_nsec = archive_entry_mtime_nsec(a);
	(void)archive_entry_xattr_reset(a);
	while (archive_entry_xattr_next(a, &name, &value, &size) == ARCHIVE_OK) {
		int r = add_xattr(e, name, value, size, err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- kinds of entries ---- */

/* Makes room for an entry that is no directory, when its first attempt met something there. */
static int replace(LayerEntry *e, const TreePlace *place, Error **err)
{
	return layer_tree_remove(e->tree, place, err);
}

static int copy_data(LayerEntry *e, int fd, Error **err)
{
	int64_t size = archive_entry_size(e->entry), offset = 0, end = 0;
	const void *data;
	size_t n;
	int r;

	while ((r = archive_read_data_block(e->archive, &data, &n, &offset)) == ARCHIVE_OK) {
		for (size_t done = 0; done < n;) {
			ssize_t k = pwrite(fd, (const char *)data + done, n - done,
					   offset + (int64_t)done);

			if (k < 0 && errno != EINTR)
				return error_errno(err, errno, "write");
			done += k > 0 ? (size_t)k : 0;
		}
		end = offset + (int64_t)n;
	}
	/* Some programs leave out the zeros that fill the last block; Docker reads that too. */
	e->last = r != ARCHIVE_EOF && e->input_ended && end == size;
	if (r != ARCHIVE_EOF && !e->last)
		return error_set(err, EBADMSG, "%s", archive_error_string(e->archive));
	if (end < size && ftruncate(fd, size) < 0)
		return error_errno(err, errno, "extend");
	e->size += size;
	return 0;
}

static int write_file(LayerEntry *e, const TreePlace *place, Error **err)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	cleanup_fd int fd = openat(place->fd, place->name, flags, e->meta.mode & 0777);
	int r;

	if (fd < 0 && errno == EEXIST) {
		r = replace(e, place, err);
		if (r < 0)
			return r;
		fd = openat(place->fd, place->name, flags, e->meta.mode & 0777);
	}
	if (fd < 0)
		return error_errno(err, errno, "create file");
	if (archive_entry_size(e->entry) > 0) {
		r = copy_data(e, fd, err);
		if (r < 0)
			return r;
	}
	return metadata_apply_file(place->fd, place->name, fd, &e->meta, true, err);
}

/* Directories are finished later. */
static int keep_metadata(LayerEntry *e, LayerDir *dir, Error **err)
{
	size_t memory = 0;

	metadata_clear(&dir->meta);
	dir->meta = metadata_steal(&e->meta);
	dir->implied = false;
	for (size_t i = 0; i < dir->meta.n_xattrs; i++)
		memory += dir->meta.xattrs[i].size + sizeof(Xattr);
	return layer_tree_charge(e->tree, memory, err);
}

static int write_dir(LayerEntry *e, const TreePlace *place, Error **err)
{
	LayerDir *dir;
	int r = layer_tree_make_dir(e->tree, place, &dir, err);

	if (r < 0)
		return r;
	r = metadata_apply_dir(place->fd, place->name, &e->meta, err);
	if (r < 0)
		return r;
	return keep_metadata(e, dir, err);
}

static int write_root(LayerEntry *e, Error **err)
{
	LayerDir *dir = layer_dirs_get(&e->tree->dirs, "");
	int r;

	if (!S_ISDIR(e->meta.mode))
		return error_set(err, EINVAL, "the root is not a directory");
	r = metadata_apply_dir(e->tree->rootfd, ".", &e->meta, err);
	if (r < 0)
		return r;
	return keep_metadata(e, dir, err);
}

static int write_symlink(LayerEntry *e, const TreePlace *place, Error **err)
{
	const char *target = archive_entry_symlink(e->entry);
	int r;

	if (str_empty(target))
		return error_set(err, EINVAL, "link without a target");
	r = symlinkat(target, place->fd, place->name);
	if (r < 0 && errno == EEXIST) {
		r = replace(e, place, err);
		if (r < 0)
			return r;
		r = symlinkat(target, place->fd, place->name);
	}
	if (r < 0)
		return error_errno(err, errno, "create link");
	e->meta.mode = S_IFLNK | 0777;
	return metadata_apply_file(place->fd, place->name, -1, &e->meta, true, err);
}

static int write_node(LayerEntry *e, const TreePlace *place, Error **err)
{
	dev_t dev = S_ISFIFO(e->meta.mode) ? 0 : archive_entry_rdev(e->entry);
	struct stat st = { .st_mode = e->meta.mode, .st_rdev = dev };
	int r;

	if (stat_is_whiteout(&st))
		return error_set(err, EPERM, "a character device 0:0 would be a whiteout");
	r = mknodat(place->fd, place->name, e->meta.mode & (S_IFMT | 0777), dev);
	if (r < 0 && errno == EEXIST) {
		r = replace(e, place, err);
		if (r < 0)
			return r;
		r = mknodat(place->fd, place->name, e->meta.mode & (S_IFMT | 0777), dev);
	}
	if (r < 0)
		return error_errno(err, errno, "create device");
	return metadata_apply_file(place->fd, place->name, -1, &e->meta, true, err);
}

static int link_afterwards(LayerEntry *e, char *target /* takes ownership */, Error **err)
{
	LayerTree *t = e->tree;
	size_t memory = sizeof(LinkAfterwards) + strlen(e->path) + strlen(target);

	GROW(t->links, t->n_links, &t->cap_links);
	t->links[t->n_links++] = (LinkAfterwards){ .path = xstrdup(e->path), .target = target };
	return layer_tree_charge(t, memory, err);
}

/* Links to a file of this layer: 1, or 0 when it is not there. */
static int link_to(LayerEntry *e, int dirfd, const char *name, Error **err)
{
	struct stat st;
	TreePlace place;
	int r;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_errno(err, errno, "stat target");
	if (stat_is_whiteout(&st))
		return 0;
	r = layer_tree_place(e->tree, e->path, &e->meta.mtime, &place, err);
	if (r < 0)
		return r;
	r = linkat(dirfd, name, place.fd, place.name, 0);
	if (r < 0 && errno == EEXIST) {
		r = replace(e, &place, err);
		if (r < 0)
			return r;
		r = linkat(dirfd, name, place.fd, place.name, 0);
	}
	return r < 0 ? error_errno(err, errno, "create hard link") : 1;
}

static int write_hardlink(LayerEntry *e, Error **err)
{
	cleanup_free char *target = NULL;
	cleanup_fd int dirfd = -1;
	TreePlace place;
	int r = layer_name_clean(archive_entry_hardlink(e->entry), &target, err);

	if (r < 0)
		return r;
	if (!*target || streq(target, e->path))
		return error_set(err, EINVAL, "hard link to itself or to the root");
	r = layer_tree_find(e->tree, target, &place, err);
	if (r > 0) {
		/* Of its own: the descriptor of a place lasts until the next one is looked up. */
		dirfd = fcntl(place.fd, F_DUPFD_CLOEXEC, 3);
		if (dirfd < 0)
			return error_errno(err, errno, "hold target");
		r = link_to(e, dirfd, place.name, err);
	}
	if (r != 0)
		return r < 0 ? r : 0;
	r = layer_tree_place(e->tree, e->path, &e->meta.mtime, &place, err);
	if (r >= 0)
		r = layer_tree_remove(e->tree, &place, err);
	return r < 0 ? r : link_afterwards(e, steal(&target), err);
}

static int write_opaque(LayerEntry *e, Error **err)
{
	TreePlace place = { .fd = e->tree->rootfd, .name = "." };
	LayerDir *dir = layer_dirs_get(&e->tree->dirs, "");
	int r = 0;

	if (*e->path) {
		cleanup_free char *inside = xasprintf("%s/x", e->path);

		r = layer_tree_place(e->tree, inside, &e->meta.mtime, &place, err);
		place.name = ".";
		dir = place.dir;
	}
	return r < 0 ? r : layer_tree_set_opaque(e->tree, place.fd, place.name, dir, err);
}

static int write_plain(LayerEntry *e, Error **err)
{
	TreePlace place;
	int r;

	if (archive_entry_hardlink(e->entry))
		return *e->path ? write_hardlink(e, err)
				: error_set(err, EINVAL, "the root is not a directory");
	if (!*e->path)
		return write_root(e, err);
	r = layer_tree_place(e->tree, e->path, &e->meta.mtime, &place, err);
	if (r < 0)
		return r;
	switch (e->meta.mode & S_IFMT) {
	case S_IFREG:
		return write_file(e, &place, err);
	case S_IFDIR:
		return write_dir(e, &place, err);
	case S_IFLNK:
		return write_symlink(e, &place, err);
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
		return write_node(e, &place, err);
	default:
		return error_set(err, EINVAL, "unknown type of file");
	}
}

static int write_whiteout(LayerEntry *e, Error **err)
{
	TreePlace place;
	int r = layer_tree_place(e->tree, e->path, &e->meta.mtime, &place, err);

	return r < 0 ? r : layer_tree_whiteout(e->tree, &place, err);
}

int layer_entry_write(LayerEntry *e, LayerNameKind kind, Error **err)
{
	int r = read_metadata(e, err);

	if (r < 0)
		return r;
	switch (kind) {
	case LAYER_NAME_WHITEOUT:
		return write_whiteout(e, err);
	case LAYER_NAME_OPAQUE:
		return write_opaque(e, err);
	case LAYER_NAME_IGNORED:
		return 0;
	default:
		return write_plain(e, err);
	}
}
