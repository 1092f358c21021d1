#include "librunner/init/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "librunner/init/attach.h"
#include "librunner/init/channel.h"
#include "librunner/init/kernel.h"
#include "librunner/init/mountinfo.h"
#include "librunner/init/text.h"

#define DEV_OPTIONS "mode=755,size=65536k"

/* Flags that a remount has to repeat, because the kernel locks or would otherwise drop them. */
static unsigned long mount_flags(const char *path)
{
	static const struct {
		unsigned long st, ms;
	} table[] = {
		{ ST_NOSUID, MS_NOSUID },	  { ST_NODEV, MS_NODEV },
		{ ST_NOEXEC, MS_NOEXEC },	  { ST_NOATIME, MS_NOATIME },
		{ ST_NODIRATIME, MS_NODIRATIME }, { ST_RELATIME, MS_RELATIME },
	};
	struct statvfs v;
	unsigned long flags = 0;

	if (statvfs(path, &v) < 0)
		return 0;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (v.f_flag & table[i].st)
			flags |= table[i].ms;
	return flags;
}

static bool is_readonly(const char *path)
{
	struct statvfs v;

	return statvfs(path, &v) == 0 && (v.f_flag & ST_RDONLY);
}

static int remount_readonly(const char *path)
{
	return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | mount_flags(path), NULL);
}

static void make_readonly(const char *path)
{
	if (is_readonly(path))
		return;
	if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) < 0) {
		if (errno == ENOENT)
			return;
		fail_errno(125, "bind ", path, NULL);
	}
	if (remount_readonly(path) < 0)
		fail_errno(125, "make ", path, " read-only", NULL);
}

static void mask(const char *path)
{
	struct stat st;
	int r;

	if (stat(path, &st) < 0)
		return;
	if (S_ISDIR(st.st_mode))
		r = mount("tmpfs", path, "tmpfs", MS_RDONLY, "");
	else
		r = mount("/dev/null", path, NULL, MS_BIND, NULL);
	if (r < 0)
		fail_errno(125, "mask ", path, NULL);
}

/* Takes away what lies there, one above the other. */
static void uncover(const char *path)
{
	for (int i = 0; i < 4 && umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0; i++)
		;
}

static void remove_children(const char *path)
{
	Text child = { .n = 0 };
	static const char *const names[] = { "10:200", "1:3", "1:5", "1:7", "1:8", "1:9", "5:0" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		child.n = 0;
		(void)unlink(text_join(&child, path, "/", names[i], NULL));
	}
	(void)rmdir(path);
}

/* Devices that Docker does not give. A directory that holds something else stays. */
static void clean_dev(void)
{
	(void)unlink("/dev/net/tun");
	(void)rmdir("/dev/net");
	remove_children("/dev/char");
}

static void resize_shm(uint64_t size)
{
	Text options = { .n = 0 };

	text_add(&options, "mode=1777,size=");
	text_add_number(&options, size);
	uncover("/dev/shm");
	if (mount("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options.s) < 0)
		fail_errno(125, "mount /dev/shm", NULL);
}

static void remove_shm(void)
{
	uncover("/dev/shm");
	(void)rmdir("/dev/shm");
}

/* The control groups are for looking at, in each hierarchy; for a privileged container they can be
 * written. */
static void protect_cgroups(const Mounts *m, bool writable)
{
	for (size_t i = 0; i < m->n; i++) {
		unsigned long flags = MS_REMOUNT | MS_BIND | (writable ? 0 : MS_RDONLY);

		if (!path_within(m->points[i], "/sys/fs/cgroup") ||
		    is_readonly(m->points[i]) == !writable)
			continue;
		if (mount(NULL, m->points[i], NULL, flags | mount_flags(m->points[i]), NULL) < 0 &&
		    errno != EINVAL && errno != ENOENT)
			fail_errno(125, "remount ", m->points[i], NULL);
	}
}

/* As Docker has it: tools read it where there is no other mount table. */
static void link_mtab(void)
{
	(void)symlink("/proc/mounts", "/etc/mtab");
}

/* ---- /proc and /sys ---- */

/* What systemd-nspawn makes of /proc and /sys is meant for a guest's systemd. */
static void renew_proc(void)
{
	uncover("/proc");
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		fail_errno(125, "mount /proc", NULL);
}

/* The control groups stay as they are mounted. /dev is a tmpfs of the container: the image never
 * sees the place where they wait. */
static void renew_sys(bool writable)
{
	static const char waiting[] = "/dev/.racker-cgroup";
	unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | (writable ? 0 : MS_RDONLY);
	bool groups = mkdir(waiting, 0700) == 0 &&
		      mount("/sys/fs/cgroup", waiting, NULL, MS_BIND | MS_REC, NULL) == 0;

	uncover("/sys");
	if (mount("sysfs", "/sys", "sysfs", flags, NULL) < 0)
		fail_errno(125, "mount /sys", NULL);
	if (groups && mount(waiting, "/sys/fs/cgroup", NULL, MS_MOVE, NULL) < 0)
		fail_errno(125, "mount /sys/fs/cgroup", NULL);
	(void)rmdir(waiting);
}

static void renew_kernel_files(const Spec *spec)
{
	Mounts m;

	renew_proc();
	renew_sys(spec->sys_writable);
	if (!mounts_read(&m))
		fail(125, "cannot read /proc/self/mountinfo", NULL);
	protect_cgroups(&m, spec->sys_writable);
	mounts_clear(&m);
}

void mounts_finish(const Spec *spec)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		fail_errno(125, "keep mounts private", NULL);
	renew_kernel_files(spec);
	if (spec->detach_run && umount2("/run", MNT_DETACH) < 0)
		fail_errno(125, "detach /run", NULL);
	(void)mount(NULL, "/dev", NULL, MS_REMOUNT | MS_NOSUID | MS_STRICTATIME, DEV_OPTIONS);
	clean_dev();
	kernel_make_devices(spec);
	link_mtab();
	if (spec->shm_size)
		resize_shm(spec->shm_size);
	if (spec->no_shm)
		remove_shm();
	kernel_set_sysctls(spec);
	attach_mounts(spec);
	for (char *const *p = spec->readonly; *p; p++)
		make_readonly(*p);
	for (char *const *p = spec->mask; *p; p++)
		mask(*p);
}

void mounts_seal(const Spec *spec)
{
	if (spec->root_readonly && remount_readonly("/") < 0)
		fail_errno(125, "make the root read-only", NULL);
}
