#include "libimage/tar-extract.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libimage/layer-meta.h"

#define BUFFER_SIZE ((size_t)256 * 1024)
#define REPLACE_ATTEMPTS 16
#define MAX_PATH 4096

/* A directory whose time is set when nothing more is made in it. */
typedef struct LateTime {
	char *path;
	struct timespec mtime;
} LateTime;

typedef struct Extract {
	const TarExtractOptions *o;
	int root;
	Decompressor *input;
	Error *input_error;
	char *buffer;
	struct archive *archive;
	struct archive_entry *entry;
	char *path; /* of the entry in the container */
	LateTime *late;
	size_t n_late, cap_late, memory;
	bool got_input, ended;
	bool last; /* the stream ended within the padding behind this entry */
} Extract;

static void extract_clear(Extract *x)
{
	(void)archive_read_free(x->archive);
	decompress_free(x->input);
	error_free(x->input_error);
	free(x->buffer);
	free(x->path);
	for (size_t i = 0; i < x->n_late; i++)
		free(x->late[i].path);
	free(x->late);
}

/* ---- names ---- */

/* A path by the text alone: relative to `base`, without `.` and `..`. NULL: it leads out of it. */
static char *path_within(const char *base, const char *name)
{
	cleanup_strv char **parts = strv_split(name, '/'), **kept = NULL;
	cleanup_free char *joined = NULL;
	size_t n = 0;

	STRV_FOREACH(part, parts) {
		if (!**part || streq(*part, "."))
			continue;
		if (!streq(*part, "..")) {
			strv_add(&kept, *part);
			n++;
		} else if (n > 0) {
			free(kept[--n]);
			kept[n] = NULL;
		} else {
			return NULL;
		}
	}
	joined = n ? strv_join(kept, "/") : xstrdup("");
	return xasprintf("%s%s%s", streq(base, "/") ? "" : base, n ? "/" : "", joined);
}

/* Whether a link's text leads out of the directory, seen from where the link is. */
static bool link_leads_out(const Extract *x, const char *target)
{
	const char *below = x->path + (streq(x->o->dir, "/") ? 0 : strlen(x->o->dir));
	const char *slash = strrchr(below, '/');
	cleanup_free char *joined = NULL, *within = NULL;

	if (streq(x->o->dir, "/"))
		return false;
	joined = xasprintf("%.*s/%s", slash ? (int)(slash - below) : 0, below, target);
	within = path_within("/", joined);
	return !within;
}

static int fail(const Extract *x, int errnum, const char *what, Error **err)
{
	return error_go(err, errnum, what, x->path);
}

/* ---- places ---- */

/* Makes the last directory of a path whose parent is there, and opens it. */
static int make_level(Extract *x, char *dir)
{
	char *slash = strrchr(dir, '/');
	cleanup_fd int parent = -1;

	*slash = '\0';
	parent = fs_open_in_root(x->root, *dir ? dir : "/", O_PATH | O_DIRECTORY, 0);
	*slash = '/';
	if (parent < 0)
		return parent;
	if (mkdirat(parent, slash + 1, 0755) < 0 && errno != EEXIST)
		return -errno;
	if (x->o->set_owner &&
	    fchownat(parent, slash + 1, x->o->uid, x->o->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return fs_open_in_root(x->root, dir, O_PATH | O_DIRECTORY, 0);
}

/* Opens the directory an entry goes into, made where it is missing; `*ret_name` is the rest. */
static int open_parent(Extract *x, const char **ret_name, Error **err)
{
	const char *slash = strrchr(x->path, '/');
	cleanup_free char *dir = xstrndup(x->path, (size_t)(slash - x->path));
	size_t n = strlen(dir);
	int fd = fs_open_in_root(x->root, n ? dir : "/", O_PATH | O_DIRECTORY, 0);

	*ret_name = slash + 1;
	for (size_t i = 1; fd == -ENOENT && i <= n; i++) {
		char end = dir[i];

		if (end && end != '/')
			continue;
		dir[i] = '\0';
		fd = fs_open_in_root(x->root, dir, O_PATH | O_DIRECTORY, 0);
		if (fd == -ENOENT)
			fd = make_level(x, dir);
		dir[i] = end;
		if (fd >= 0 && end)
			fd = (fd_close(fd), -ENOENT);
	}
	return fd < 0 ? fail(x, -fd, "mkdir", err) : fd;
}

/* Makes room for what is no directory. */
static int make_room(const Extract *x, int dir, const char *name, Error **err)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail(x, errno, "lstat", err);
	if (S_ISDIR(st.st_mode))
		return error_set(err, EISDIR,
				 "cannot overwrite directory \"%s\" with non-directory \"%s\"",
				 x->path, x->o->dir);
	if (fs_is_mount_point(dir, name))
		return fail(x, EBUSY, "unlinkat", err);
	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return fail(x, errno, "unlinkat", err);
	return 0;
}

/* ---- metadata ---- */

static int set_xattrs(const Extract *x, int fd, Error **err)
{
	cleanup_free char *self = xasprintf("/proc/self/fd/%d", fd);
	const char *name;
	const void *value;
	size_t size;

	(void)archive_entry_xattr_reset(x->entry);
	while (archive_entry_xattr_next(x->entry, &name, &value, &size) == ARCHIVE_OK) {
		if (strlen(name) > LAYER_MAX_XATTR_NAME || size > LAYER_MAX_XATTR_VALUE ||
		    startswith(name, "trusted.overlay.") || startswith(name, "user.overlay."))
			continue;
		if (setxattr(self, name, value, size, 0) < 0 && errno != ENOTSUP && errno != EPERM)
			return fail(x, errno, "setxattr", err);
	}
	return 0;
}

static struct timespec entry_time(const Extract *x)
{
	return (struct timespec){ archive_entry_mtime(x->entry),
				  archive_entry_mtime_nsec(x->entry) };
}

/* `fd` is what was made, O_PATH or not. */
static int set_metadata(Extract *x, int fd, Error **err)
{
	cleanup_free char *self = xasprintf("/proc/self/fd/%d", fd);
	int64_t uid = archive_entry_uid(x->entry), gid = archive_entry_gid(x->entry);
	struct timespec times[2] = { entry_time(x), entry_time(x) };
	mode_t type = archive_entry_filetype(x->entry);
	int r;

	if (uid < 0 || gid < 0 || uid >= UINT32_MAX || gid >= UINT32_MAX)
		return error_set(err, ERANGE, "%s: owner is out of range", x->path);
	if (x->o->set_owner) {
		uid = x->o->uid;
		gid = x->o->gid;
	}
	if (fchownat(fd, "", (uid_t)uid, (gid_t)gid, AT_EMPTY_PATH) < 0)
		return fail(x, errno, "lchown", err);
	if (type != AE_IFLNK && chmod(self, archive_entry_mode(x->entry) & 07777) < 0)
		return fail(x, errno, "chmod", err);
	r = set_xattrs(x, fd, err);
	if (r >= 0 && type != AE_IFDIR && utimensat(fd, "", times, AT_EMPTY_PATH) < 0)
		return fail(x, errno, "utimensat", err);
	return r;
}

/* Opens what was made by name and sets the rest, unless somebody has put another thing there. */
static int finish(Extract *x, int dir, const char *name, mode_t type, Error **err)
{
	cleanup_fd int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(x, errno, "open", err);
	if ((st.st_mode & S_IFMT) != type)
		return fail(x, ESTALE, "open", err);
	return set_metadata(x, fd, err);
}

/* ---- kinds ---- */

static int copy_data(Extract *x, int fd, Error **err)
{
	const void *data;
	size_t n;
	int64_t offset = 0, end = 0, size = archive_entry_size(x->entry);
	int r;

	while ((r = archive_read_data_block(x->archive, &data, &n, &offset)) == ARCHIVE_OK) {
		for (size_t done = 0; done < n;) {
			ssize_t k = pwrite(fd, (const char *)data + done, n - done,
					   offset + (int64_t)done);

			if (k < 0 && errno != EINTR)
				return fail(x, errno, "write", err);
			done += k > 0 ? (size_t)k : 0;
		}
		end = offset + (int64_t)n;
	}
	/* Some programs leave out the zeros that fill the last block; Docker reads that too. */
	x->last = r != ARCHIVE_EOF && x->ended && end == size;
	if (r != ARCHIVE_EOF && !x->last)
		return error_set(err, EBADMSG, "unexpected EOF");
	return ftruncate(fd, size) < 0 ? fail(x, errno, "write", err) : 0;
}

static int make_file(Extract *x, int dir, const char *name, Error **err)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, r = 0;
	cleanup_fd int fd = -1;

	for (unsigned i = 0; fd < 0 && i < REPLACE_ATTEMPTS; i++) {
		r = make_room(x, dir, name, err);
		if (r < 0)
			return r;
		fd = openat(dir, name, flags, 0600);
		if (fd < 0 && errno != EEXIST)
			return fail(x, errno, "open", err);
	}
	if (fd < 0)
		return fail(x, EBUSY, "open", err);
	r = copy_data(x, fd, err);
	if (r < 0) {
		(void)unlinkat(dir, name, 0);
		return r;
	}
	return set_metadata(x, fd, err);
}

static int make_dir(Extract *x, int dir, const char *name, Error **err)
{
	cleanup_fd int fd = -1;

	if (mkdirat(dir, name, 0700) < 0 && errno != EEXIST)
		return fail(x, errno, "mkdir", err);
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_set(err, ENOTDIR,
				 "cannot overwrite non-directory \"%s\" with directory \"%s\"",
				 x->path, x->o->dir);
	x->memory += sizeof(LateTime) + strlen(x->path);
	if (x->memory > EXTRACT_MAX_MEMORY)
		return error_set(err, EFBIG, "too many directories");
	GROW(x->late, x->n_late, &x->cap_late);
	x->late[x->n_late++] = (LateTime){ xstrdup(x->path), entry_time(x) };
	return set_metadata(x, fd, err);
}

static int make_symlink(Extract *x, int dir, const char *name, Error **err)
{
	const char *target = archive_entry_symlink(x->entry);
	int r;

	if (str_empty(target) || strlen(target) >= MAX_PATH)
		return error_set(err, EINVAL, "%s: link without a target", x->path);
	if (link_leads_out(x, target))
		return error_set(err, EPERM, "invalid symlink \"%s\" -> \"%s\"", x->path, target);
	r = make_room(x, dir, name, err);
	if (r < 0)
		return r;
	if (symlinkat(target, dir, name) < 0)
		return fail(x, errno, "symlink", err);
	return finish(x, dir, name, S_IFLNK, err);
}

static int make_node(Extract *x, int dir, const char *name, mode_t type, Error **err)
{
	dev_t dev = type == S_IFIFO ? 0 : archive_entry_rdev(x->entry);
	int r = make_room(x, dir, name, err);

	if (r < 0)
		return r;
	if (type == S_IFCHR && dev == 0)
		return error_set(err, EPERM, "%s: a character device 0:0 would be a whiteout",
				 x->path);
	if (mknodat(dir, name, type | 0600, dev) < 0)
		return fail(x, errno, "mknod", err);
	return finish(x, dir, name, type, err);
}

static int make_hardlink(Extract *x, int dir, const char *name, Error **err)
{
	const char *text = archive_entry_hardlink(x->entry);
	cleanup_free char *target = path_within(x->o->dir, text);
	cleanup_fd int fd = -1;
	struct stat st;
	int r;

	if (!target)
		return error_set(err, EPERM, "invalid hardlink \"%s\" -> \"%s\"", x->path, text);
	fd = fs_open_in_root(x->root, target, O_PATH | O_NOFOLLOW, 0);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, fd < 0 ? -fd : errno, "link %s %s", target, x->path);
	if (S_ISDIR(st.st_mode))
		return error_errno(err, EPERM, "link %s %s", target, x->path);
	if (streq(target, x->path))
		return 0;
	r = make_room(x, dir, name, err);
	if (r < 0)
		return r;
	return linkat(fd, "", dir, name, AT_EMPTY_PATH) < 0 ? fail(x, errno, "link", err) : 0;
}

static int make_entry(Extract *x, int dir, const char *name, Error **err)
{
	mode_t type = archive_entry_filetype(x->entry);

	if (archive_entry_hardlink(x->entry))
		return make_hardlink(x, dir, name, err);
	switch (type) {
	case AE_IFREG:
		return make_file(x, dir, name, err);
	case AE_IFDIR:
		return make_dir(x, dir, name, err);
	case AE_IFLNK:
		return make_symlink(x, dir, name, err);
	case AE_IFCHR:
	case AE_IFBLK:
	case AE_IFIFO:
		return make_node(x, dir, name, type, err);
	default:
		return error_set(err, EINVAL, "unhandled tar header type of \"%s\"", x->path);
	}
}

static int take_entry(Extract *x, Error **err)
{
	const char *text = archive_entry_pathname(x->entry), *name;
	cleanup_fd int dir = -1;

	if (!text)
		return error_set(err, EBADMSG, "tar entry without a name");
	if (strlen(text) >= MAX_PATH)
		return error_set(err, ENAMETOOLONG, "tar entry with too long a name");
	free(x->path);
	x->path = path_within(x->o->dir, text);
	if (!x->path) {
		cleanup_free char *quoted = str_printable(text);

		x->path = xstrdup("");
		return error_set(err, EPERM, "\"%s\" is outside of \"%s\"", quoted, x->o->dir);
	}
	/* The directory itself stays as it is. */
	if (!*x->path || streq(x->path, x->o->dir))
		return 0;
	dir = open_parent(x, &name, err);
	return dir < 0 ? dir : make_entry(x, dir, name, err);
}

/* Later entries have changed the times of directories that came before. */
static void set_late_times(Extract *x)
{
	for (size_t i = x->n_late; i > 0; i--) {
		const LateTime *l = &x->late[i - 1];
		cleanup_fd int fd =
			fs_open_in_root(x->root, l->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

		if (fd >= 0)
			(void)futimens(fd, (struct timespec[2]){ l->mtime, l->mtime });
	}
}

/* ---- the stream ---- */

static la_ssize_t next_input(struct archive *a, void *userdata, const void **ret)
{
	Extract *x = userdata;
	ssize_t n;

	if (x->ended)
		return 0;
	n = decompress_read(x->input, x->buffer, BUFFER_SIZE, &x->input_error);
	if (n < 0) {
		archive_set_error(a, (int)-n, "%s", x->input_error->msg);
		return -1;
	}
	x->got_input |= n > 0;
	x->ended = n == 0;
	*ret = x->buffer;
	return n;
}

static int fail_input(Extract *x, Error **err)
{
	const char *text = archive_error_string(x->archive);

	if (x->input_error)
		return error_propagate(err, steal(&x->input_error));
	if (x->ended)
		return error_set(err, EBADMSG, "unexpected EOF");
	return error_set(err, EBADMSG, "archive/tar: invalid tar header: %s", text ? text : "");
}

static int read_entries(Extract *x, Error **err)
{
	x->archive = archive_read_new();
	if (!x->archive)
		abort();
	if (archive_read_support_format_tar(x->archive) != ARCHIVE_OK ||
	    archive_read_open(x->archive, x, NULL, next_input, NULL) != ARCHIVE_OK)
		return x->got_input || x->input_error ? fail_input(x, err) : 0;
	for (size_t n = 0; n < EXTRACT_MAX_ENTRIES; n++) {
		int r = archive_read_next_header(x->archive, &x->entry);

		if (r == ARCHIVE_EOF || (r == ARCHIVE_FATAL && !x->got_input && !x->input_error))
			return 0;
		/* Warnings are about names that are not ASCII, which are taken as bytes. */
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			return fail_input(x, err);
		r = take_entry(x, err);
		if (r < 0 || x->last)
			return r;
	}
	return error_set(err, EFBIG, "more than %d entries", EXTRACT_MAX_ENTRIES);
}

int tar_extract(int root, const TarExtractOptions *o, DecompressSource *source, void *userdata,
		Error **err)
{
	cleanup(extract_clear) Extract x = { .o = o, .root = root };
	locale_t c = newlocale(LC_ALL_MASK, "C", NULL), before = uselocale(c);
	mode_t mask = umask(0);
	int r;

	x.buffer = xmalloc(BUFFER_SIZE);
	x.path = xstrdup("");
	x.input = decompress_new(source, userdata);
	r = read_entries(&x, err);
	set_late_times(&x);
	(void)umask(mask);
	(void)uselocale(before);
	freelocale(c);
	return r;
}
