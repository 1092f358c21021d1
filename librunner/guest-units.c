#include "librunner/guest-units.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"

/* The first place where systemd looks below /run, and before /etc/systemd/system: a link to
 * /dev/null in a .wants directory here takes back the link of the same name in each later place,
 * what a generator made included. `daemon-reload` leaves it alone. */
const char guest_units_target[] = "/run/systemd/system.control";

/* A generator of the same name here comes before the installed one. */
const char guest_generators_target[] = "/run/systemd/system-generators";

/* Each is a program that every boot and every daemon-reload waits for. What reads /etc/fstab and
 * init scripts stays. */
static const char *const generators[] = {
	"systemd-bless-boot-generator",
	"systemd-cryptsetup-generator",
	"systemd-debug-generator",
	"systemd-factory-reset-generator",
	"systemd-getty-generator",
	"systemd-gpt-auto-generator",
	"systemd-hibernate-resume-generator",
	"systemd-import-generator",
	"systemd-integritysetup-generator",
	"systemd-run-generator",
	"systemd-ssh-generator",
	"systemd-system-update-generator",
	"systemd-tpm2-generator",
	"systemd-veritysetup-generator",
	NULL,
};

typedef struct Hidden {
	const char *target; /* the unit that pulls in */
	const char *const *units;
} Hidden;

static const char *const getty_units[] = {
	"autovt@.service",    "console-getty.service",	    "getty@tty1.service",
	"getty@tty2.service", "serial-getty@ttyS0.service", NULL,
};

/* Hardware, kernel settings, disks and the machine's own identity are the host's. The journal is
 * not flushed to /var/log/journal: where it is written at first is a directory of the container
 * already. */
static const char *const sysinit_units[] = {
	"cryptsetup.target",
	"dev-hugepages.mount",
	"dracut-shutdown.service",
	"integritysetup.target",
	"kmod-static-nodes.service",
	"ldconfig.service",
	"lvm2-lvmpolld.socket",
	"lvm2-monitor.service",
	"proc-sys-fs-binfmt_misc.automount",
	"selinux-autorelabel-mark.service",
	"sys-fs-fuse-connections.mount",
	"sys-kernel-config.mount",
	"sys-kernel-debug.mount",
	"sys-kernel-tracing.mount",
	"systemd-ask-password-console.path",
	"systemd-binfmt.service",
	"systemd-boot-random-seed.service",
	"systemd-firstboot.service",
	"systemd-hwdb-update.service",
	"systemd-journal-catalog-update.service",
	"systemd-journal-flush.service",
	"systemd-machine-id-commit.service",
	"systemd-modules-load.service",
	"systemd-network-generator.service",
	"systemd-pcrmachine.service",
	"systemd-pcrphase-sysinit.service",
	"systemd-pcrphase.service",
	"systemd-pstore.service",
	"systemd-random-seed.service",
	"systemd-timesyncd.service",
	"systemd-tmpfiles-setup-dev-early.service",
	"systemd-tmpfiles-setup-dev.service",
	"systemd-tpm2-setup-early.service",
	"systemd-tpm2-setup.service",
	"systemd-udev-trigger.service",
	"systemd-udevd.service",
	"systemd-update-done.service",
	"systemd-update-utmp.service",
	"veritysetup.target",
	NULL,
};

static const char *const local_fs_units[] = {
	"systemd-remount-fs.service",
	"tmp.mount",
	"var-lib-machines.mount",
	NULL,
};

/* systemd-logind still starts when somebody asks it something over the bus. */
static const char *const multi_user_units[] = {
	"connman.service",
	"dhcpcd.service",
	"e2scrub_reap.service",
	"getty.target",
	"man-db-cache-update.service",
	"network.service",
	"networking.service",
	"remote-fs.target",
	"systemd-ask-password-wall.path",
	"systemd-logind.service",
	"systemd-update-utmp-runlevel.service",
	"wicked.service",
	NULL,
};

/* It is, before anything of the guest runs; who waits for interfaces to look after would wait in
 * vain. */
static const char *const network_online_units[] = {
	"NetworkManager-wait-online.service",
	"ifupdown-wait-online.service",
	"networking.service",
	"systemd-networkd-wait-online.service",
	NULL,
};

static const char *const graphical_units[] = {
	"systemd-update-utmp-runlevel.service",
	"udisks2.service",
	NULL,
};

static const char *const sockets_units[] = {
	"systemd-bootctl.socket",	"systemd-coredump.socket",
	"systemd-creds.socket",		"systemd-initctl.socket",
	"systemd-mute-console.socket",	"systemd-pcrextend.socket",
	"systemd-pcrlock.socket",	"systemd-rfkill.socket",
	"systemd-udevd-control.socket", "systemd-udevd-kernel.socket",
	"systemd-udevd-varlink.socket", NULL,
};

/* Housekeeping of machines that live for days. */
static const char *const timers_units[] = {
	"apt-daily-upgrade.timer",
	"apt-daily.timer",
	"archlinux-keyring-wkd-sync.timer",
	"btrfs-balance.timer",
	"btrfs-defrag.timer",
	"btrfs-scrub.timer",
	"btrfs-trim.timer",
	"dnf-automatic.timer",
	"dnf-makecache.timer",
	"dpkg-db-backup.timer",
	"e2scrub_all.timer",
	"fstrim.timer",
	"fwupd-refresh.timer",
	"man-db.timer",
	"mdadm-last-resort.timer",
	"mlocate-updatedb.timer",
	"motd-news.timer",
	"plocate-updatedb.timer",
	"raid-check.timer",
	"shadow.timer",
	"snapper-cleanup.timer",
	"snapper-timeline.timer",
	"systemd-tmpfiles-clean.timer",
	"ua-timer.timer",
	"unbound-anchor.timer",
	"update-notifier-download.timer",
	"update-notifier-motd.timer",
	NULL,
};

static const Hidden hidden[] = {
	{ "getty.target", getty_units },	 { "sysinit.target", sysinit_units },
	{ "local-fs.target", local_fs_units },	 { "multi-user.target", multi_user_units },
	{ "graphical.target", graphical_units }, { "sockets.target", sockets_units },
	{ "timers.target", timers_units },	 { "network-online.target", network_online_units },
};

static int link_all(int dirfd, const char *dir, const char *const *names)
{
	cleanup_fd int fd = -1;
	int r = fs_mkdir_p(dirfd, dir, 0755);

	if (r < 0)
		return r;
	fd = fs_open_dir(dirfd, dir);
	if (fd < 0)
		return fd;
	for (; *names; names++)
		if (symlinkat("/dev/null", fd, *names) < 0)
			return -errno;
	return 0;
}

static int hide(int dirfd, const Hidden *h)
{
	cleanup_free char *wants = xasprintf("%s.wants", h->target);

	return link_all(dirfd, wants, h->units);
}

/* ---- mounts ---- */

/* What every booted container has (protocol.h, etc-files.h). */
static const char *const our_mounts[] = {
	"/etc/hostname",
	"/etc/hosts",
	"/etc/resolv.conf",
	"/run/NetworkManager/conf.d/00-racker.conf",
	"/run/log/journal",
	"/run/racker",
	"/run/systemd/network/00-racker.network",
	"/run/systemd/system.conf.d/50-racker.conf",
	"/run/systemd/system-generators",
	"/run/systemd/system.control",
};

/* The unit of a mount point, as systemd-escape --path --suffix=mount has it. */
static char *mount_unit(const char *path)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	for (path += strspn(path, "/"); *path;) {
		size_t slashes = strspn(path, "/");
		unsigned char c = (unsigned char)*path;

		path += slashes ? slashes : 1;
		if (slashes && *path)
			strbuf_addc(&b, '-');
		else if (!slashes && (isalnum(c) || strchr(":_", c) || (c == '.' && b.len)))
			strbuf_addc(&b, (char)c);
		else if (!slashes)
			strbuf_addf(&b, "\\x%02x", c);
	}
	strbuf_adds(&b, b.len ? ".mount" : "-.mount");
	return strbuf_steal(&b);
}

/* Without the default dependencies a mount does not conflict with the shutdown. */
static int keep_mounted(int dirfd, const char *target)
{
	static const char text[] = "[Unit]\nDefaultDependencies=no\n";
	cleanup_free char *unit = mount_unit(target), *dir = xasprintf("%s.d", unit);
	cleanup_free char *file = xasprintf("%s/50-racker.conf", dir);
	int r;

	if (strlen(dir) > NAME_MAX)
		return 0;
	r = fs_mkdir_p(dirfd, dir, 0755);
	return r < 0 ? r : fs_write_atomic(dirfd, file, text, sizeof(text) - 1, 0644, 0);
}

int guest_units_keep_mounted(int container_dirfd, const char *target, Error **err)
{
	cleanup_fd int fd = fs_open_dir(container_dirfd, GUEST_UNITS_DIR);
	int r = fd < 0 ? fd : keep_mounted(fd, target);

	return r < 0 ? error_errno(err, -r, "write " GUEST_UNITS_DIR) : 0;
}

int guest_units_write(int container_dirfd, Error **err)
{
	cleanup_fd int fd = -1;
	int r;

	/* The guest may have written here: nothing of an earlier run is trusted. */
	r = fs_remove_tree(container_dirfd, GUEST_UNITS_DIR);
	if (r >= 0)
		r = fs_remove_tree(container_dirfd, GUEST_GENERATORS_DIR);
	if (r >= 0)
		r = link_all(container_dirfd, GUEST_GENERATORS_DIR, generators);
	if (r >= 0)
		r = fs_mkdir_p(container_dirfd, GUEST_UNITS_DIR, 0755);
	if (r >= 0)
		r = fd = fs_open_dir(container_dirfd, GUEST_UNITS_DIR);
	for (size_t i = 0; r >= 0 && i < sizeof(hidden) / sizeof(hidden[0]); i++)
		r = hide(fd, &hidden[i]);
	for (size_t i = 0; r >= 0 && i < sizeof(our_mounts) / sizeof(our_mounts[0]); i++)
		r = keep_mounted(fd, our_mounts[i]);
	return r < 0 ? error_errno(err, -r, "write " GUEST_UNITS_DIR) : 0;
}
