/* store-sync: layers reach the disk after the command that made them, in the background. */
#include "libimage/store.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/store-internal.h"

/* Names the layers that may not be on disk yet, and the boot of the host that wrote them. */
#define UNSYNCED_FILE "unsynced"
#define UNSYNCED_MAX_SIZE (16 * 1024 * 1024)

typedef struct Unsynced {
	char *boot_id;
	char **layers; /* short IDs */
} Unsynced;

static const JsonField unsynced_fields[] = {
	JSON_STRING(Unsynced, "bootID", boot_id, JSON_REQUIRED),
	JSON_STRV(Unsynced, "layers", layers, 0),
	JSON_END,
};
static const JsonType unsynced_type = { "unsynced layers", sizeof(Unsynced), unsynced_fields };

static void unsynced_clear(Unsynced *u)
{
	json_clear(&unsynced_type, u);
}
#define cleanup_unsynced cleanup(unsynced_clear)

static char *host_boot_id(void)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	if (fs_read_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 256, &b) < 0)
		return xstrdup("unknown");
	b.data[strcspn(b.data, "\n")] = '\0';
	return strbuf_steal(&b);
}

static int read_unsynced(Store *store, Unsynced *ret)
{
	return json_read_file(store_fd(store), UNSYNCED_FILE, UNSYNCED_MAX_SIZE, &unsynced_type,
			      ret, NULL);
}

/* ---- writing through ---- */

int store_mark_unsynced(Store *store, char *const *layers, Error **err)
{
	cleanup_unsynced Unsynced u = { 0 };

	if (read_unsynced(store, &u) < 0)
		unsynced_clear(&u);
	free(u.boot_id);
	u.boot_id = host_boot_id();
	strv_extend(&u.layers, layers);
	return json_write_file(store_fd(store), UNSYNCED_FILE, &unsynced_type, &u, 0600, FS_SYNC,
			       err);
}

/* The list without what is on disk now. */
static void unmark(Store *store, char *const *synced)
{
	cleanup_unsynced Unsynced u = { 0 };
	size_t kept = 0;

	if (read_unsynced(store, &u) < 0)
		return;
	for (size_t i = 0; u.layers && u.layers[i]; i++) {
		if (strv_contains(synced, u.layers[i]))
			free(u.layers[i]);
		else
			u.layers[kept++] = u.layers[i];
	}
	if (u.layers)
		u.layers[kept] = NULL;
	if (kept == 0)
		(void)unlinkat(store_fd(store), UNSYNCED_FILE, 0);
	else
		(void)json_write_file(store_fd(store), UNSYNCED_FILE, &unsynced_type, &u, 0600,
				      FS_SYNC, NULL);
}

/* The lock is not held while the disk works, so only layers that were there before are unmarked. It
 * is not made either: a store that is being removed must not grow again. */
static int sync_now(Store *store)
{
	cleanup_unsynced Unsynced before = { 0 };
	cleanup_fd int lock = -1;

	if (read_unsynced(store, &before) < 0 || syncfs(store_fd(store)) < 0)
		return -EIO;
	lock = openat(store_fd(store), "lock", O_RDWR | O_CLOEXEC);
	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return -errno;
	unmark(store, before.layers);
	return 0;
}

/* Lets go of everything that the caller's caller might wait for: pipes, terminal, working
 * directory. */
static void become_background(Store *store)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), keep = store_fd(store);

	(void)setsid();
	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		(void)dup2(null, fd);
	if (keep > 3)
		(void)syscall(__NR_close_range, 3, keep - 1, 0);
	(void)syscall(__NR_close_range, keep + 1, ~0U, 0);
	if (fchdir(keep) < 0)
		_exit(1);
	(void)prctl(PR_SET_NAME, "racker-sync");
}

void store_sync_later(Store *store)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (fork() == 0) {
			become_background(store);
			(void)sync_now(store);
		}
		_exit(0);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* ---- after a crash of the host ---- */

static bool needs_any(char *const *layers, char *const *ids)
{
	STRV_FOREACH(id, ids)
		if (strv_contains(layers, *id))
			return true;
	return false;
}

static void forget_prepared(ImageRecord *image, char *const *ids)
{
	size_t kept = 0;

	for (size_t i = 0; i < image->n_prepared; i++) {
		PreparedRecord *p = &image->prepared[i];

		if (strv_contains(ids, p->layer)) {
			free(p->recipe);
			free(p->layer);
		} else {
			image->prepared[kept++] = *p;
		}
	}
	image->n_prepared = kept;
}

static void forget(Store *store, char *const *ids)
{
	cleanup_image_index ImageIndex index = { 0 };
	cleanup_fd int dir = fs_open_dir(store_fd(store), "layers");

	if (dir < 0 || image_index_read(store, &index, NULL) < 0)
		return;
	for (size_t i = index.n; i > 0; i--) {
		ImageRecord *image = &index.images[i - 1];

		if (needs_any(image->layers, ids))
			image_index_remove(&index, image);
		else
			forget_prepared(image, ids);
	}
	if (image_index_write(store, &index, NULL) < 0)
		return;
	/* Without their records they are not found again; containers that use them keep them. */
	STRV_FOREACH(id, ids) {
		cleanup_free char *record = xasprintf("%s.json", *id);

		(void)unlinkat(dir, record, 0);
	}
	/* The blobs stay: unpacked again they are checked again. */
	(void)store_collect_layers(store, &index, NULL);
	(void)unlinkat(store_fd(store), UNSYNCED_FILE, 0);
}

void store_check_synced(Store *store)
{
	cleanup_unsynced Unsynced u = { 0 };
	cleanup_free char *boot_id = NULL;
	cleanup_fd int lock = -1;

	if (faccessat(store_fd(store), UNSYNCED_FILE, F_OK, 0) < 0)
		return;
	boot_id = host_boot_id();
	if (read_unsynced(store, &u) < 0 || streq(u.boot_id, boot_id))
		return;
	lock = fs_lock(store_fd(store), "lock", LOCK_EX | LOCK_NB);
	if (lock >= 0)
		forget(store, u.layers);
}
