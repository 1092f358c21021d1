/* Lists in brief: what the cache says is what the files say, whatever happens to either. */
#include "librunner/container-brief.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-index.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "tests/tap.h"

#define N 40

static char root[] = "/tmp/container-brief.XXXXXX";

static Runtime *open_runtime(void)
{
	cleanup_error Error *err = NULL;
	Runtime *rt = NULL;

	if (runtime_open(root, &rt, &err) < 0) {
		printf("Bail out! %s\n", err->msg);
		exit(1);
	}
	return rt;
}

static char *id_of(unsigned i)
{
	return xasprintf("%064x", i);
}

static void write_one(Runtime *rt, unsigned i, const char *name, const char *status)
{
	char *labels[] = { (char *)"a=b", NULL };
	cleanup_free char *id = id_of(i), *dir = container_dir(id);
	Container c = {
		.version = CONTAINER_FORMAT,
		.id = id,
		.name = (char *)name,
		.created = (char *)"2026-11-22T10:00:00Z",
		.path = (char *)"true",
		.config.labels = labels,
		.racker.disabled = i == 3,
		.state.status = (char *)status,
		.state.exit_code = (int64_t)i,
	};

	(void)fs_mkdir_p(store_fd(rt->store), dir, 0711);
	check_int(container_write(rt, dir, &c, NULL), 0);
}

/* Files that have just changed are not cached: these changed a while ago. */
static void settle(Runtime *rt)
{
	struct timespec pause = { .tv_sec = 1, .tv_nsec = 50000000 };

	(void)rt;
	(void)nanosleep(&pause, NULL);
}

static size_t count(Runtime *rt, unsigned flags)
{
	Container **list = NULL;
	size_t n = 0;

	check_int(container_list_brief(rt, flags, &list, &n, NULL), 0);
	container_list_free(list, n);
	return n;
}

/* What a list says of one container: its name, exit status, label and whether it is disabled. */
static char *told(Runtime *rt, unsigned i)
{
	cleanup_free char *id = id_of(i);
	Container **list = NULL;
	char *text = NULL;
	size_t n = 0;

	(void)container_list_brief(rt, 0, &list, &n, NULL);
	for (size_t k = 0; k < n; k++)
		if (streq(list[k]->id, id))
			text = xasprintf("%s %lld %s%s", list[k]->name,
					 (long long)list[k]->state.exit_code,
					 list[k]->config.labels[0],
					 list[k]->racker.disabled ? " disabled" : "");
	container_list_free(list, n);
	return text;
}

static void check_told(Runtime *rt, unsigned i, const char *want)
{
	cleanup_free char *text = told(rt, i);

	check_str(text, want);
}

static bool has_cache(Runtime *rt)
{
	struct stat st;

	return fstatat(store_fd(rt->store), "containers.cache", &st, 0) == 0;
}

static void check_cache(Runtime *rt)
{
	for (unsigned i = 0; i < N; i++) {
		cleanup_free char *name = xasprintf("c%u", i);

		write_one(rt, i, name, "exited");
	}
	check_int((int)count(rt, 0), N);
	check(!has_cache(rt));
	settle(rt);
	check_int((int)count(rt, 0), N);
	check(has_cache(rt));
	check_told(rt, 3, "c3 3 a=b disabled");
	check_told(rt, 39, "c39 39 a=b");
	/* A changed file is read, although the cache is not written again for it. */
	write_one(rt, 5, "renamed", "exited");
	check_told(rt, 5, "renamed 5 a=b");
	check_told(rt, 6, "c6 6 a=b");
	/* A cache that is none is passed over. */
	check_int(fs_write_atomic(store_fd(rt->store), "containers.cache", "{\"Version\":1,", 13,
				  0600, 0),
		  0);
	check_told(rt, 6, "c6 6 a=b");
	check_int((int)count(rt, 0), N);
}

static void check_live(Runtime *rt)
{
	cleanup_free char *id = id_of(7), *boot = kernel_boot_id();
	cleanup_strv char **ids = NULL;
	ContainerState state = {
		.status = (char *)"running",
		.monitor_pid = getpid(),
		.monitor_start = process_start_time(getpid()),
		.boot_id = boot,
	};

	check_int((int)count(rt, BRIEF_RUNNING), 0);
	check_int(container_state_write(rt, id, &state, NULL), 0);
	check_int((int)count(rt, BRIEF_RUNNING), 1);
	/* An index that is gone is made again. */
	check_int(fs_remove_tree(store_fd(rt->store), "live"), 0);
	check_int(index_live_ids(rt, &ids, NULL), 0);
	check_int((int)strv_length(ids), 1);
	check_str(ids[0], id);
	state.status = (char *)"exited";
	check_int(container_state_write(rt, id, &state, NULL), 0);
	check_int((int)count(rt, BRIEF_RUNNING), 0);
}

static void check_names(Runtime *rt)
{
	cleanup_free char *a = id_of(1), *b = id_of(2), *found = NULL, *again = NULL;

	index_name_add(rt, "name", a);
	check_int(index_name_find(rt, "name", &found), 0);
	check_str(found, a);
	index_name_add(rt, "name", b);
	check_int(index_name_find(rt, "name", &again), 0);
	check_str(again, b);
	/* Only the container that has it gives it up. */
	index_name_remove(rt, "name", a);
	found = (free(found), NULL);
	check_int(index_name_find(rt, "name", &found), 0);
	index_name_remove(rt, "name", b);
	found = (free(found), NULL);
	check_int(index_name_find(rt, "name", &found), -ENOENT);
	check_int(index_name_find(rt, "../oci", &found), -ENOENT);
	check_int(symlinkat("../../etc", store_fd(rt->store), "names/odd"), 0);
	check_int(index_name_find(rt, "odd", &found), -ENOENT);
}

int main(void)
{
	cleanup_runtime Runtime *rt = NULL;

	if (geteuid() != 0) {
		printf("1..0 # SKIP needs root\n");
		return 0;
	}
	if (!mkdtemp(root))
		return 1;
	log_set_level(LOG_LEVEL_ERROR);
	rt = open_runtime();
	check_cache(rt);
	check_live(rt);
	check_names(rt);
	(void)fs_remove_tree(AT_FDCWD, root);
	return tap_done();
}
