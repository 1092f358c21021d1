#include "librunner/rootfs-image.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/boot-decide.h"
#include "librunner/host.h"

int rootfs_image(const char *dir, Image **ret, Error **err)
{
	struct stat st;
	Image *image;

	if (stat(dir, &st) < 0)
		return error_errno(err, errno, "rootfs %s", dir);
	if (!S_ISDIR(st.st_mode))
		return error_set(err, ENOTDIR, "rootfs %s: not a directory", dir);
	image = xnew0(Image, 1);
	image->id = xstrdup("");
	image->os = xstrdup("linux");
	image->architecture = host_architecture();
	*ret = image;
	return 0;
}

static bool has_init(const LayersLookup *l)
{
	static const char *const places[] = { "/usr/lib/systemd/systemd", "/lib/systemd/systemd",
					      "/sbin/init" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (layers_lookup_executable(l, places[i]))
			return true;
	return false;
}

static bool has_os_release(const LayersLookup *l)
{
	return layers_lookup_exists(l, "/etc/os-release") ||
	       layers_lookup_exists(l, "/usr/lib/os-release");
}

static int read_mode(const ContainerCreate *req, BootMode *ret, Error **err)
{
	const char *label = env_get(req->config.labels, BOOT_LABEL);

	*ret = req->boot;
	if (*ret == BOOT_AUTO && label && boot_mode_parse(label, ret) < 0)
		return error_set(err, EINVAL,
				 "label " BOOT_LABEL
				 " of the container: '%s' is not auto, always or never",
				 label);
	return 0;
}

int rootfs_boot_decide(const char *dir, const ContainerCreate *req, bool *ret_boot, Error **err)
{
	char *names[] = { (char *)dir, NULL };
	cleanup_layers_lookup LayersLookup *l = NULL;
	BootMode mode;
	int r = read_mode(req, &mode, err);

	if (r >= 0)
		r = layers_lookup_open(AT_FDCWD, names, &l, err);
	if (r < 0)
		return r;
	if (mode == BOOT_AUTO)
		mode = has_os_release(l) && has_init(l) ? BOOT_ALWAYS : BOOT_NEVER;
	*ret_boot = mode == BOOT_ALWAYS;
	if (mode == BOOT_NEVER)
		return 0;
	if (!has_os_release(l))
		return error_set(err, EINVAL,
				 "rootfs %s has no os-release: it is no operating system that "
				 "could be booted",
				 dir);
	return has_init(l) ? 0
			   : error_set(err, EINVAL,
				       "rootfs %s has neither systemd nor /sbin/init: it cannot be "
				       "booted",
				       dir);
}
