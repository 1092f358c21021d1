#include "libimage/tar-write.h"
#include "libcommon/fs.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/layer-meta.h"
#include "libimage/layer-tree.h"

/* Each level holds one descriptor. */
#define MAX_DEPTH 900
#define BUFFER_SIZE ((size_t)256 * 1024)
#define MAX_LINK 4096
/* Files with several names that are remembered: some 100 MB of memory. */
#define MAX_LINKED 1000000
#define WHITEOUT_PREFIX ".wh."
#define OPAQUE_NAME ".wh..wh..opq"

typedef struct Linked {
	dev_t dev;
	ino_t ino;
	char *path;
} Linked;

typedef struct TarWriter {
	const TarWriteOptions *o;
	TarSink *sink;
	void *userdata;
	int sink_errno;
	struct archive *archive;
	struct archive_entry *entry;
	char *buffer;
	Strbuf path; /* in the archive */
	Strbuf below; /* the same below the first entry, with a leading slash */
	Linked *slots; /* by device and number; power of two */
	size_t n_slots, n_linked;
	unsigned depth;
} TarWriter;

static void writer_clear(TarWriter *w)
{
	(void)archive_write_free(w->archive);
	archive_entry_free(w->entry);
	free(w->buffer);
	strbuf_clear(&w->path);
	strbuf_clear(&w->below);
	for (size_t i = 0; i < w->n_slots; i++)
		free(w->slots[i].path);
	free(w->slots);
}

/* ---- hard links ---- */

static Linked *linked_slot(TarWriter *w, dev_t dev, ino_t ino)
{
	size_t i = (size_t)(((uint64_t)ino * UINT64_C(0x9e3779b97f4a7c15)) ^ dev);

	for (;; i++) {
		Linked *l = &w->slots[i & (w->n_slots - 1)];

		if (!l->path || (l->ino == ino && l->dev == dev))
			return l;
	}
}

static void linked_grow(TarWriter *w)
{
	Linked *old = w->slots;
	size_t n = w->n_slots;

	if (w->n_linked * 2 < n)
		return;
	w->n_slots = n ? n * 2 : 256;
	w->slots = xnew0(Linked, w->n_slots);
	for (size_t i = 0; i < n; i++)
		if (old[i].path)
			*linked_slot(w, old[i].dev, old[i].ino) = old[i];
	free(old);
}

/* The first name of a file that has several, or NULL: this is it. */
static const char *linked_find(TarWriter *w, const struct stat *st)
{
	Linked *l;

	if (!S_ISREG(st->st_mode) || st->st_nlink < 2)
		return NULL;
	linked_grow(w);
	l = linked_slot(w, st->st_dev, st->st_ino);
	if (l->path)
		return l->path;
	if (w->n_linked < MAX_LINKED) {
		*l = (Linked){ st->st_dev, st->st_ino, xstrdup(w->path.data) };
		w->n_linked++;
	}
	return NULL;
}

/* ---- one entry ---- */

static int fail_archive(TarWriter *w, Error **err)
{
	if (w->sink_errno)
		return error_errno(err, w->sink_errno, "write the archive");
	return error_set(err, EIO, "%s: %s", w->path.data ? w->path.data : "archive",
			 archive_error_string(w->archive));
}

static int fail(const TarWriter *w, int errnum, const char *what, Error **err)
{
	return error_errno(err, errnum, "%s %s", what, w->below.len ? w->below.data : "/");
}

static bool wanted_xattr(const TarWriter *w, const char *name)
{
	if (w->o->xattrs == TAR_XATTRS_CAPABILITY)
		return streq(name, "security.capability");
	return !streq(name, "security.selinux") && !streq(name, "system.nfs4_acl");
}

static int set_xattrs(TarWriter *w, int dirfd, const char *name, Error **err)
{
	Metadata m = { 0 };
	int r = metadata_read(dirfd, name, &m, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < m.n_xattrs; i++)
		if (wanted_xattr(w, m.xattrs[i].name))
			archive_entry_xattr_add_entry(w->entry, m.xattrs[i].name, m.xattrs[i].value,
						      m.xattrs[i].size);
	metadata_clear(&m);
	return 0;
}

static int write_header(TarWriter *w, Error **err)
{
	int r = archive_write_header(w->archive, w->entry);

	/* Warnings are about names that are not UTF-8, which are written as bytes. */
	return r == ARCHIVE_OK || r == ARCHIVE_WARN ? 0 : fail_archive(w, err);
}

static void begin_entry(TarWriter *w, const char *path, const struct stat *st)
{
	archive_entry_clear(w->entry);
	archive_entry_copy_pathname(w->entry, path);
	archive_entry_set_mode(w->entry, st->st_mode);
	archive_entry_set_uid(w->entry, st->st_uid);
	archive_entry_set_gid(w->entry, st->st_gid);
	archive_entry_set_mtime(w->entry, st->st_mtim.tv_sec, 0);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		archive_entry_set_rdev(w->entry, st->st_rdev);
	archive_entry_set_size(w->entry, S_ISREG(st->st_mode) ? st->st_size : 0);
}

/* At most what the header says; a file that has become shorter is filled up with zeros. */
static int write_data(TarWriter *w, int fd, int64_t size, Error **err)
{
	while (size > 0) {
		size_t want = (uint64_t)size < BUFFER_SIZE ? (size_t)size : BUFFER_SIZE;
		ssize_t n = read(fd, w->buffer, want);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(w, errno, "read", err);
		if (n == 0)
			break;
		if (archive_write_data(w->archive, w->buffer, (size_t)n) != n)
			return fail_archive(w, err);
		size -= n;
	}
	return archive_write_finish_entry(w->archive) == ARCHIVE_OK ? 0 : fail_archive(w, err);
}

static int write_file(TarWriter *w, int fd, const struct stat *st, Error **err)
{
	const char *first = linked_find(w, st);
	cleanup_free char *self = xasprintf("/proc/self/fd/%d", fd);
	cleanup_fd int in = -1;
	int r;

	if (first) {
		archive_entry_set_size(w->entry, 0);
		archive_entry_copy_hardlink(w->entry, first);
		return write_header(w, err);
	}
	in = open(self, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (in < 0)
		return fail(w, errno, "open", err);
	r = write_header(w, err);
	return r < 0 ? r : write_data(w, in, st->st_size, err);
}

static int write_link(TarWriter *w, int fd, Error **err)
{
	char target[MAX_LINK];
	ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);

	if (n < 0)
		return fail(w, errno, "read link", err);
	target[n] = '\0';
	archive_entry_copy_symlink(w->entry, target);
	return write_header(w, err);
}

/* ---- what is gone ---- */

static int write_mark(TarWriter *w, const char *path, const struct timespec *time, Error **err)
{
	struct stat st = { .st_mode = S_IFREG, .st_mtim = *time };

	begin_entry(w, path, &st);
	return write_header(w, err);
}

static int write_whiteout(TarWriter *w, const struct stat *st, Error **err)
{
	const char *slash = strrchr(w->path.data, '/');
	size_t dir = slash ? (size_t)(slash - w->path.data) + 1 : 0;
	cleanup_free char *mark =
		xasprintf("%.*s" WHITEOUT_PREFIX "%s", (int)dir, w->path.data, w->path.data + dir);

	return write_mark(w, mark, &st->st_mtim, err);
}

static int write_opaque(TarWriter *w, int fd, const struct stat *st, Error **err)
{
	cleanup_free char *mark = NULL;

	if (!w->o->layer || !(xattr_is_opaque(fd, ".", "trusted.overlay.") ||
			      xattr_is_opaque(fd, ".", "user.overlay.")))
		return 0;
	mark = xasprintf("%s%s" OPAQUE_NAME, w->path.len ? w->path.data : "",
			 w->path.len ? "/" : "");
	return write_mark(w, mark, &st->st_mtim, err);
}

/* ---- trees ---- */

static void push(Strbuf *b, const char *name, bool slash)
{
	if (slash)
		strbuf_addc(b, '/');
	strbuf_adds(b, name);
}

static void cut(Strbuf *b, size_t n)
{
	b->len = n;
	if (b->data)
		b->data[n] = '\0';
}

static int write_entry(TarWriter *w, int dirfd, const char *name, Error **err);

static int write_names(TarWriter *w, int fd, Error **err)
{
	cleanup_strv char **names = NULL;
	int r = fs_names(fd, &names);

	if (r < 0)
		return fail(w, -r, "read", err);
	STRV_FOREACH(name, names) {
		size_t path = w->path.len, below = w->below.len;

		push(&w->path, *name, path > 0 && w->path.data[path - 1] != '/');
		push(&w->below, *name, true);
		if (!strv_contains(w->o->exclude, w->below.data))
			r = write_entry(w, fd, *name, err);
		cut(&w->path, path);
		cut(&w->below, below);
		if (r < 0)
			return r;
	}
	return 0;
}

static int write_dir(TarWriter *w, int path_fd, const struct stat *st, Error **err)
{
	cleanup_fd int fd = openat(path_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return fail(w, errno, "open", err);
	if (w->depth >= MAX_DEPTH)
		return error_set(err, ELOOP, "more than %d levels of directories", MAX_DEPTH);
	w->depth++;
	r = write_opaque(w, fd, st, err);
	if (r >= 0)
		r = write_names(w, fd, err);
	w->depth--;
	return r;
}

static int write_kind(TarWriter *w, int fd, const struct stat *st, Error **err)
{
	int r;

	switch (st->st_mode & S_IFMT) {
	case S_IFREG:
		return write_file(w, fd, st, err);
	case S_IFLNK:
		return write_link(w, fd, err);
	case S_IFDIR:
		r = w->path.len ? write_header(w, err) : 0;
		return r < 0 ? r : write_dir(w, fd, st, err);
	default:
		return write_header(w, err);
	}
}

static int write_entry(TarWriter *w, int dirfd, const char *name, Error **err)
{
	cleanup_fd int fd = openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int r;

	/* What is gone before its turn has come was never there. */
	if (fd < 0 && errno == ENOENT && w->depth > 0)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(w, errno, "open", err);
	if (w->o->layer && stat_is_whiteout(&st))
		return write_whiteout(w, &st, err);
	/* Archives cannot hold a socket. */
	if (S_ISSOCK(st.st_mode))
		return 0;
	begin_entry(w, w->path.len ? w->path.data : ".", &st);
	r = set_xattrs(w, dirfd, name, err);
	if (r == -ENOENT) {
		if (err)
			*err = error_free(*err);
		return 0;
	}
	return r < 0 ? r : write_kind(w, fd, &st, err);
}

/* ---- the stream ---- */

static la_ssize_t on_bytes(struct archive *a, void *userdata, const void *data, size_t n)
{
	TarWriter *w = userdata;
	int r = w->sink(w->userdata, data, n);

	if (r >= 0)
		return (la_ssize_t)n;
	w->sink_errno = -r;
	archive_set_error(a, -r, "write error");
	return -1;
}

static int open_archive(TarWriter *w, Error **err)
{
	w->archive = archive_write_new();
	w->entry = archive_entry_new();
	w->buffer = xmalloc(BUFFER_SIZE);
	if (!w->archive || !w->entry)
		abort();
	if (archive_write_set_format_pax_restricted(w->archive) != ARCHIVE_OK ||
	    archive_write_set_format_option(w->archive, "pax", "xattrheader", "SCHILY") !=
		    ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(w->archive, (int)BUFFER_SIZE) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(w->archive, 1) != ARCHIVE_OK ||
	    archive_write_open(w->archive, w, NULL, on_bytes, NULL) != ARCHIVE_OK)
		return fail_archive(w, err);
	return 0;
}

int tar_write(int dirfd, const TarWriteOptions *o, TarSink *sink, void *userdata, Error **err)
{
	cleanup(writer_clear) TarWriter w = { .o = o, .sink = sink, .userdata = userdata };
	/* In a UTF-8 locale names would be normalised; here they are bytes. */
	locale_t c = newlocale(LC_ALL_MASK, "C", NULL), before = uselocale(c);
	int r = open_archive(&w, err);

	strbuf_adds(&w.path, o->as);
	strbuf_adds(&w.below, "");
	if (r >= 0)
		r = write_entry(&w, dirfd, o->name, err);
	if (r >= 0 && archive_write_close(w.archive) != ARCHIVE_OK)
		r = fail_archive(&w, err);
	(void)uselocale(before);
	freelocale(c);
	return r;
}
