#include "librunner/neutral.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

#define MAX_FILE (64 * 1024)

typedef struct Step {
	const char *dir, *name;
	bool (*needed)(const LayersLookup *l, const char *path);
	/* `dirfd` is the directory inside the tree. 0 or -errno. */
	int (*apply)(int dirfd, const char *name);
} Step;

/* ---- when ---- */

static bool file_has(const LayersLookup *l, const char *path, const char *text)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	return layers_lookup_read(l, path, MAX_FILE, &b) >= 0 && b.data && strstr(b.data, text);
}

/* Debian's mechanism to allow or deny what maintainer scripts start; 101 denies all of it. Another
 * policy is somebody's choice. */
static bool policy_denies(const LayersLookup *l, const char *path)
{
	return file_has(l, path, "exit 101");
}

/* An empty file is what machine-id(5) asks of images: the ID of the container is used, and the boot
 * does not count as the first one, which would reset the enabled units to their presets. */
static bool machine_id_set(const LayersLookup *l, const char *path)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	return layers_lookup_read(l, path, MAX_FILE, &b) < 0 || b.len > 0;
}

static bool is_file(const LayersLookup *l, const char *path)
{
	cleanup_fd int fd = layers_lookup_find(l, path, false);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static bool is_masked(const LayersLookup *l, const char *path)
{
	cleanup_free char *target = NULL;

	return layers_lookup_readlink(l, path, &target) >= 0 && streq(target, "/dev/null");
}

/* ---- what ---- */

static int apply_remove(int dirfd, const char *name)
{
	return unlinkat(dirfd, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

static int apply_empty(int dirfd, const char *name)
{
	int r = apply_remove(dirfd, name);

	return r < 0 ? r : fs_write_atomic(dirfd, name, "", 0, 0644, 0);
}

static int apply_machine_id_link(int dirfd, const char *name)
{
	int r = apply_remove(dirfd, name);

	if (r >= 0 && symlinkat("/etc/machine-id", dirfd, name) < 0)
		r = -errno;
	return r;
}

static const Step steps[] = {
	{ "/usr/sbin", "policy-rc.d", policy_denies, apply_remove },
	{ "/etc/apt/apt.conf.d", "docker-clean", is_file, apply_remove },
	{ "/etc", "machine-id", machine_id_set, apply_empty },
	{ "/var/lib/dbus", "machine-id", is_file, apply_machine_id_link },
	{ "/etc/systemd/system", "systemd-logind.service", is_masked, apply_remove },
};

#define N_STEPS (sizeof(steps) / sizeof(*steps))

static bool step_needed(const Step *s, const LayersLookup *l)
{
	cleanup_free char *path = xasprintf("%s/%s", s->dir, s->name);

	return s->needed(l, path);
}

bool neutral_needed(const LayersLookup *l)
{
	for (size_t i = 0; i < N_STEPS; i++)
		if (step_needed(&steps[i], l))
			return true;
	return false;
}

static int step_apply(const Step *s, int rootfd)
{
	cleanup_fd int dirfd = fs_open_in_root(rootfd, s->dir, O_RDONLY | O_DIRECTORY, 0);

	return dirfd < 0 ? dirfd : s->apply(dirfd, s->name);
}

int neutral_apply(int dirfd, const char *name, Error **err)
{
	char *const names[] = { (char *)name, NULL };
	cleanup_layers_lookup LayersLookup *l = NULL;
	cleanup_fd int rootfd = fs_open_dir(dirfd, name);
	int r;

	if (rootfd < 0)
		return error_errno(err, -rootfd, "open %s", name);
	r = layers_lookup_open(dirfd, names, &l, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < N_STEPS; i++) {
		r = step_needed(&steps[i], l) ? step_apply(&steps[i], rootfd) : 0;
		if (r < 0)
			return error_errno(err, -r, "change %s/%s", steps[i].dir, steps[i].name);
	}
	return 0;
}
