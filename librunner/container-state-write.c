#include "librunner/container-state.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-index.h"
#include "librunner/container-store.h"

#define BLOCK_SIZE 512

/* Writes over the old file, where that needs no new block. */
static int write_in_place(int dirfd, const char *path, const char *text)
{
	cleanup_fd int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	size_t n = strlen(text);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if ((size_t)st.st_blocks * BLOCK_SIZE < n)
		return -ENOSPC;
	if (pwrite(fd, text, n, 0) != (ssize_t)n || ftruncate(fd, (off_t)n) < 0)
		return -EIO;
	return 0;
}

/* On a full disk there is no room for a second file. How a container has ended must be known all
 * the same: then a crash in the middle of the write is the smaller risk. */
static int write_state(int dirfd, const char *path, const ContainerState *state, Error **err)
{
	cleanup_error Error *e = NULL;
	cleanup_json json_t *value = NULL;
	cleanup_free char *text = NULL;
	int r = json_write_file(dirfd, path, &container_state_type, state, 0600, 0, &e);

	if (r != -ENOSPC && r != -EDQUOT)
		return r < 0 ? error_propagate(err, steal(&e)) : r;
	value = json_encode(&container_state_type, state);
	text = json_text(value);
	if (write_in_place(dirfd, path, text) < 0)
		return error_propagate(err, steal(&e));
	log_debug("%s: written in place", e->msg);
	return 0;
}

int container_state_write(Runtime *rt, const char *id, const ContainerState *state, Error **err)
{
	cleanup_free char *path = xasprintf("containers/%s/state.json", id);
	bool alive = container_status_is_alive(state->status);
	int r = alive ? index_live_add(rt, id, err) : 0;

	if (r >= 0)
		r = write_state(store_fd(rt->store), path, state, err);
	if (r >= 0 && !alive)
		index_live_remove(rt, id);
	return r;
}
