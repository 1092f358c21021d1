#include "librunner/overlay.h"
#include "libcommon/fs.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "libcommon/str.h"

bool overlay_is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

bool overlay_is_opaque(int fd)
{
	char value = 0;

	return (fgetxattr(fd, "trusted.overlay.opaque", &value, 1) == 1 ||
		fgetxattr(fd, "user.overlay.opaque", &value, 1) == 1) &&
	       value == 'y';
}
