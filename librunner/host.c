#include "librunner/host.h"

#include <ctype.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define LIBRARY_PREFIX "libsystemd-shared-"
/* The program has some 300 kB. */
#define PROGRAM_MAX_SIZE (64 << 20)
#define VERSION_MAX_LENGTH 64

char *host_architecture(void)
{
	static const struct {
		const char *machine, *architecture;
	} known[] = {
		{ "x86_64", "amd64" }, { "aarch64", "arm64" }, { "armv7l", "arm" },
		{ "armv6l", "arm" },   { "i686", "386" },      { "i586", "386" },
	};
	struct utsname host = { 0 };

	(void)uname(&host);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (streq(host.machine, known[i].machine))
			return xstrdup(known[i].architecture);
	return xstrdup(host.machine);
}

char *nspawn_find(void)
{
	const char *path = getenv("PATH");
	cleanup_strv char **dirs = strv_split(str_empty(path) ? "/usr/bin:/bin" : path, ':');

	STRV_FOREACH(it, dirs) {
		cleanup_free char *file = xasprintf("%s/systemd-nspawn", *it);

		if (**it && access(file, X_OK) == 0)
			return steal(&file);
	}
	return NULL;
}

static char *find_version(const char *data, size_t n)
{
	const char *at = memmem(data, n, LIBRARY_PREFIX, strlen(LIBRARY_PREFIX)), *end;

	if (!at)
		return NULL;
	at += strlen(LIBRARY_PREFIX);
	n -= (size_t)(at - data);
	end = memmem(at, n < VERSION_MAX_LENGTH ? n : VERSION_MAX_LENGTH, ".so", 3);
	return end && isdigit((unsigned char)*at) ? xstrndup(at, (size_t)(end - at)) : NULL;
}

char *nspawn_version(const char *path)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *version;
	void *data;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > PROGRAM_MAX_SIZE)
		return NULL;
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return NULL;
	version = find_version(data, (size_t)st.st_size);
	(void)munmap(data, (size_t)st.st_size);
	return version;
}
