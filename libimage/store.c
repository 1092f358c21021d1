#include "libimage/store.h"

#include <fcntl.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/store-internal.h"

#define VERSION_MAX_SIZE 4096

struct Store {
	int fd;
	char *path;
	char *xattr_prefix;
};

typedef struct StoreVersion {
	int64_t version;
	char *xattr_prefix;
} StoreVersion;

static const JsonField version_fields[] = {
	JSON_INT(StoreVersion, "version", version, JSON_REQUIRED),
	JSON_STRING(StoreVersion, "xattrPrefix", xattr_prefix, JSON_REQUIRED),
	JSON_END,
};
static const JsonType version_type = { "store version", sizeof(StoreVersion), version_fields };

/* What is private to root: layers contain set-user-ID programs of any age. */
static const struct {
	const char *path;
	mode_t mode;
} folders[] = {
	{ "oci", 0700 },      { "oci/blobs", 0700 },  { "oci/blobs/sha256", 0700 },
	{ "layers", 0700 },   { "containers", 0711 }, { "volumes", 0711 },
	{ "networks", 0711 }, { "tmp", 0700 },
};

Store *store_free(Store *s)
{
	if (s) {
		(void)fd_close(s->fd);
		free(s->path);
		free(s->xattr_prefix);
		free(s);
	}
	return NULL;
}

int store_fd(const Store *s)
{
	return s->fd;
}

const char *store_path(const Store *s)
{
	return s->path;
}

const char *store_xattr_prefix(const Store *s)
{
	return s->xattr_prefix;
}

int store_lock(Store *s, int operation, Error **err)
{
	int fd = fs_lock(s->fd, "lock", operation);

	return fd < 0 ? error_errno(err, -fd, "lock %s", s->path) : fd;
}

static int fail(const Store *s, int errnum, const char *what, Error **err)
{
	if ((errnum == EACCES || errnum == EPERM) && geteuid() != 0)
		return error_set(err, EPERM, "racker needs root: cannot %s %s", what, s->path);
	return error_errno(err, errnum, "%s %s", what, s->path);
}

static int make_layout(Store *s, Error **err)
{
	static const char oci_layout[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
	char prefix[] = "trusted.overlay.";
	StoreVersion v = { .version = STORE_VERSION, .xattr_prefix = prefix };
	cleanup_fd int lock = store_lock(s, LOCK_EX, err);
	int r = 0;

	if (lock < 0)
		return lock;
	for (size_t i = 0; r >= 0 && i < sizeof(folders) / sizeof(folders[0]); i++)
		r = fs_mkdir_p(s->fd, folders[i].path, folders[i].mode);
	if (r >= 0)
		r = fs_write_atomic(s->fd, "oci/oci-layout", oci_layout, strlen(oci_layout), 0644,
				    0);
	if (r < 0)
		return fail(s, -r, "set up", err);
	if (faccessat(s->fd, "oci/index.json", F_OK, 0) < 0) {
		r = store_write_index(s, NULL, 0, err);
		if (r < 0)
			return r;
	}
	/* Last, since it says that the rest is there. */
	return json_write_file(s->fd, "version", &version_type, &v, 0644, FS_SYNC, err);
}

static int read_version(Store *s, Error **err)
{
	StoreVersion v = { 0 };
	int r = json_read_file(s->fd, "version", VERSION_MAX_SIZE, &version_type, &v, err);
	int64_t version = v.version;

	if (r < 0)
		return r;
	s->xattr_prefix = steal(&v.xattr_prefix);
	json_clear(&version_type, &v);
	if (version > STORE_VERSION)
		return error_set(
			err, EPROTONOSUPPORT,
			"%s was written by a newer racker (format %lld, this one knows %d)",
			s->path, (long long)version, STORE_VERSION);
	return 0;
}

/* The path is kept absolute: programs change their working directory. */
static char *absolute_path(int fd, const char *path)
{
	char link[64], buf[PATH_MAX];
	ssize_t n;

	if (*path == '/')
		return xstrdup(path);
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, buf, sizeof(buf));
	return n > 0 ? xstrndup(buf, (size_t)n) : xstrdup(path);
}

static int open_root(Store *s, Error **err)
{
	char *path;
	int r = fs_open_dir(AT_FDCWD, s->path);

	if (r == -ENOENT) {
		r = fs_mkdir_p(AT_FDCWD, s->path, 0711);
		if (r < 0)
			return fail(s, -r, "make", err);
		r = fs_open_dir(AT_FDCWD, s->path);
	}
	if (r < 0)
		return fail(s, -r, "open", err);
	s->fd = r;
	path = absolute_path(r, s->path);
	free(s->path);
	s->path = path;
	return 0;
}

int store_open(const char *root, Store **ret, Error **err)
{
	cleanup_store Store *s = xnew0(Store, 1);
	int r;

	s->fd = -1;
	s->path = xstrdup(root);
	r = open_root(s, err);
	if (r < 0)
		return r;
	if (faccessat(s->fd, "version", F_OK, 0) < 0) {
		if (errno != ENOENT)
			return fail(s, errno, "read", err);
		r = make_layout(s, err);
		if (r < 0)
			return r;
	}
	r = read_version(s, err);
	if (r < 0)
		return r;
	store_check_synced(s);
	store_collect_tmp(s);
	*ret = steal(&s);
	return 0;
}
