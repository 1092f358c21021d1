#include "libimage/layer-meta.h"

#include <fcntl.h>
#include <sys/xattr.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define SPECIAL_BITS (S_ISUID | S_ISGID | S_ISVTX)
#define DEFAULT_ACL "system.posix_acl_default"

void metadata_add_xattr(Metadata *m, const char *name, const void *value, size_t size)
{
	GROW(m->xattrs, m->n_xattrs, &m->cap_xattrs);
	m->xattrs[m->n_xattrs++] =
		(Xattr){ .name = xstrdup(name), .value = xmemdup(value, size), .size = size };
}

void metadata_clear(Metadata *m)
{
	for (size_t i = 0; i < m->n_xattrs; i++) {
		free(m->xattrs[i].name);
		free(m->xattrs[i].value);
	}
	free(m->xattrs);
	*m = (Metadata){ 0 };
}

Metadata metadata_steal(Metadata *m)
{
	Metadata copy = *m;

	*m = (Metadata){ 0 };
	return copy;
}

/* There is no lsetxattrat(): the descriptor's link in /proc stands for the directory. */
static char *proc_path(int dirfd, const char *name)
{
	return xasprintf("/proc/self/fd/%d/%s", dirfd, *name ? name : ".");
}

int xattr_set(int dirfd, const char *name, const char *xattr, const void *value, size_t size)
{
	cleanup_free char *path = proc_path(dirfd, name);

	return lsetxattr(path, xattr, value, size, 0) < 0 ? -errno : 0;
}

bool xattr_is_opaque(int dirfd, const char *name, const char *prefix)
{
	cleanup_free char *path = proc_path(dirfd, name);
	cleanup_free char *xattr = xasprintf("%sopaque", prefix);
	char value = 0;

	return lgetxattr(path, xattr, &value, 1) == 1 && value == 'y';
}

/* Labels of the machine that built the image mean nothing here, as umoci and podman see it too. */
static bool belongs_to_host(const char *xattr)
{
	return streq(xattr, "security.selinux") || streq(xattr, "system.nfs4_acl");
}

static int apply_xattr(int dirfd, const char *name, const Xattr *x, Error **err)
{
	int r;

	if (belongs_to_host(x->name))
		return 0;
	r = xattr_set(dirfd, name, x->name, x->value, x->size);
	/* Some file systems have no user attributes: Docker goes on without them too. A lost file
	 * capability would be a program that fails later. */
	if (r == -ENOTSUP && !streq(x->name, "security.capability"))
		return 0;
	if (r < 0)
		return error_errno(err, -r, "set attribute %s", x->name);
	return 0;
}

static int apply_xattrs(int dirfd, const char *name, const Metadata *m, Error **err)
{
	for (size_t i = 0; i < m->n_xattrs; i++) {
		int r;

		if (S_ISDIR(m->mode) && streq(m->xattrs[i].name, DEFAULT_ACL))
			continue;
		r = apply_xattr(dirfd, name, &m->xattrs[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int change_owner(int dirfd, const char *name, int fd, const Metadata *m, Error **err)
{
	int r = fd >= 0 ? fchown(fd, m->uid, m->gid)
			: fchownat(dirfd, name, m->uid, m->gid, AT_SYMLINK_NOFOLLOW);

	return r < 0 ? error_errno(err, errno, "change owner to %u:%u", m->uid, m->gid) : 0;
}

static int change_mode(int dirfd, const char *name, int fd, mode_t mode, Error **err)
{
	int r = fd >= 0 ? fchmod(fd, mode) : fchmodat(dirfd, name, mode, 0);

	return r < 0 ? error_errno(err, errno, "change mode to %04o", mode) : 0;
}

static int change_times(int dirfd, const char *name, int fd, const Metadata *m, Error **err)
{
	struct timespec times[2] = { m->mtime, m->mtime };
	int r = fd >= 0 ? futimens(fd, times) : utimensat(dirfd, name, times, AT_SYMLINK_NOFOLLOW);

	return r < 0 ? error_errno(err, errno, "change times") : 0;
}

int metadata_apply_file(int dirfd, const char *name, int fd, const Metadata *m, bool fresh,
			Error **err)
{
	bool chown_needed = !fresh || m->uid != geteuid() || m->gid != getegid();
	int r = 0;

	if (chown_needed)
		r = change_owner(dirfd, name, fd, m, err);
	/* A change of owner or of data clears set-user-ID and set-group-ID. */
	if (r >= 0 && !S_ISLNK(m->mode) && (!fresh || (m->mode & SPECIAL_BITS)))
		r = change_mode(dirfd, name, fd, m->mode & 07777, err);
	if (r >= 0 && m->n_xattrs)
		r = apply_xattrs(dirfd, name, m, err);
	return r < 0 ? r : change_times(dirfd, name, fd, m, err);
}

int metadata_apply_dir(int dirfd, const char *name, const Metadata *m, Error **err)
{
	int r = change_owner(dirfd, name, -1, m, err);

	if (r >= 0)
		r = change_mode(dirfd, name, -1, m->mode & 0777, err);
	return r < 0 ? r : apply_xattrs(dirfd, name, m, err);
}

int metadata_finish_dir(int dirfd, const char *name, const Metadata *m, Error **err)
{
	int r = 0;

	if (m->mode & SPECIAL_BITS)
		r = change_mode(dirfd, name, -1, m->mode & 07777, err);
	for (size_t i = 0; r >= 0 && i < m->n_xattrs; i++)
		if (streq(m->xattrs[i].name, DEFAULT_ACL))
			r = apply_xattr(dirfd, name, &m->xattrs[i], err);
	return r < 0 ? r : change_times(dirfd, name, -1, m, err);
}

static bool belongs_to_overlay(const char *xattr)
{
	return startswith(xattr, "trusted.overlay.") || startswith(xattr, "user.overlay.");
}

static int read_xattrs(int dirfd, const char *name, Metadata *m, Error **err)
{
	cleanup_free char *path = proc_path(dirfd, name), *list = xmalloc(LAYER_MAX_XATTR_VALUE);
	cleanup_free char *value = xmalloc(LAYER_MAX_XATTR_VALUE);
	ssize_t n = llistxattr(path, list, LAYER_MAX_XATTR_VALUE);

	if (n < 0)
		return errno == ENOTSUP ? 0
					: error_errno(err, errno, "list attributes of %s", name);
	for (char *p = list; p < list + n; p += strlen(p) + 1) {
		ssize_t k;

		if (belongs_to_overlay(p))
			continue;
		k = lgetxattr(path, p, value, LAYER_MAX_XATTR_VALUE);
		if (k < 0)
			return error_errno(err, errno, "read attribute %s of %s", p, name);
		metadata_add_xattr(m, p, value, (size_t)k);
	}
	return 0;
}

int metadata_read(int dirfd, const char *name, Metadata *ret, Error **err)
{
	Metadata m = { 0 };
	struct stat st;
	int r;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
		return error_errno(err, errno, "stat %s", name);
	m.mode = st.st_mode;
	m.uid = st.st_uid;
	m.gid = st.st_gid;
	m.mtime = st.st_mtim;
	r = read_xattrs(dirfd, name, &m, err);
	if (r < 0) {
		metadata_clear(&m);
		return r;
	}
	*ret = m;
	return 0;
}
