#include "librunner/container-diff.h"

#include <fcntl.h>
#include <sys/xattr.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-root.h"
#include "librunner/overlay.h"
#include "librunner/own-files.h"

/* How deep directories may be nested: each level holds two descriptors. */
#define MAX_DEPTH 480
#define MAX_CAPABILITY 64

typedef struct Diff {
	const Container *c;
	Changes *changes;
	unsigned depth;
} Diff;

void changes_clear(Changes *changes)
{
	for (size_t i = 0; i < changes->n; i++)
		free(changes->list[i].path);
	free(changes->list);
	*changes = (Changes){ 0 };
}

static void add(Changes *changes, ChangeKind kind, const char *path)
{
	GROW(changes->list, changes->n, &changes->cap);
	changes->list[changes->n++] = (Change){ .kind = kind, .path = xstrdup(path) };
}

/* Puts one in front of those that came since `at`. */
static void insert(Changes *changes, size_t at, ChangeKind kind, const char *path)
{
	Change last;

	add(changes, kind, path);
	last = changes->list[changes->n - 1];
	memmove(&changes->list[at + 1], &changes->list[at],
		(changes->n - 1 - at) * sizeof(*changes->list));
	changes->list[at] = last;
}

static ssize_t read_capability(int dirfd, const char *name, char *buf)
{
	cleanup_free char *path = xasprintf("/proc/self/fd/%d/%s", dirfd, name);
	ssize_t n = lgetxattr(path, "security.capability", buf, MAX_CAPABILITY);

	return n < 0 ? 0 : n;
}

static bool same_capability(int upper, int lower, const char *name)
{
	char a[MAX_CAPABILITY], b[MAX_CAPABILITY];
	ssize_t n = read_capability(upper, name, a), m = read_capability(lower, name, b);

	return n == m && memcmp(a, b, (size_t)n) == 0;
}

/* Times from an archive may have no fraction. */
static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec &&
	       (a->tv_nsec == b->tv_nsec || a->tv_nsec == 0 || b->tv_nsec == 0);
}

static bool stat_differs(const struct stat *a, const struct stat *b)
{
	if (a->st_mode != b->st_mode || a->st_uid != b->st_uid || a->st_gid != b->st_gid ||
	    a->st_rdev != b->st_rdev)
		return true;
	return !S_ISDIR(a->st_mode) &&
	       (a->st_size != b->st_size || !same_time(&a->st_mtim, &b->st_mtim));
}

static int diff_dir(Diff *d, int upper, int lower, const char *path, Error **err);

static int open_subdir(int fd, const char *name)
{
	int sub = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return sub < 0 ? -errno : sub;
}

/* What is in a directory that is there above; `below`: the layers have one too. */
static int diff_subdir(Diff *d, int upper, int lower, const char *name, bool below,
		       const char *path, Error **err)
{
	cleanup_fd int up = open_subdir(upper, name), down = -1;

	/* It may be gone meanwhile. */
	if (up == -ENOENT || up == -ENOTDIR)
		return 0;
	if (up >= 0 && below)
		down = open_subdir(lower, name);
	if (up < 0 || (below && down < 0))
		return error_errno(err, up < 0 ? -up : -down, "open %s", path);
	return diff_dir(d, up, down, path, err);
}

/* An entry of the upper directory. */
static int diff_entry(Diff *d, int upper, int lower, const char *name, const char *path,
		      Error **err)
{
	size_t at = d->changes->n;
	struct stat up, down;
	bool below, told;
	int r;

	if (fstatat(upper, name, &up, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_errno(err, errno, "stat %s", path);
	below = lower >= 0 && fstatat(lower, name, &down, AT_SYMLINK_NOFOLLOW) == 0;
	if (overlay_is_whiteout(&up)) {
		if (below)
			add(d->changes, CHANGE_DELETED, path);
		return 0;
	}
	if (own_file(d->c, path, upper, name, &up))
		return 0;
	told = !below || stat_differs(&up, &down) || !same_capability(upper, lower, name);
	if (told)
		add(d->changes, below ? CHANGE_CHANGED : CHANGE_ADDED, path);
	if (!S_ISDIR(up.st_mode))
		return 0;
	r = diff_subdir(d, upper, lower, name, below && S_ISDIR(down.st_mode), path, err);
	if (r < 0)
		return r;
	if (!told && d->changes->n > at)
		insert(d->changes, at, CHANGE_CHANGED, path);
	else if (!below && d->changes->n == at + 1 && own_directory(path))
		free(d->changes->list[--d->changes->n].path);
	return 0;
}

/* Walks the names of both lists, each sorted, in one order. `lower_names` are those that an opaque
 * directory hides; there are none otherwise. */
static int diff_names(Diff *d, int upper, int lower, char *const *names, char *const *lower_names,
		      const char *dir, Error **err)
{
	int r = 0;

	while (r >= 0 && ((names && *names) || (lower_names && *lower_names))) {
		int order = !names || !*names		    ? 1
			    : !lower_names || !*lower_names ? -1
							    : strcmp(*names, *lower_names);
		const char *name = order <= 0 ? *names : *lower_names;
		cleanup_free char *path = xasprintf("%s/%s", dir, name);

		if (order <= 0) {
			r = diff_entry(d, upper, lower, name, path, err);
			names++;
		} else {
			add(d->changes, CHANGE_DELETED, path);
		}
		if (order >= 0)
			lower_names++;
	}
	return r;
}

static int diff_dir(Diff *d, int upper, int lower, const char *path, Error **err)
{
	cleanup_strv char **names = NULL, **hidden = NULL;
	int r = fs_names(upper, &names);

	if (r >= 0 && lower >= 0 && overlay_is_opaque(upper))
		r = fs_names(lower, &hidden);
	if (r < 0)
		return error_errno(err, -r, "read %s", path);
	if (d->depth >= MAX_DEPTH)
		return error_set(err, ELOOP, "more than %d levels of directories", MAX_DEPTH);
	d->depth++;
	r = diff_names(d, upper, lower, names, hidden, path, err);
	d->depth--;
	return r;
}

int changes_find(const Container *c, int upper, int lower, Changes *ret, Error **err)
{
	cleanup_changes Changes changes = { 0 };
	Diff d = { .c = c, .changes = &changes };
	int r = diff_dir(&d, upper, lower, "", err);

	if (r < 0)
		return r;
	*ret = changes;
	changes = (Changes){ 0 };
	return 0;
}

int container_diff(Runtime *rt, const char *name, Changes *ret, Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_container_root ContainerRoot image = CONTAINER_ROOT_INIT;
	cleanup_fd int upper = -1;
	int r = container_find(rt, name, &c, err);

	if (r < 0)
		return r;
	upper = container_upper_open(rt, c, err);
	if (upper == -ENOENT)
		return 0;
	if (upper < 0)
		return upper;
	r = container_root_open(rt, c, ROOT_IMAGE, &image, err);
	return r < 0 ? r : changes_find(c, upper, image.fd, ret, err);
}
