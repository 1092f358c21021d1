/* The freezer: cgroup.freeze of v2, which a killed process still leaves, or the controller of v1.
 */
#include <time.h>

#include "libcommon/alloc.h"
#include "librunner/cgroup-internal.h"

/* Freezing takes as long as a process stays in an uninterruptible call; two seconds at most. */
#define FREEZE_PAUSE_NSEC 2000000
#define FREEZE_TRIES 1000

typedef struct Freezer {
	const char *dir;
	bool unified;
} Freezer;

static bool freezer_find(const Cgroup *cg, Freezer *ret)
{
	ret->dir = cgroup_dir_with(cg, "cgroup.freeze");
	ret->unified = ret->dir != NULL;
	if (!ret->dir)
		ret->dir = cgroup_dir_with(cg, "freezer.state");
	return ret->dir != NULL;
}

/* 1 when the kernel says that it is done. */
static int is_done(const Freezer *f, bool frozen)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	int r = cgroup_file_read(f->dir, f->unified ? "cgroup.events" : "freezer.state", &b);

	if (r < 0)
		return r;
	if (f->unified)
		return strstr(b.data, frozen ? "frozen 1" : "frozen 0") != NULL;
	return streq(b.data, frozen ? "FROZEN" : "THAWED");
}

static int ask(const Freezer *f, bool frozen)
{
	if (f->unified)
		return cgroup_file_write(f->dir, "cgroup.freeze", frozen ? "1" : "0");
	return cgroup_file_write(f->dir, "freezer.state", frozen ? "FROZEN" : "THAWED");
}

static int settle(const Freezer *f, bool frozen)
{
	static const struct timespec pause = { .tv_nsec = FREEZE_PAUSE_NSEC };
	int r = ask(f, frozen);

	for (unsigned i = 0; r >= 0 && i < FREEZE_TRIES; i++) {
		r = is_done(f, frozen);
		if (r != 0)
			return r;
		(void)nanosleep(&pause, NULL);
		/* v1 gives up on a process that was being traced or forked, and wants to be asked
		 * again. */
		r = f->unified ? 0 : ask(f, frozen);
	}
	return r < 0 ? r : -ETIMEDOUT;
}

int cgroup_freeze(const Cgroup *cg, bool frozen, Error **err)
{
	Freezer f;
	int r;

	if (!freezer_find(cg, &f))
		return error_set(err, ENOTSUP, "this host has no freezer for control groups");
	r = settle(&f, frozen);
	if (r >= 0)
		return 0;
	if (frozen)
		(void)ask(&f, false);
	return error_errno(err, -r, "%s the control group %s", frozen ? "freeze" : "thaw", f.dir);
}

void cgroup_thaw_at_once(const Cgroup *cg)
{
	Freezer f;

	if (freezer_find(cg, &f))
		(void)ask(&f, false);
}
