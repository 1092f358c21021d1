#include "libimage/layer-writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <sched.h>
#include <sys/sysmacros.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/layer-name.h"

typedef struct Writer {
	LayerTree *tree;
	LayerInput *input;
	void *userdata;
	bool got_input;
	struct archive *archive;
	struct archive_entry *entry;
	char *path; /* of the entry, clean, without a whiteout's prefix */
	Metadata meta; /* of the entry */
	int64_t size;
} Writer;

/* ---- metadata of an entry ---- */

static int add_xattr(Writer *w, const char *name, const void *value, size_t size, Error **err)
{
	if (startswith(name, "trusted.overlay.") || startswith(name, "user.overlay."))
		return error_set(err, EPERM, "attribute %s is overlayfs's own", name);
	if (strlen(name) > LAYER_MAX_XATTR_NAME || size > LAYER_MAX_XATTR_VALUE ||
	    w->meta.n_xattrs >= LAYER_MAX_XATTRS)
		return error_set(err, EFBIG, "attributes are too long or too many");
	metadata_add_xattr(&w->meta, name, value, size);
	return 0;
}

static int read_metadata(Writer *w, Error **err)
{
	struct archive_entry *e = w->entry;
	const char *name;
	const void *value;
	size_t size;

	metadata_clear(&w->meta);
	w->meta.mode = archive_entry_mode(e);
	w->meta.uid = (uid_t)archive_entry_uid(e);
	w->meta.gid = (gid_t)archive_entry_gid(e);
	if (archive_entry_uid(e) != w->meta.uid || archive_entry_gid(e) != w->meta.gid)
		return error_set(err, ERANGE, "owner is out of range");
	w->meta.mtime.tv_sec = archive_entry_mtime(e);
	w->meta.mtime.tv_nsec = archive_entry_mtime_nsec(e);
	(void)archive_entry_xattr_reset(e);
	while (archive_entry_xattr_next(e, &name, &value, &size) == ARCHIVE_OK) {
		int r = add_xattr(w, name, value, size, err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- kinds of entries ---- */

/* Makes room for an entry that is no directory, when its first attempt met something there. */
static int replace(Writer *w, const TreePlace *place, Error **err)
{
	return layer_tree_remove(w->tree, place, err);
}

static int copy_data(Writer *w, int fd, Error **err)
{
	int64_t size = archive_entry_size(w->entry), offset = 0, end = 0;
	const void *data;
	size_t n;
	int r;

	while ((r = archive_read_data_block(w->archive, &data, &n, &offset)) == ARCHIVE_OK) {
		for (size_t done = 0; done < n;) {
			ssize_t k = pwrite(fd, (const char *)data + done, n - done,
					   offset + (int64_t)done);

			if (k < 0 && errno != EINTR)
				return error_errno(err, errno, "write");
			done += k > 0 ? (size_t)k : 0;
		}
		end = offset + (int64_t)n;
	}
	if (r != ARCHIVE_EOF)
		return error_set(err, EBADMSG, "%s", archive_error_string(w->archive));
	if (end < size && ftruncate(fd, size) < 0)
		return error_errno(err, errno, "extend");
	w->size += size;
	return 0;
}

static int write_file(Writer *w, const TreePlace *place, Error **err)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	cleanup_fd int fd = openat(place->fd, place->name, flags, w->meta.mode & 0777);
	int r;

	if (fd < 0 && errno == EEXIST) {
		r = replace(w, place, err);
		if (r < 0)
			return r;
		fd = openat(place->fd, place->name, flags, w->meta.mode & 0777);
	}
	if (fd < 0)
		return error_errno(err, errno, "create file");
	if (archive_entry_size(w->entry) > 0) {
		r = copy_data(w, fd, err);
		if (r < 0)
			return r;
	}
	return metadata_apply_file(place->fd, place->name, fd, &w->meta, true, err);
}

static int write_dir(Writer *w, const TreePlace *place, Error **err)
{
	LayerDir *dir;
	int r = layer_tree_make_dir(w->tree, place, &dir, err);

	if (r < 0)
		return r;
	r = metadata_apply_dir(place->fd, place->name, &w->meta, err);
	if (r < 0)
		return r;
	metadata_clear(&dir->meta);
	dir->meta = metadata_steal(&w->meta);
	dir->implied = false;
	return 0;
}

static int write_root(Writer *w, Error **err)
{
	LayerDir *dir = layer_dirs_get(&w->tree->dirs, "");
	int r;

	if (!S_ISDIR(w->meta.mode))
		return error_set(err, EINVAL, "the root is not a directory");
	r = metadata_apply_dir(w->tree->rootfd, ".", &w->meta, err);
	if (r < 0)
		return r;
	metadata_clear(&dir->meta);
	dir->meta = metadata_steal(&w->meta);
	dir->implied = false;
	return 0;
}

static int write_symlink(Writer *w, const TreePlace *place, Error **err)
{
	const char *target = archive_entry_symlink(w->entry);
	int r;

	if (str_empty(target))
		return error_set(err, EINVAL, "link without a target");
	r = symlinkat(target, place->fd, place->name);
	if (r < 0 && errno == EEXIST) {
		r = replace(w, place, err);
		if (r < 0)
			return r;
		r = symlinkat(target, place->fd, place->name);
	}
	if (r < 0)
		return error_errno(err, errno, "create link");
	w->meta.mode = S_IFLNK | 0777;
	return metadata_apply_file(place->fd, place->name, -1, &w->meta, true, err);
}

static int write_node(Writer *w, const TreePlace *place, Error **err)
{
	dev_t dev = S_ISFIFO(w->meta.mode) ? 0 : archive_entry_rdev(w->entry);
	struct stat st = { .st_mode = w->meta.mode, .st_rdev = dev };
	int r;

	if (stat_is_whiteout(&st))
		return error_set(err, EPERM, "a character device 0:0 would be a whiteout");
	r = mknodat(place->fd, place->name, w->meta.mode & (S_IFMT | 0777), dev);
	if (r < 0 && errno == EEXIST) {
		r = replace(w, place, err);
		if (r < 0)
			return r;
		r = mknodat(place->fd, place->name, w->meta.mode & (S_IFMT | 0777), dev);
	}
	if (r < 0)
		return error_errno(err, errno, "create device");
	return metadata_apply_file(place->fd, place->name, -1, &w->meta, true, err);
}

static int link_afterwards(Writer *w, char *target /* takes ownership */, Error **err)
{
	LayerTree *t = w->tree;

	if (t->n_links >= LAYER_MAX_UNSETTLED) {
		free(target);
		return error_set(err, EFBIG, "more than %d hard links to lower layers",
				 LAYER_MAX_UNSETTLED);
	}
	GROW(t->links, t->n_links, &t->cap_links);
	t->links[t->n_links++] = (LinkAfterwards){ .path = xstrdup(w->path), .target = target };
	return 0;
}

/* Links to a file of this layer: 1, or 0 when it is not there. */
static int link_to(Writer *w, int dirfd, const char *name, Error **err)
{
	struct stat st;
	TreePlace place;
	int r;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_errno(err, errno, "stat target");
	if (stat_is_whiteout(&st))
		return 0;
	r = layer_tree_place(w->tree, w->path, &w->meta.mtime, &place, err);
	if (r < 0)
		return r;
	r = linkat(dirfd, name, place.fd, place.name, 0);
	if (r < 0 && errno == EEXIST) {
		r = replace(w, &place, err);
		if (r < 0)
			return r;
		r = linkat(dirfd, name, place.fd, place.name, 0);
	}
	return r < 0 ? error_errno(err, errno, "create hard link") : 1;
}

static int write_hardlink(Writer *w, Error **err)
{
	cleanup_free char *target = NULL;
	cleanup_fd int dirfd = -1;
	TreePlace place;
	int r = layer_name_clean(archive_entry_hardlink(w->entry), &target, err);

	if (r < 0)
		return r;
	if (!*target || streq(target, w->path))
		return error_set(err, EINVAL, "hard link to itself or to the root");
	r = layer_tree_find(w->tree, target, &place, err);
	if (r > 0) {
		/* Of its own: the descriptor of a place lasts until the next one is looked up. */
		dirfd = fcntl(place.fd, F_DUPFD_CLOEXEC, 3);
		if (dirfd < 0)
			return error_errno(err, errno, "hold target");
		r = link_to(w, dirfd, place.name, err);
	}
	if (r != 0)
		return r < 0 ? r : 0;
	r = layer_tree_place(w->tree, w->path, &w->meta.mtime, &place, err);
	if (r >= 0)
		r = layer_tree_remove(w->tree, &place, err);
	return r < 0 ? r : link_afterwards(w, steal(&target), err);
}

static int write_opaque(Writer *w, Error **err)
{
	TreePlace place = { .fd = w->tree->rootfd, .name = "." };
	LayerDir *dir = layer_dirs_get(&w->tree->dirs, "");
	int r = 0;

	if (*w->path) {
		cleanup_free char *inside = xasprintf("%s/x", w->path);

		r = layer_tree_place(w->tree, inside, &w->meta.mtime, &place, err);
		place.name = ".";
		dir = place.dir;
	}
	return r < 0 ? r : layer_tree_set_opaque(w->tree, place.fd, place.name, dir, err);
}

static int write_plain(Writer *w, Error **err)
{
	TreePlace place;
	int r;

	if (archive_entry_hardlink(w->entry))
		return *w->path ? write_hardlink(w, err)
				: error_set(err, EINVAL, "the root is not a directory");
	if (!*w->path)
		return write_root(w, err);
	r = layer_tree_place(w->tree, w->path, &w->meta.mtime, &place, err);
	if (r < 0)
		return r;
	switch (w->meta.mode & S_IFMT) {
	case S_IFREG:
		return write_file(w, &place, err);
	case S_IFDIR:
		return write_dir(w, &place, err);
	case S_IFLNK:
		return write_symlink(w, &place, err);
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
		return write_node(w, &place, err);
	default:
		return error_set(err, EINVAL, "unknown type of file");
	}
}

static int write_whiteout(Writer *w, Error **err)
{
	TreePlace place;
	int r = layer_tree_place(w->tree, w->path, &w->meta.mtime, &place, err);

	return r < 0 ? r : layer_tree_whiteout(w->tree, &place, err);
}

static int write_kind(Writer *w, LayerNameKind kind, Error **err)
{
	int r = read_metadata(w, err);

	if (r < 0)
		return r;
	switch (kind) {
	case LAYER_NAME_WHITEOUT:
		return write_whiteout(w, err);
	case LAYER_NAME_OPAQUE:
		return write_opaque(w, err);
	case LAYER_NAME_IGNORED:
		return 0;
	default:
		return write_plain(w, err);
	}
}

static int write_entry(Writer *w, Error **err)
{
	const char *name = archive_entry_pathname(w->entry);
	cleanup_free char *path = NULL, *quoted = NULL;
	LayerNameKind kind;
	int r;

	if (!name)
		return error_set(err, EBADMSG, "tar entry without a name");
	r = layer_name_clean(name, &path, err);
	if (r >= 0)
		r = layer_name_classify(path, &kind, err);
	if (r < 0)
		return r;
	free(w->path);
	w->path = steal(&path);
	r = write_kind(w, kind, err);
	if (r >= 0)
		return 0;
	quoted = layer_name_quote(name);
	return error_prefix(err, r, "tar entry %s", quoted);
}

/* ---- the archive ---- */

static ssize_t next_input(struct archive *a, void *userdata, const void **ret)
{
	Writer *w = userdata;
	size_t n = 0;
	int r = w->input(w->userdata, ret, &n);

	if (r < 0) {
		archive_set_error(a, -r, "read error");
		return -1;
	}
	w->got_input |= r > 0;
	return r > 0 ? (ssize_t)n : 0;
}

/* In the C locale libarchive warns about each pax name that is not ASCII, and hands out its bytes
 * as they are; in a UTF-8 locale it would silently compose them (NFC), which changes names. */
static bool warning_is_harmless(struct archive *a)
{
	const char *text = archive_error_string(a);

	return text && strstr(text, "can't be converted");
}

static int read_entries(Writer *w, Error **err)
{
	for (size_t n = 0; n < LAYER_MAX_ENTRIES; n++) {
		int r = archive_read_next_header(w->archive, &w->entry);

		if (r == ARCHIVE_EOF)
			return 0;
		/* A stream without a byte is an empty layer. */
		if (r == ARCHIVE_FATAL && !w->got_input)
			return 0;
		if (r != ARCHIVE_OK && !(r == ARCHIVE_WARN && warning_is_harmless(w->archive)))
			return error_set(err, EBADMSG, "damaged tar: %s",
					 archive_error_string(w->archive));
		r = write_entry(w, err);
		if (r < 0)
			return r;
	}
	return error_set(err, EFBIG, "more than %d entries", LAYER_MAX_ENTRIES);
}

static int open_archive(Writer *w, Error **err)
{
	w->archive = archive_read_new();
	if (!w->archive)
		abort();
	if (archive_read_support_format_tar(w->archive) != ARCHIVE_OK ||
	    archive_read_open(w->archive, w, NULL, next_input, NULL) != ARCHIVE_OK) {
		if (!w->got_input)
			return 0;
		return error_set(err, EBADMSG, "not a tar archive: %s",
				 archive_error_string(w->archive));
	}
	return 1;
}

static void writer_clear(Writer *w)
{
	(void)archive_read_free(w->archive);
	metadata_clear(&w->meta);
	free(w->path);
}

int layer_writer_run(LayerTree *tree, LayerInput *input, void *userdata, int64_t *ret_size,
		     Error **err)
{
	cleanup(writer_clear) Writer w = { .tree = tree, .input = input, .userdata = userdata };
	locale_t c = newlocale(LC_ALL_MASK, "C", NULL), before = uselocale(c);
	int r;

	/* Threads of a program share one umask, unless they ask for one of their own. */
	if (unshare(CLONE_FS) < 0)
		r = error_errno(err, errno, "unshare");
	else
		r = (umask(0), open_archive(&w, err));
	if (r > 0)
		r = read_entries(&w, err);
	if (r >= 0)
		r = layer_tree_finish_dirs(tree, err);
	*ret_size = w.size;
	(void)uselocale(before);
	freelocale(c);
	return r < 0 ? r : 0;
}
