/* brief-cache: containers.cache, what the two files of each container said. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/container-brief.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"

#define CACHE_FILE "containers.cache"
#define CACHE_MAX_SIZE (256 << 20)
#define CACHE_VERSION 1
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
	ContainerState state;
} CacheRow;

typedef struct CacheFile {
	int64_t version;
	CacheRow *rows; /* by ID */
	size_t n;
} CacheFile;

static const JsonField row_fields[] = {
	JSON_STRING(CacheRow, "Key", key, JSON_REQUIRED),
	JSON_OBJECT(CacheRow, "Container", c, &container_brief_type, JSON_REQUIRED),
	JSON_OBJECT(CacheRow, "State", state, &container_state_brief_type, JSON_REQUIRED),
	JSON_END,
};
static const JsonType row_type = { "row", sizeof(CacheRow), row_fields };

static const JsonField file_fields[] = {
	JSON_INT(CacheFile, "Version", version, JSON_REQUIRED),
	JSON_ARRAY(CacheFile, "Rows", rows, n, &row_type, 0),
	JSON_END,
};
static const JsonType file_type = { CACHE_FILE, sizeof(CacheFile), file_fields };

struct BriefCache {
	Runtime *rt;
	CacheFile old;
	CacheRow *listed; /* borrowed containers, for the next file */
	size_t n, cap;
	size_t missing; /* that the old one does not have */
	int64_t now;
};

BriefCache *brief_cache_open(Runtime *rt)
{
	BriefCache *cache = xnew0(BriefCache, 1);

	cache->rt = rt;
	cache->now = timestamp_current();
	if (json_read_file(store_fd(rt->store), CACHE_FILE, CACHE_MAX_SIZE, &file_type, &cache->old,
			   NULL) < 0 ||
	    cache->old.version != CACHE_VERSION)
		json_clear(&file_type, &cache->old);
	return cache;
}

BriefCache *brief_cache_free(BriefCache *cache)
{
	if (!cache)
		return NULL;
	for (size_t i = 0; i < cache->n; i++)
		free(cache->listed[i].key);
	free(cache->listed);
	json_clear(&file_type, &cache->old);
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
	c->state = row->state;
	row->c = (Container){ .id = xstrdup(c->id) };
	row->state = (ContainerState){ 0 };
	return c;
}

static Container *find_row(BriefCache *cache, const char *id, const char *key)
{
	CacheRow *row =
		cache->old.n ? bsearch(id, cache->old.rows, cache->old.n, sizeof(*row), compare_id)
			     : NULL;

	return row && streq_null(row->key, key) ? take_row(row) : NULL;
}

static void remember(BriefCache *cache, const char *key, const Container *c)
{
	GROW(cache->listed, cache->n, &cache->cap);
	cache->listed[cache->n++] = (CacheRow){ .key = xstrdup(key), .c = *c, .state = c->state };
}

static Container *read_one(Runtime *rt, const char *id)
{
	cleanup_error Error *e = NULL;
	Container *c = NULL;
	int r = container_load_brief(rt, id, &c, &e);

	if (r < 0 && r != -ENOENT)
		log_warning("%s", e->msg);
	return c;
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
	if (container_state_is_stale(&c->state))
		correct_state(cache, c);
	else if (settled)
		remember(cache, key, c);
}

void brief_cache_close(BriefCache *cache)
{
	CacheFile next = { CACHE_VERSION, cache->listed, cache->n };

	if (cache->missing <= MISSING_MAX && cache->missing <= cache->n / MISSING_PART)
		return;
	qsort(next.rows, next.n, sizeof(*next.rows), compare_rows);
	/* A cache that cannot be written is no trouble of whoever asks for a list. */
	(void)json_write_file(store_fd(cache->rt->store), CACHE_FILE, &file_type, &next, 0600, 0,
			      NULL);
}
