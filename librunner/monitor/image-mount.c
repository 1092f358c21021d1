#include "librunner/monitor/image-mount.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "libcommon/fs.h"
#include "librunner/init/mount-api.h"
#include "librunner/rootfs.h"

int place_narrow(const char *place, const char *subpath,
		 int (*open_below)(int dirfd, const char *path, int flags))
{
	cleanup_fd int root = fs_open_dir(AT_FDCWD, place), fd = -1, copy = -1, to = -1;
	char path[32];
	struct stat st;

	fd = root < 0 ? root : open_below(root, subpath, O_PATH);
	if (fd < 0)
		return fd;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	copy = mount_copy(path, false);
	if (copy < 0 || fstat(fd, &st) < 0)
		return copy < 0 ? copy : -errno;
	root = fd_close(root);
	fd = fd_close(fd);
	if (umount2(place, MNT_DETACH) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode) && (rmdir(place) < 0 || mknod(place, S_IFREG | 0644, 0) < 0))
		return -errno;
	to = open(place, O_PATH | O_CLOEXEC);
	return to < 0 ? -errno : mount_attach(copy, to);
}

static int open_in_image(int root, const char *path, int flags)
{
	return fs_open_in_root(root, path, flags, 0);
}

int image_mount(Runtime *rt, const PlannedMount *p, const char *place, Error **err)
{
	cleanup_image Image *image = NULL;
	int r = image_find(rt->store, p->source, &image, err);

	if (r < 0)
		return r;
	if (mkdir(place, 0755) < 0)
		return error_errno(err, errno, "make %s", place);
	r = rootfs_mount_image(rt->store, image->layers, place, err);
	if (r < 0 || !p->subpath)
		return r;
	r = place_narrow(place, p->subpath, open_in_image);
	return r < 0 ? error_errno(err, -r, "subpath %s of image %s", p->subpath, p->source) : 0;
}
