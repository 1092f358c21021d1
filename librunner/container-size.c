#include "librunner/container-size.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/own-files.h"

/* Each level costs a descriptor; what is deeper does not count. */
#define TREE_MAX_DEPTH 512
#define LINKS_BUCKETS 4096

typedef struct Link {
	struct Link *next;
	ino_t inode;
} Link;

typedef struct TreeWalk {
	dev_t device;
	int64_t size;
	/* The container whose upper directory it is, or NULL: what we put there does not count. */
	const Container *c;
	Strbuf path; /* of the current directory, in the container */
	/* Files with several names that were seen already. */
	Link *links[LINKS_BUCKETS];
} TreeWalk;

/* Whether a file with several names is met for the first time. */
static bool link_is_new(TreeWalk *w, const struct stat *st)
{
	Link **bucket = &w->links[st->st_ino % LINKS_BUCKETS], *link;

	for (link = *bucket; link; link = link->next)
		if (link->inode == st->st_ino)
			return false;
	link = xnew0(Link, 1);
	link->inode = st->st_ino;
	link->next = *bucket;
	*bucket = link;
	return true;
}

static void walk(TreeWalk *w, int fd, unsigned depth);

static bool is_ours(const TreeWalk *w, int dirfd, const char *name, const struct stat *st)
{
	cleanup_free char *path = NULL;

	if (!w->c)
		return false;
	path = xasprintf("%s/%s", w->path.data ? w->path.data : "", name);
	return own_file(w->c, path, dirfd, name, st);
}

static void walk_entry(TreeWalk *w, int dirfd, const char *name, unsigned depth)
{
	size_t length = w->path.len;
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_dev != w->device)
		return;
	if (!S_ISDIR(st.st_mode)) {
		if (!is_ours(w, dirfd, name, &st) && (st.st_nlink == 1 || link_is_new(w, &st)))
			w->size += st.st_size;
		return;
	}
	strbuf_addf(&w->path, "/%s", name);
	if (depth < TREE_MAX_DEPTH)
		walk(w, openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
		     depth);
	w->path.len = length;
	w->path.data[length] = '\0';
}

/* Takes ownership of `fd`, which may be none. */
static void walk(TreeWalk *w, int fd, unsigned depth)
{
	cleanup_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir) {
		(void)fd_close(fd);
		return;
	}
	while ((entry = readdir(dir)))
		if (!streq(entry->d_name, ".") && !streq(entry->d_name, ".."))
			walk_entry(w, dirfd(dir), entry->d_name, depth + 1);
}

static void walk_clear(TreeWalk *w)
{
	for (size_t i = 0; i < LINKS_BUCKETS; i++)
		while (w->links[i]) {
			Link *link = w->links[i];

			w->links[i] = link->next;
			free(link);
		}
	strbuf_clear(&w->path);
	free(w);
}

static int64_t measure(int dirfd, const char *path, const Container *c)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	TreeWalk *w = xnew0(TreeWalk, 1);
	struct stat st;
	int64_t size;

	w->c = c;
	if (fd >= 0 && fstat(fd, &st) == 0) {
		w->device = st.st_dev;
		walk(w, fd, 0);
	} else {
		(void)fd_close(fd);
	}
	size = w->size;
	walk_clear(w);
	return size;
}

int64_t tree_size(int dirfd, const char *path)
{
	return measure(dirfd, path, NULL);
}

void container_size(Runtime *rt, const Container *c, int64_t *ret_rw, int64_t *ret_root)
{
	cleanup_free char *upper = xasprintf("containers/%s/upper", c->id);

	if (!str_empty(c->racker.rootfs)) {
		*ret_rw = 0;
		*ret_root = tree_size(AT_FDCWD, c->racker.rootfs);
		return;
	}
	*ret_rw = measure(store_fd(rt->store), upper, c);
	*ret_root = *ret_rw + image_layers_size(rt->store, c->racker.layers);
}
