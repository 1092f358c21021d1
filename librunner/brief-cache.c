/* brief-cache: containers.cache, what the two files of each container said. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/record.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/container-brief.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"

#define CACHE_FILE "containers.cache"
#define CACHE_MAX_SIZE (256 << 20)
/* A file younger than this may change again without changing its times (the kernel's clock is
 * coarse): it is not cached yet. */
#define SETTLED_NSEC INT64_C(1000000000)
#define KEY_SIZE 160
/* So many containers may be missing from the cache, or one in so many, before it is written anew.
 */
#define MISSING_MAX 16
#define MISSING_PART 10

typedef struct CacheRow {
	char *key; /* identities of both files */
	Container c;
} CacheRow;

/* clang-format off */
static const JsonField endpoint_row_fields[] = {
	JSON_STRING(EndpointSettings, "name", network, JSON_REQUIRED),
	JSON_END,
};
static const JsonType endpoint_row_type = { "networks", sizeof(EndpointSettings), endpoint_row_fields };

static const JsonField row_fields[] = {
	JSON_STRING(CacheRow, "key", key, JSON_REQUIRED),
	JSON_STRING(CacheRow, "id", c.id, JSON_REQUIRED),
	JSON_STRING(CacheRow, "name", c.name, JSON_REQUIRED),
	JSON_STRING(CacheRow, "created", c.created, 0),
	JSON_STRING(CacheRow, "image", c.image_id, 0),
	JSON_STRING(CacheRow, "path", c.path, 0),
	JSON_STRV(CacheRow, "args", c.args, JSON_OMIT_EMPTY),
	JSON_SET(CacheRow, "exposed", c.config.exposed_ports, JSON_OMIT_EMPTY),
	JSON_STRING(CacheRow, "imageName", c.config.image, JSON_OMIT_EMPTY),
	JSON_ENV(CacheRow, "labels", c.config.labels, JSON_OMIT_EMPTY),
	JSON_STRV(CacheRow, "binds", c.host.binds, JSON_OMIT_EMPTY),
	JSON_ARRAY(CacheRow, "mounts", c.host.mounts, c.host.n_mounts, &mount_brief_type, JSON_OMIT_EMPTY),
	JSON_STRING(CacheRow, "network", c.host.network_mode, JSON_OMIT_EMPTY),
	JSON_ARRAY(CacheRow, "networks", c.networking.endpoints, c.networking.n_endpoints, &endpoint_row_type, JSON_OMIT_EMPTY),
	JSON_BOOL(CacheRow, "autoRemove", c.host.auto_remove, JSON_OMIT_EMPTY),
	JSON_BOOL(CacheRow, "boot", c.racker.boot, JSON_OMIT_EMPTY),
	JSON_BOOL(CacheRow, "system", c.racker.system, JSON_OMIT_EMPTY),
	JSON_BOOL(CacheRow, "disabled", c.racker.disabled, JSON_OMIT_EMPTY),
	JSON_ARRAY(CacheRow, "volumes", c.racker.volumes, c.racker.n_volumes, &volume_mount_type, JSON_OMIT_EMPTY),
	JSON_STRING(CacheRow, "status", c.state.status, 0),
	JSON_INT(CacheRow, "pid", c.state.pid, JSON_OMIT_EMPTY),
	JSON_INT(CacheRow, "pidStart", c.state.pid_start, JSON_OMIT_EMPTY),
	JSON_INT(CacheRow, "monitor", c.state.monitor_pid, JSON_OMIT_EMPTY),
	JSON_INT(CacheRow, "monitorStart", c.state.monitor_start, JSON_OMIT_EMPTY),
	JSON_INT(CacheRow, "exit", c.state.exit_code, JSON_OMIT_EMPTY),
	JSON_STRING(CacheRow, "started", c.state.started_at, JSON_OMIT_EMPTY),
	JSON_STRING(CacheRow, "finished", c.state.finished_at, JSON_OMIT_EMPTY),
	JSON_ARRAY(CacheRow, "ports", c.state.ports, c.state.n_ports, &port_mapping_type, JSON_OMIT_EMPTY),
	JSON_POINTER(CacheRow, "health", c.state.health, &health_brief_type, JSON_OMIT_EMPTY),
	JSON_STRING(CacheRow, "bootId", c.state.boot_id, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType row_type = { "row", sizeof(CacheRow), row_fields };
/* clang-format on */

struct BriefCache {
	Runtime *rt;
	CacheRow *rows; /* of the file, by ID */
	size_t n_rows, rows_cap;
	CacheRow *listed; /* borrowed containers, for the next file */
	size_t n, cap;
	size_t missing; /* that the old one does not have */
	int64_t now;
};

/* The first line of the file: a cache of another table is none. */
static char *header_text(void)
{
	Strbuf text = STRBUF_INIT;

	strbuf_adds(&text, "racker containers ");
	record_signature(&row_type, &text);
	return strbuf_steal(&text);
}

static void forget_rows(BriefCache *cache)
{
	for (size_t i = 0; i < cache->n_rows; i++)
		json_clear(&row_type, &cache->rows[i]);
	free(cache->rows);
	cache->rows = NULL;
	cache->n_rows = cache->rows_cap = 0;
}

static int read_rows(BriefCache *cache, const Strbuf *text)
{
	cleanup_free char *wanted = header_text();
	RecordReader reader = { text->data, text->data + text->len };
	const char *header;
	int r = record_string(&reader, &header);

	if (r < 0 || !streq(header, wanted))
		return -EINVAL;
	while (r >= 0 && reader.at < reader.end) {
		GROW(cache->rows, cache->n_rows, &cache->rows_cap);
		cache->rows[cache->n_rows] = (CacheRow){ 0 };
		r = record_decode(&row_type, &reader, &cache->rows[cache->n_rows++]);
		if (r >= 0 && (!cache->rows[cache->n_rows - 1].c.id ||
			       !cache->rows[cache->n_rows - 1].c.name))
			r = -EINVAL;
	}
	return r;
}

BriefCache *brief_cache_open(Runtime *rt)
{
	BriefCache *cache = xnew0(BriefCache, 1);
	cleanup_strbuf Strbuf text = STRBUF_INIT;

	cache->rt = rt;
	cache->now = timestamp_current();
	if (fs_read_file(store_fd(rt->store), CACHE_FILE, CACHE_MAX_SIZE, &text) >= 0 && text.len &&
	    read_rows(cache, &text) < 0)
		forget_rows(cache);
	return cache;
}

BriefCache *brief_cache_free(BriefCache *cache)
{
	if (!cache)
		return NULL;
	for (size_t i = 0; i < cache->n; i++)
		free(cache->listed[i].key);
	free(cache->listed);
	forget_rows(cache);
	free(cache);
	return NULL;
}

static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* The identity of a file; false when it is not there. */
static bool file_key(int dirfd, const char *id, const char *name, char *buf, size_t n,
		     int64_t *ret_changed)
{
	char path[CONTAINER_ID_LENGTH + 64];
	struct stat st;

	(void)snprintf(path, sizeof(path), "containers/%s/%s", id, name);
	if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	if (nanoseconds(st.st_ctim) > *ret_changed)
		*ret_changed = nanoseconds(st.st_ctim);
	(void)snprintf(buf, n, "%llx.%llx.%llx.%llx", (unsigned long long)st.st_ino,
		       (unsigned long long)nanoseconds(st.st_mtim),
		       (unsigned long long)nanoseconds(st.st_ctim), (unsigned long long)st.st_size);
	return true;
}

/* The identities of both files in one text. `settled`: they can be believed. */
static bool container_key(BriefCache *cache, const char *id, char key[KEY_SIZE], bool *ret_settled)
{
	int64_t changed = INT64_MIN;
	int fd = store_fd(cache->rt->store);
	size_t n;

	if (!file_key(fd, id, "config.json", key, KEY_SIZE, &changed))
		return false;
	n = strlen(key);
	key[n++] = '/';
	if (!file_key(fd, id, "state.json", key + n, KEY_SIZE - n, &changed))
		return false;
	*ret_settled = changed + SETTLED_NSEC < cache->now;
	return true;
}

static int compare_id(const void *id, const void *row)
{
	const char *other = ((const CacheRow *)row)->c.id;

	return strcmp(id, other ? other : "");
}

static int compare_rows(const void *a, const void *b)
{
	return compare_id(((const CacheRow *)a)->c.id, b);
}

/* Takes a container out of the cache, where its ID stays: rows are found by it. */
static Container *take_row(CacheRow *row)
{
	Container *c = xnew0(Container, 1);

	*c = row->c;
	row->c = (Container){ .id = xstrdup(c->id) };
	return c;
}

static Container *find_row(BriefCache *cache, const char *id, const char *key)
{
	CacheRow *row = cache->n_rows
				? bsearch(id, cache->rows, cache->n_rows, sizeof(*row), compare_id)
				: NULL;

	return row && streq_null(row->key, key) ? take_row(row) : NULL;
}

static void remember(BriefCache *cache, const char *key, const Container *c)
{
	CacheRow *row;

	GROW(cache->listed, cache->n, &cache->cap);
	row = &cache->listed[cache->n++];
	*row = (CacheRow){ .key = xstrdup(key), .c = *c };
	/* What nobody asks of a container that has ended. */
	if (!container_is_running(c))
		row->c.state.boot_id = row->c.state.started_at = NULL;
}

static Container *read_one(Runtime *rt, const char *id)
{
	cleanup_error Error *e = NULL;
	Container *c = NULL;
	int r = container_load_brief(rt, id, &c, &e);

	return r < 0 ? container_load_broken(rt, id, e) : c;
}

/* What was cached of a container whose monitor has died is corrected, and not cached so. */
static void correct_state(BriefCache *cache, Container *c)
{
	json_clear(&container_state_type, &c->state);
	(void)container_state_load(cache->rt, c->id, &c->state, NULL);
}

void brief_cache_add(BriefCache *cache, Container **list, size_t *n, const char *id)
{
	char key[KEY_SIZE];
	bool settled = false, known = container_key(cache, id, key, &settled);
	Container *c = known ? find_row(cache, id, key) : NULL;

	if (!c) {
		c = read_one(cache->rt, id);
		if (!c)
			return;
		cache->missing += settled;
	}
	list[(*n)++] = c;
	if (c->broken)
		return;
	if (container_state_is_stale(&c->state))
		correct_state(cache, c);
	else if (settled)
		remember(cache, key, c);
}

void brief_cache_close(BriefCache *cache)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_free char *header = NULL;

	if (cache->missing <= MISSING_MAX && cache->missing <= cache->n / MISSING_PART)
		return;
	header = header_text();
	strbuf_add(&text, header, strlen(header) + 1);
	qsort(cache->listed, cache->n, sizeof(*cache->listed), compare_rows);
	for (size_t i = 0; i < cache->n; i++)
		record_encode(&row_type, &cache->listed[i], &text);
	/* A cache that cannot be written is no trouble of whoever asks for a list. */
	(void)fs_write_atomic(store_fd(cache->rt->store), CACHE_FILE, text.data, text.len, 0600, 0);
}
