/* container-revive: containers whose monitors were killed, for the command that has noticed it:
 * what their restart policy wants is started again, as Docker's daemon does when it comes up. */
#include <poll.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-store.h"
#include "librunner/restart-policy.h"

/* The command that the user has typed waits no longer than that. */
#define REVIVE_TIMEOUT_MS 10000

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The monitor's answer is to come on the descriptor; negative: nothing was started. */
static int revive(Runtime *rt, const char *id)
{
	cleanup_container Container *c = NULL;
	cleanup_error Error *e = NULL;
	int fd;

	if (container_load(rt, id, &c, NULL) < 0 || !restart_wanted_at_boot(c))
		return -ENOENT;
	fd = container_start_begin(rt, id, &e);
	if (fd < 0)
		log_warning("start %s: %s", c->name, e->msg);
	return fd;
}

void containers_revive(Runtime *rt, char *const *ids)
{
	size_t n = strv_length(ids);
	struct pollfd *fds = xnew(struct pollfd, n + 1);
	int64_t end = now_ms() + REVIVE_TIMEOUT_MS, left;
	size_t waiting = 0;

	/* All of them come up at the same time. */
	for (size_t i = 0; i < n; i++) {
		fds[i] = (struct pollfd){ .fd = revive(rt, ids[i]), .events = POLLIN };
		waiting += fds[i].fd >= 0;
	}
	while (waiting > 0 && (left = end - now_ms()) > 0) {
		if (poll(fds, n, (int)left) <= 0)
			continue;
		for (size_t i = 0; i < n; i++)
			if (fds[i].fd >= 0 && fds[i].revents) {
				fds[i].fd = fd_close(fds[i].fd);
				waiting--;
			}
	}
	for (size_t i = 0; i < n; i++)
		(void)fd_close(fds[i].fd);
	free(fds);
}
