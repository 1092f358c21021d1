/* family-debian: apt, of Debian, Ubuntu and what is made from them. */
#include "librunner/family-debian.h"

static const char *const packages[] = { "systemd", "systemd-sysv", "dbus", NULL };

/*
 * Releases that have left the mirrors are found in Debian's archive, which has no -updates suites
 * and whose Release files are out of date for good: the image's own apt is pointed there, as it
 * could not install anything otherwise.
 *
 * The lists of packages are removed because they are out of date by the time somebody uses the
 * layer, and would be half of it.
 */
static const char script[] =
	"set -e\n"
	"update() { apt-get -q update; }\n"
	"archived() {\n"
	"	. /etc/os-release\n"
	"	case $ID-$VERSION_ID in debian-8|debian-9|debian-10) ;; *) return 1 ;; esac\n"
	"	echo \"$PRETTY_NAME has left the mirrors: using archive.debian.org\"\n"
	"	sed -i -e '/^deb.*-updates/d' \\\n"
	"		-e 's,//deb.debian.org/,//archive.debian.org/,' \\\n"
	"		-e 's,//security.debian.org/debian-security,"
	"//archive.debian.org/debian-security,' \\\n"
	"		-e 's,//security.debian.org ,//archive.debian.org/debian-security ,' \\\n"
	"		/etc/apt/sources.list\n"
	"	echo 'Acquire::Check-Valid-Until \"false\";' >/etc/apt/apt.conf.d/99archive\n"
	"}\n"
	"update || { archived && update; }\n"
	"apt-get -qy --no-install-recommends install \"$@\"\n"
	"apt-get clean\n"
	"rm -rf /var/lib/apt/lists/*\n";

const Recipe family_debian_recipe = {
	.name = "debian-1",
	.packages = packages,
	.script = script,
};
