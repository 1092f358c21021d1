/* secrets: texts of secrets and configs as files of the host, because a container's /run is not on
 * disk where it is booted: RACKER_ROOT/compose/PROJECT/CONTAINER/KEY, for root alone to look at;
 * the files have the owner and the mode that the service wants. */
#include "compose/request.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"

#define SECRETS_DIR "compose"
#define DEFAULT_MODE 0444

static char *secrets_dir(const Compose *c, const char *container)
{
	return xasprintf(SECRETS_DIR "/%s/%s", c->project->name, container);
}

static int owner_parse(const char *text, const char *what, unsigned *ret, Error **err)
{
	uint64_t n = 0;

	if (!str_empty(text) && (str_to_u64(text, &n) < 0 || n >= UINT32_MAX))
		return error_set(err, EINVAL, "invalid %s \"%s\": it must be a number", what, text);
	*ret = (unsigned)n;
	return 0;
}

static int set_owner(int dirfd, const char *name, const ServiceFile *use, Error **err)
{
	unsigned uid, gid;
	int r = owner_parse(use->uid, "uid", &uid, err);

	if (r >= 0)
		r = owner_parse(use->gid, "gid", &gid, err);
	if (r >= 0 && fchownat(dirfd, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
		r = error_errno(err, errno, "give %s its owner", use->source);
	return r;
}

int compose_secret_write(Compose *c, const char *container, const ProjectFile *file,
			 const ServiceFile *use, char **ret, Error **err)
{
	int root = store_fd(c->rt->store), r;
	cleanup_free char *dir = secrets_dir(c, container);
	mode_t mode = use->mode >= 0 ? (mode_t)use->mode & 07777 : DEFAULT_MODE;
	cleanup_fd int fd = -1;

	*ret = xasprintf("%s/%s/%s", store_path(c->rt->store), dir, file->key);
	if (c->dry_run)
		return 0;
	r = fs_mkdir_p(root, dir, 0700);
	if (r >= 0)
		r = fd = fs_open_dir(root, dir);
	if (r >= 0)
		r = fs_write_atomic(fd, file->key, file->content, strlen(file->content), mode, 0);
	if (r < 0)
		return error_errno(err, -r, "write %s", *ret);
	return set_owner(fd, file->key, use, err);
}

void compose_secrets_remove(Compose *c, const char *container)
{
	int root = store_fd(c->rt->store);
	cleanup_free char *dir = secrets_dir(c, container);
	cleanup_free char *parent = xasprintf(SECRETS_DIR "/%s", c->project->name);

	(void)fs_remove_tree(root, dir);
	/* The last one takes the folders with it. */
	if (unlinkat(root, parent, AT_REMOVEDIR) == 0)
		(void)unlinkat(root, SECRETS_DIR, AT_REMOVEDIR);
}
