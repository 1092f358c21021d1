#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/cgroup-internal.h"

#define MAX_FILE (1 << 20)
#define MAX_PROCS_FILE (64 << 20)

const char *cgroup_dir_with(const Cgroup *cg, const char *file)
{
	STRV_FOREACH(d, cg->dirs) {
		cleanup_free char *path = xasprintf("%s/%s", *d, file);

		if (access(path, F_OK) == 0)
			return *d;
	}
	return NULL;
}

int cgroup_file_read(const char *dir, const char *file, Strbuf *ret)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, file);
	int r;

	ret->len = 0;
	r = fs_read_file(AT_FDCWD, path, MAX_FILE, ret);
	if (r < 0)
		return r;
	while (ret->len && ret->data[ret->len - 1] == '\n')
		ret->data[--ret->len] = '\0';
	return 0;
}

int cgroup_file_write(const char *dir, const char *file, const char *value)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, file);
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	/* The kernel takes a value by one write(2) only. */
	return write(fd, value, strlen(value)) < 0 ? -errno : 0;
}

/* ---- members ---- */

typedef struct Members {
	pid_t *list;
	size_t n, cap;
} Members;

static int add_members(int dirfd, void *userdata)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	Members *m = userdata;

	if (fs_read_file(dirfd, "cgroup.procs", MAX_PROCS_FILE, &b) < 0)
		return 0;
	for (char *p = b.data, *end; p && *p; p = *end ? end + 1 : end) {
		long pid = strtol(p, &end, 10);

		if (end == p)
			break;
		/* One that our own process namespace does not know reads as 0. */
		if (pid <= 0)
			continue;
		GROW(m->list, m->n, &m->cap);
		m->list[m->n++] = (pid_t)pid;
	}
	return 0;
}

static int compare_pids(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return x < y ? -1 : x > y;
}

int cgroup_processes(const Cgroup *cg, pid_t **ret, size_t *ret_n, Error **err)
{
	Members m = { 0 };
	size_t n = 0;

	/* A booted guest may move its processes within one hierarchy; they stay in the others. */
	STRV_FOREACH(d, cg->dirs) {
		int r = cgroup_walk(AT_FDCWD, *d, add_members, &m);

		if (r < 0) {
			free(m.list);
			return error_errno(err, -r, "list the processes of %s", *d);
		}
	}
	if (m.n)
		qsort(m.list, m.n, sizeof(*m.list), compare_pids);
	for (size_t i = 0; i < m.n; i++)
		if (n == 0 || m.list[n - 1] != m.list[i])
			m.list[n++] = m.list[i];
	*ret = m.list;
	*ret_n = n;
	return 0;
}
