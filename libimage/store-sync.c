/* store-sync: layers reach the disk after the command that made them, in the background. */
#include "libimage/store.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/store-internal.h"

/* Holds the boot ID of the host that wrote layers not yet on disk. */
#define UNSYNCED_FILE "unsynced"

/* Calls `each` with the short ID of every layer. */
static void each_layer(Store *store,
		       void (*each)(Store *store, const char *id, LayerRecord *record,
				    void *userdata),
		       void *userdata)
{
	int fd = fs_open_dir(store_fd(store), "layers");
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		(void)fd_close(fd);
		return;
	}
	while ((e = readdir(d))) {
		cleanup_free char *id = endswith(e->d_name, ".json")
						? xstrndup(e->d_name, strlen(e->d_name) - 5)
						: NULL;
		LayerRecord record = { 0 };

		if (!id || !layer_id_valid(id))
			continue;
		/* One that cannot be read is as good as not synced. */
		(void)layer_read(store, id, &record, NULL);
		each(store, id, &record, userdata);
		json_clear(&layer_record_type, &record);
	}
}

/* ---- writing through ---- */

int store_mark_unsynced(Store *store, Error **err)
{
	cleanup_free char *boot_id = host_boot_id();
	int r = fs_write_atomic(store_fd(store), UNSYNCED_FILE, boot_id, strlen(boot_id), 0600,
				FS_SYNC);

	return r < 0 ? error_errno(err, -r, "write %s/" UNSYNCED_FILE, store_path(store)) : 0;
}

static void add_unsynced(Store *store, const char *id, LayerRecord *record, void *userdata)
{
	char ***ids = userdata;

	(void)store;
	if (!record->synced)
		strv_add(ids, id);
}

/* The lock is not held while the disk works, so only layers that were there before are marked. */
static int sync_now(Store *store)
{
	cleanup_strv char **ids = NULL;
	cleanup_strv char **later = NULL;
	cleanup_fd int lock = -1;

	each_layer(store, add_unsynced, &ids);
	if (syncfs(store_fd(store)) < 0)
		return -errno;
	lock = fs_lock(store_fd(store), "lock", LOCK_EX);
	if (lock < 0)
		return lock;
	STRV_FOREACH(id, ids) {
		LayerRecord record = { 0 };

		if (layer_read(store, *id, &record, NULL) >= 0) {
			record.synced = true;
			(void)layer_write(store, *id, &record, FS_SYNC, NULL);
		}
		json_clear(&layer_record_type, &record);
	}
	each_layer(store, add_unsynced, &later);
	if (strv_length(later) == 0)
		(void)unlinkat(store_fd(store), UNSYNCED_FILE, 0);
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
		(void)close_range(3, (unsigned)keep - 1, 0);
	(void)close_range((unsigned)keep + 1, ~0U, 0);
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

typedef struct Suspects {
	const char *boot_id;
	char **ids;
} Suspects;

static void add_suspect(Store *store, const char *id, LayerRecord *record, void *userdata)
{
	Suspects *s = userdata;

	(void)store;
	if (!record->synced && !streq_null(record->boot_id, s->boot_id))
		strv_add(&s->ids, id);
}

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
	(void)store_collect_garbage(store, &index, NULL, NULL);
	(void)unlinkat(store_fd(store), UNSYNCED_FILE, 0);
}

void store_check_synced(Store *store)
{
	cleanup_strbuf Strbuf written = STRBUF_INIT;
	cleanup_free char *boot_id = NULL;
	cleanup_fd int lock = -1;
	Suspects s = { 0 };

	if (fs_read_file(store_fd(store), UNSYNCED_FILE, 256, &written) < 0)
		return;
	boot_id = host_boot_id();
	if (streq_null(written.data, boot_id))
		return;
	lock = fs_lock(store_fd(store), "lock", LOCK_EX | LOCK_NB);
	if (lock < 0)
		return;
	s.boot_id = boot_id;
	each_layer(store, add_suspect, &s);
	forget(store, s.ids);
	strv_free(s.ids);
}
