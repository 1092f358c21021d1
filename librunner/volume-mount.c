#include "librunner/volume-mount.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/child.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/volume-address.h"
#include "librunner/volume-internal.h"

bool volume_is_mount(const Volume *v)
{
	return env_get(v->options, "type") || env_get(v->options, "device");
}

/* ---- mount(2) ---- */

/* As moby's parser has them: what clears a flag of the kernel's defaults is listed, too. */
static const struct {
	const char *name;
	bool clear;
	unsigned long flag;
} flags[] = {
	{ "defaults", false, 0 },
	{ "ro", false, MS_RDONLY },
	{ "rw", true, MS_RDONLY },
	{ "suid", true, MS_NOSUID },
	{ "nosuid", false, MS_NOSUID },
	{ "dev", true, MS_NODEV },
	{ "nodev", false, MS_NODEV },
	{ "exec", true, MS_NOEXEC },
	{ "noexec", false, MS_NOEXEC },
	{ "sync", false, MS_SYNCHRONOUS },
	{ "async", true, MS_SYNCHRONOUS },
	{ "dirsync", false, MS_DIRSYNC },
	{ "remount", false, MS_REMOUNT },
	{ "mand", false, MS_MANDLOCK },
	{ "nomand", true, MS_MANDLOCK },
	{ "atime", true, MS_NOATIME },
	{ "noatime", false, MS_NOATIME },
	{ "diratime", true, MS_NODIRATIME },
	{ "nodiratime", false, MS_NODIRATIME },
	{ "bind", false, MS_BIND },
	{ "rbind", false, MS_BIND | MS_REC },
	{ "relatime", false, MS_RELATIME },
	{ "norelatime", true, MS_RELATIME },
	{ "strictatime", false, MS_STRICTATIME },
	{ "nostrictatime", true, MS_STRICTATIME },
}, propagations[] = {
	{ "unbindable", false, MS_UNBINDABLE },
	{ "runbindable", false, MS_UNBINDABLE | MS_REC },
	{ "private", false, MS_PRIVATE },
	{ "rprivate", false, MS_PRIVATE | MS_REC },
	{ "shared", false, MS_SHARED },
	{ "rshared", false, MS_SHARED | MS_REC },
	{ "slave", false, MS_SLAVE },
	{ "rslave", false, MS_SLAVE | MS_REC },
};
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static bool parse_flag(const char *option, VolumeMountOptions *ret)
{
	for (size_t i = 0; i < LENGTH(flags); i++)
		if (streq(flags[i].name, option)) {
			if (flags[i].clear)
				ret->flags &= ~flags[i].flag;
			else
				ret->flags |= flags[i].flag;
			return true;
		}
	for (size_t i = 0; i < LENGTH(propagations); i++)
		if (streq(propagations[i].name, option)) {
			ret->propagation |= propagations[i].flag;
			return true;
		}
	return false;
}

void volume_mount_options_parse(const char *text, VolumeMountOptions *ret)
{
	cleanup_strv char **options = strv_split(text, ','), **data = NULL;

	*ret = (VolumeMountOptions){ 0 };
	STRV_FOREACH(it, options)
		if (**it && !parse_flag(*it, ret))
			strv_add(&data, *it);
	ret->data = strv_join(data, ",");
	if (!ret->data)
		ret->data = xstrdup("");
}

/* Docker's text; a password is nobody's business. */
static int mount_failed(const Volume *v, const char *device, const char *path, unsigned long bits,
			const char *data, int errnum, Error **err)
{
	cleanup_strv char **shown = strv_split(data, ',');
	cleanup_strbuf Strbuf what = STRBUF_INIT;
	cleanup_free char *joined = NULL;

	for (char **it = shown; it && *it; it++)
		if (startswith(*it, "password=")) {
			free(*it);
			*it = xstrdup("password=********");
		}
	joined = strv_join(shown, ",");
	strbuf_addf(&what, "%s:%s", device, path);
	if (bits)
		strbuf_addf(&what, ", flags: 0x%lx", bits);
	if (!str_empty(joined))
		strbuf_addf(&what, ", data: %s", joined);
	(void)error_go(err, errnum, "mount", what.data);
	return error_prefix(err, -errnum,
			    "error while mounting volume '%s': failed to mount local volume",
			    v->mountpoint);
}

int volume_mount_at(const Volume *v, const char *path, Error **err)
{
	const char *type = env_get(v->options, "type"), *o = env_get(v->options, "o");
	cleanup_free char *device = NULL, *resolved = NULL, *data = NULL;
	VolumeMountOptions options;
	unsigned long bits;
	int r = volume_address_resolve(v, &device, &resolved, err);

	(void)o;
	if (r < 0)
		return error_prefix(err, r, "error while mounting volume '%s'", v->mountpoint);
	volume_mount_options_parse(resolved, &options);
	data = options.data;
	bits = options.flags;
	if (mount(device, path, type, bits, data) < 0)
		return mount_failed(v, device, path, bits, data, errno, err);
	if (options.propagation && mount(NULL, path, NULL, options.propagation, NULL) < 0)
		r = -errno;
	if (r >= 0 && (bits & MS_BIND) && (bits & MS_RDONLY) &&
	    mount(NULL, path, NULL, bits | MS_REMOUNT, NULL) < 0)
		r = -errno;
	if (r >= 0)
		return 0;
	(void)umount2(path, MNT_DETACH);
	return mount_failed(v, device, path, bits, data, -r, err);
}

/* ---- in the host's mount namespace ---- */

typedef struct HostMount {
	const Volume *v;
	const char *path;
	int host;
	bool unmount;
} HostMount;

static int act_in_host(void *userdata, Error **err)
{
	const HostMount *h = userdata;
	cleanup_free char *dir = xstrndup(h->path, (size_t)(strrchr(h->path, '/') - h->path));
	cleanup_fd int fd = -1;
	bool mounted;

	if (h->host >= 0 && setns(h->host, CLONE_NEWNS) < 0)
		return error_errno(err, errno, "enter the host's mount namespace");
	fd = fs_open_dir(AT_FDCWD, dir);
	if (fd < 0)
		return error_errno(err, -fd, "open %s", dir);
	mounted = fs_is_mount_point(fd, VOLUME_DATA);
	if (!h->unmount)
		return mounted ? 0 : volume_mount_at(h->v, h->path, err);
	if (mounted && umount2(h->path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
		return error_errno(err, errno, "unmount %s", h->path);
	return 0;
}

/* ---- counting ---- */

static char *users_dir(const Runtime *rt, const char *name)
{
	return xasprintf("%s/" VOLUMES_DIR "/%s", rt->rundir, name);
}

static bool is_alive(Runtime *rt, const char *id)
{
	ContainerState state = { 0 };
	bool alive = container_id_valid(id) && container_state_load(rt, id, &state, NULL) >= 0 &&
		     !str_empty(state.status) && !streq(state.status, "exited") &&
		     !streq(state.status, "created") && !streq(state.status, "dead");

	json_clear(&container_state_type, &state);
	return alive;
}

/* Whether another container still needs it; forgets those that are dead. */
static bool others_use(Runtime *rt, int dir, const char *container)
{
	cleanup_strv char **ids = NULL;
	bool found = false;

	if (fs_names(dir, &ids) < 0)
		return false;
	STRV_FOREACH(id, ids) {
		if (streq(*id, container))
			continue;
		if (is_alive(rt, *id))
			found = true;
		else
			(void)unlinkat(dir, *id, 0);
	}
	return found;
}

static void forget_dir(const Runtime *rt, const char *path)
{
	cleanup_free char *all = xasprintf("%s/" VOLUMES_DIR, rt->rundir);

	(void)rmdir(path);
	(void)rmdir(all);
}

static int register_user(Runtime *rt, const char *name, const char *container, Error **err)
{
	cleanup_free char *path = users_dir(rt, name);
	cleanup_fd int dir = -1, fd = -1;
	int r = fs_mkdir_p(AT_FDCWD, path, 0700);

	dir = r < 0 ? r : fs_open_dir(AT_FDCWD, path);
	if (dir < 0)
		return error_errno(err, -dir, "make %s", path);
	fd = openat(dir, container, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? error_errno(err, errno, "make %s/%s", path, container) : 0;
}

/* The caller holds the volume's lock. */
static int release(Runtime *rt, const char *name, const char *container, int host, Error **err)
{
	cleanup_free char *path = users_dir(rt, name);
	cleanup_free char *data = xasprintf("%s/" VOLUMES_DIR "/%s/" VOLUME_DATA, rt->root, name);
	cleanup_fd int dir = fs_open_dir(AT_FDCWD, path);
	HostMount h = { .path = data, .host = host, .unmount = true };

	if (dir < 0)
		return dir == -ENOENT ? 0 : error_errno(err, -dir, "open %s", path);
	if (others_use(rt, dir, container)) {
		(void)unlinkat(dir, container, 0);
		return 0;
	}
	/* The entry goes last: after a crash in between somebody unmounts again. */
	if (child_run(act_in_host, &h, err) < 0)
		return -EIO;
	(void)unlinkat(dir, container, 0);
	forget_dir(rt, path);
	return 0;
}

int volume_mount(Runtime *rt, const Volume *v, const char *container, int host, Error **err)
{
	cleanup_fd int lock = volume_lock(rt, v->name, LOCK_EX, err);
	HostMount h = { .v = v, .path = v->mountpoint, .host = host };
	int r = lock < 0 ? lock : register_user(rt, v->name, container, err);

	if (r < 0)
		return r;
	r = child_run(act_in_host, &h, err);
	if (r < 0)
		(void)release(rt, v->name, container, host, NULL);
	return r;
}

void volume_unmount(Runtime *rt, const char *name, const char *container, int host)
{
	cleanup_error Error *e = NULL;
	cleanup_fd int lock = volume_lock(rt, name, LOCK_EX, &e);

	if (lock < 0 || release(rt, name, container, host, &e) < 0)
		log_warning("volume %s: %s", name, e->msg);
}
