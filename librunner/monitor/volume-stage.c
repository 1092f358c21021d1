#include "librunner/monitor/volume-stage.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/events.h"
#include "librunner/host-mounts.h"
#include "librunner/init/mount-api.h"
#include "librunner/monitor/image-mount.h"
#include "librunner/volume-mount.h"

static void tell_mount(Monitor *m, const PlannedMount *p)
{
	cleanup_strv char **attributes = NULL;

	strv_addf(&attributes, "container=%s", m->c->id);
	strv_addf(&attributes, "destination=%s", p->target);
	strv_add(&attributes, "driver=local");
	strv_add(&attributes, "propagation=");
	strv_addf(&attributes, "read/write=%s", p->readonly ? "false" : "true");
	event_write(m->rt, "volume", "mount", p->source, attributes);
	strv_add(&m->run->volumes, p->source);
}

static void tell_unmount(Monitor *m, const char *name)
{
	cleanup_strv char **attributes = NULL;

	strv_addf(&attributes, "container=%s", m->c->id);
	strv_add(&attributes, "driver=local");
	event_write(m->rt, "volume", "unmount", name, attributes);
}

/* The whole volume. One that is a mount is copied from the host's mount namespace: ours need not
 * see what is mounted there now. */
static int copy_of(Monitor *m, const Volume *v, Error **err)
{
	int fd, r;

	if (!volume_is_mount(v)) {
		fd = mount_copy(v->mountpoint, true);
		return fd < 0 ? error_errno(err, -fd, "bind %s", v->mountpoint) : fd;
	}
	r = volume_mount(m->rt, v, m->c->id, m->host_mounts, err);
	return r < 0 ? r : host_mounts_copy(m->host_mounts, v->mountpoint, true, err);
}

static int subpath_error(const Volume *v, const char *subpath, int errnum, Error **err)
{
	cleanup_free char *path = xasprintf("%s/%s", v->mountpoint, subpath);

	if (errnum == EXDEV)
		return error_set(err, EXDEV,
				 "path concatenation escapes the base directory, base: %s, "
				 "subpath: %s",
				 v->mountpoint, subpath);
	(void)error_go(err, errnum, "lstat", path);
	return error_prefix(err, -errnum, "cannot access path %s", path);
}

int volume_stage(Monitor *m, const PlannedMount *p, const char *place, Error **err)
{
	cleanup_volume Volume *v = NULL;
	cleanup_fd int fd = -1, to = -1;
	int r = volume_find(m->rt, p->source, &v, err);

	if (r < 0)
		return r;
	tell_mount(m, p);
	fd = copy_of(m, v, err);
	if (fd < 0)
		return fd;
	if (mkdir(place, 0755) < 0)
		return error_errno(err, errno, "make %s", place);
	to = open(place, O_PATH | O_CLOEXEC);
	r = to < 0 ? -errno : mount_attach(fd, to);
	if (r >= 0 && mount(NULL, place, NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		r = -errno;
	if (r < 0)
		return error_errno(err, -r, "bind %s", v->mountpoint);
	if (!p->subpath)
		return 0;
	to = fd_close(to);
	r = place_narrow(place, p->subpath, fs_open_beneath);
	return r < 0 ? subpath_error(v, p->subpath, -r, err) : 0;
}

void volumes_stage_end(Monitor *m)
{
	STRV_FOREACH(name, m->run->volumes) {
		cleanup_volume Volume *v = NULL;

		if (volume_find(m->rt, *name, &v, NULL) >= 0 && volume_is_mount(v))
			volume_unmount(m->rt, *name, m->c->id, m->host_mounts);
		tell_unmount(m, *name);
	}
	m->run->volumes = strv_free(m->run->volumes);
}
