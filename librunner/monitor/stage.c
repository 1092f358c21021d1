#include "librunner/monitor/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-user.h"
#include "librunner/host-mounts.h"
#include "librunner/init/mount-api.h"
#include "librunner/monitor/image-mount.h"
#include "librunner/monitor/volume-stage.h"
#include "librunner/tmpfs-options.h"
#include "librunner/tree-change.h"

static int make_place(const char *place, bool directory, Error **err)
{
	int r;

	if (directory)
		r = mkdir(place, 0755) < 0 ? -errno : 0;
	else
		r = mknod(place, S_IFREG | 0644, 0) < 0 ? -errno : 0;
	return r < 0 ? error_errno(err, -r, "make %s", place) : 0;
}

static int set_readonly(const PlannedMount *p, const char *place, Error **err)
{
	int r = mount_make_readonly(place, !p->readonly_top && !p->non_recursive);

	if (r == -ENOSYS && !p->readonly_force)
		/* Then what is mounted below stays as it is, as in Docker. */
		r = mount(NULL, place, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0 ? -errno
											 : 0;
	return r < 0 ? error_errno(err, -r, "make %s read-only", p->source) : 0;
}

static int find_source(const PlannedMount *p, struct stat *ret, Error **err)
{
	int r;

	if (stat(p->source, ret) == 0)
		return 0;
	if (errno != ENOENT || !p->create)
		return error_set(err, EINVAL,
				 "invalid mount config for type \"bind\": bind source path does "
				 "not exist: %s",
				 p->source);
	r = fs_mkdir_p(AT_FDCWD, p->source, 0755);
	if (r < 0)
		return error_errno(err, -r, "error while creating mount source path '%s'",
				   p->source);
	return stat(p->source, ret) < 0 ? error_errno(err, errno, "stat %s", p->source) : 0;
}

static int attach(int fd, const char *place)
{
	cleanup_fd int to = open(place, O_PATH | O_CLOEXEC);

	return to < 0 ? -errno : mount_attach(fd, to);
}

/* From the host's own mount namespace: in ours every mount has become a slave. */
static int bind_shared(Monitor *m, const PlannedMount *p, const char *place, Error **err)
{
	cleanup_fd int fd = host_mounts_copy(m->host_mounts, p->source, !p->non_recursive, err);
	int r = fd < 0 ? fd : attach(fd, place);

	return fd >= 0 && r < 0 ? error_errno(err, -r, "bind %s", p->source) : r;
}

static int bind_own(const PlannedMount *p, const char *place, unsigned long propagation,
		    Error **err)
{
	unsigned long flags = MS_BIND | (p->non_recursive ? 0 : MS_REC);

	if (mount(p->source, place, NULL, flags, NULL) < 0)
		return error_errno(err, errno, "bind %s", p->source);
	if (mount(NULL, place, NULL, propagation, NULL) < 0)
		return error_errno(err, errno, "set the propagation of %s", p->source);
	return 0;
}

static int mount_bind(Monitor *m, const PlannedMount *p, const char *place, Error **err)
{
	unsigned long propagation = mount_propagation_flags(p->propagation);
	bool shared = propagation & MS_SHARED;
	struct stat st;
	int r = find_source(p, &st, err);

	if (r >= 0)
		r = make_place(place, S_ISDIR(st.st_mode), err);
	if (r >= 0 && !(propagation & MS_PRIVATE))
		r = host_mounts_check(m->host_mounts, p->source, shared, err);
	if (r < 0)
		return r;
	return shared ? bind_shared(m, p, place, err) : bind_own(p, place, propagation, err);
}

/* `U`: to the container's user, by the container's own files. */
static int give_to_user(Monitor *m, int fd, Error **err)
{
	cleanup_free char *merged = monitor_path(m, "merged");
	cleanup_fd int root = open(merged, O_PATH | O_DIRECTORY | O_CLOEXEC);
	uid_t uid = 0;
	gid_t gid = 0;
	int r = root < 0 ? error_errno(err, errno, "open %s", merged) : 0;

	if (r >= 0 && !str_empty(m->c->config.user))
		r = container_user(root, m->c->config.user, &uid, &gid, err);
	if (r < 0)
		return r;
	r = tree_chown(fd, uid, gid);
	return r < 0 ? error_errno(err, -r, "change the owner") : 0;
}

/* What the mode of -v asks of the files themselves, and then of the mount. Containers have no label
 * of their own, so `Z` is as good as `z`. */
static int finish_mode(Monitor *m, const PlannedMount *p, const char *place, Error **err)
{
	const char *label = p->relabel ? tree_container_label() : NULL;
	cleanup_fd int fd = p->chown || label ? open(place, O_PATH | O_CLOEXEC) : -1;
	int r = 0;

	if ((p->chown || label) && fd < 0)
		return error_errno(err, errno, "open %s", place);
	if (label) {
		r = tree_label(fd, label);
		/* File systems without labels are left as they are, as in Docker. */
		r = r == -ENOTSUP ? 0 : r;
		if (r < 0)
			return error_errno(err, -r, "relabel %s", p->source);
	}
	if (p->chown)
		r = give_to_user(m, fd, err);
	if (r < 0)
		return error_prefix(err, r, "%s", p->source);
	return p->readonly ? set_readonly(p, place, err) : 0;
}

static int mount_tmpfs(const PlannedMount *p, const char *place, Error **err)
{
	TmpfsMount t = { 0 };
	int r = make_place(place, true, err);

	if (r >= 0)
		r = tmpfs_options_parse(p->options, &t, err);
	if (r >= 0 && mount("tmpfs", place, "tmpfs", t.flags, t.data) < 0)
		r = error_errno(err, errno, "mount a tmpfs at %s (%s)", p->target, p->options);
	free(t.data);
	return r < 0 ? r : 0;
}

int stage_mount(Monitor *m, const PlannedMount *p, const char *place, Error **err)
{
	int r = 0;

	switch (p->kind) {
	case PLANNED_BIND:
		r = mount_bind(m, p, place, err);
		break;
	case PLANNED_TMPFS:
		return mount_tmpfs(p, place, err);
	case PLANNED_IMAGE:
		return image_mount(m->rt, p, place, err);
	case PLANNED_VOLUME:
		r = volume_stage(m, p, place, err);
		break;
	}
	return r < 0 ? r : finish_mode(m, p, place, err);
}

int stage_copy(const char *path, Error **err)
{
	int fd = mount_copy(path, true);

	return fd < 0 ? error_errno(err, -fd, "copy the mount at %s", path) : fd;
}

void stage_remove(const char *place)
{
	(void)umount2(place, MNT_DETACH | UMOUNT_NOFOLLOW);
	if (rmdir(place) < 0)
		(void)unlink(place);
}
