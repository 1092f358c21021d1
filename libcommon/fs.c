#include "libcommon/fs.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/syscall.h>

#include "libcommon/alloc.h"

int fd_write_all(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n > 0) {
		ssize_t k = write(fd, p, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -errno;
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

ssize_t fd_read_full(int fd, void *data, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t k = read(fd, (char *)data + done, n - done);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -errno;
		if (k == 0)
			break;
		done += (size_t)k;
	}
	return (ssize_t)done;
}

static int fd_set_flag(int fd, int get, int set, int flag, bool on)
{
	int flags = fcntl(fd, get);

	if (flags < 0)
		return -errno;
	if (fcntl(fd, set, on ? flags | flag : flags & ~flag) < 0)
		return -errno;
	return 0;
}

int fd_set_nonblock(int fd, bool on)
{
	return fd_set_flag(fd, F_GETFL, F_SETFL, O_NONBLOCK, on);
}

int fd_set_cloexec(int fd, bool on)
{
	return fd_set_flag(fd, F_GETFD, F_SETFD, FD_CLOEXEC, on);
}

int fs_read_file(int dirfd, const char *path, size_t limit, Strbuf *ret)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	cleanup_fd int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	strbuf_reserve(&b, 1);
	for (;;) {
		ssize_t k = read(fd, strbuf_reserve(&b, 4096), 4096);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -errno;
		if (k == 0)
			break;
		b.len += (size_t)k;
		b.data[b.len] = '\0';
		if (b.len > limit)
			return -EFBIG;
	}
	strbuf_clear(ret);
	*ret = b;
	b = (Strbuf)STRBUF_INIT;
	return 0;
}

/* Opens the directory that holds `path`; *ret_name points at the last component. */
static int open_parent(int dirfd, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *parent = NULL;

	*ret_name = slash ? slash + 1 : path;
	if (!slash)
		parent = xstrdup(".");
	else
		parent = slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
	return fs_open_dir(dirfd, parent);
}

static int write_temporary(int dir, const char *name, const void *data, size_t n, mode_t mode,
			   FsFlags flags)
{
	cleanup_fd int fd =
		openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	int r;

	if (fd < 0)
		return -errno;
	if (fchmod(fd, mode) < 0)
		return -errno;
	r = fd_write_all(fd, data, n);
	if (r >= 0 && (flags & FS_SYNC) && fsync(fd) < 0)
		r = -errno;
	return r;
}

int fs_write_atomic(int dirfd, const char *path, const void *data, size_t n, mode_t mode,
		    FsFlags flags)
{
	const char *name;
	cleanup_fd int dir = open_parent(dirfd, path, &name);
	cleanup_free char *suffix = random_hex(12), *tmp = NULL;
	int r;

	if (dir < 0)
		return dir;
	tmp = xasprintf(".%s.%s.tmp", name, suffix);
	r = write_temporary(dir, tmp, data, n, mode, flags);
	if (r >= 0 &&
	    renameat2(dir, tmp, dir, name, flags & FS_EXCLUSIVE ? RENAME_NOREPLACE : 0) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(dir, tmp, 0);
	else if ((flags & FS_SYNC) && fsync(dir) < 0)
		r = -errno;
	return r;
}

static int mkdir_exact(int dirfd, const char *path, mode_t mode)
{
	if (mkdirat(dirfd, path, mode) < 0)
		return errno == EEXIST ? 0 : -errno;
	return fchmodat(dirfd, path, mode, 0) < 0 ? -errno : 0;
}

int fs_mkdir_p(int dirfd, const char *path, mode_t mode)
{
	cleanup_free char *copy = xstrdup(path);
	struct stat st;
	int r;

	for (char *p = copy + 1; *copy && (p = strchr(p, '/')); p++) {
		*p = '\0';
		r = mkdir_exact(dirfd, copy, mode);
		*p = '/';
		if (r < 0)
			return r;
	}
	r = mkdir_exact(dirfd, copy, mode);
	if (r < 0)
		return r;
	if (fstatat(dirfd, copy, &st, 0) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int fs_open_dir(int dirfd, const char *path)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int open_resolved(int rootfd, const char *path, int flags, mode_t mode, uint64_t resolve)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC),
		.mode = flags & (O_CREAT | __O_TMPFILE) ? mode : 0,
		.resolve = resolve | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	/* The kernel answers EAGAIN when a rename elsewhere races with a `..` lookup. */
	do
		fd = syscall(__NR_openat2, rootfd, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN);
	return fd < 0 ? -errno : (int)fd;
}

int fs_open_in_root(int rootfd, const char *path, int flags, mode_t mode)
{
	return open_resolved(rootfd, path, flags, mode, RESOLVE_IN_ROOT);
}

int fs_open_beneath(int rootfd, const char *path, int flags)
{
	return open_resolved(rootfd, path, flags, 0, RESOLVE_BENEATH);
}

bool fs_is_mount_point(int dirfd, const char *name)
{
	struct statx stx;

	return statx(dirfd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &stx) == 0 &&
	       (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

static int remove_children(int fd, dev_t dev);

static int remove_entry(int dirfd, const char *name, dev_t dev)
{
	cleanup_fd int fd = -1;
	struct stat st;
	int r;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (dev && st.st_dev != dev)
		return -EXDEV;
	r = remove_children(fd, st.st_dev);
	if (r < 0)
		return r;
	return unlinkat(dirfd, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

static int remove_children(int fd, dev_t dev)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3), r = 0;
	cleanup_dir DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	if (!d) {
		r = -errno;
		(void)fd_close(copy);
		return r;
	}
	while (r >= 0 && (errno = 0, e = readdir(d)))
		if (!streq(e->d_name, ".") && !streq(e->d_name, ".."))
			r = remove_entry(fd, e->d_name, dev);
	return r < 0 ? r : -errno;
}

int fs_remove_tree(int dirfd, const char *path)
{
	return remove_entry(dirfd, path, 0);
}

int fs_lock(int dirfd, const char *path, int operation)
{
	cleanup_fd int fd = openat(dirfd, path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -errno;
	while (flock(fd, operation) < 0)
		if (errno != EINTR)
			return -errno;
	return steal_fd(&fd);
}

void random_bytes(void *data, size_t n)
{
	char *p = data;

	while (n > 0) {
		ssize_t k = getrandom(p, n, 0);

		if (k < 0 && errno != EINTR)
			abort();
		if (k > 0) {
			p += k;
			n -= (size_t)k;
		}
	}
}

char *random_hex(size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char *s = xmalloc(n + 1);

	random_bytes(s, n);
	for (size_t i = 0; i < n; i++)
		s[i] = digits[s[i] & 15];
	s[n] = '\0';
	return s;
}

char *program_dir(void)
{
	static char dir[4096];
	ssize_t n;

	if (dir[0])
		return xstrdup(dir);
	n = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
	if (n <= 0)
		return NULL;
	dir[n] = '\0';
	*strrchr(dir, '/') = '\0';
	return xstrdup(dir);
}

static char *beside_or(const char *name, const char *installed)
{
	cleanup_free char *dir = program_dir(), *path = NULL;

	if (dir) {
		path = xasprintf("%s/%s", dir, name);
		if (access(path, R_OK) == 0)
			return steal(&path);
	}
	return xasprintf("%s/%s", installed, name);
}

char *helper_path(const char *name)
{
	return beside_or(name, RACKER_LIBEXECDIR);
}

char *data_path(const char *name)
{
	return beside_or(name, RACKER_DATADIR);
}
