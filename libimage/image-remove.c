/* image-remove: `docker rmi`, in its words. */
#include "libimage/image.h"

#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libimage/reference.h"
#include "libimage/store-internal.h"

#define SHORT_ID 12

typedef struct Removal {
	Store *store;
	ImageIndex index;
	ImageRecord *record;
	const char *name; /* as the user gave it */
	char *ref; /* the canonical name that matched; NULL: an ID */
	bool force;
	char *container; /* that uses it, "running " before its ID when it runs; NULL: none */
	char **messages;
} Removal;

static void untagged(Removal *m, const char *canonical)
{
	cleanup_reference Reference *ref = NULL;
	cleanup_free char *familiar = NULL;

	if (reference_parse(canonical, &ref, NULL) >= 0)
		familiar = reference_familiar(ref);
	strv_addf(&m->messages, "Untagged: %s", familiar ? familiar : canonical);
}

/* "docker.io/library/debian" of "docker.io/library/debian:12" or "…@sha256:…". */
static char *repository_of(const char *canonical)
{
	const char *slash = strrchr(canonical, '/');
	const char *end = slash ? slash + strcspn(slash, ":@") : canonical + strlen(canonical);

	return xstrndup(canonical, (size_t)(end - canonical));
}

static bool has_repository(char *const *names, const char *repository)
{
	STRV_FOREACH(name, names) {
		cleanup_free char *other = repository_of(*name);

		if (streq(other, repository))
			return true;
	}
	return false;
}

/* With the last name of a repository go the digests it was pulled by. */
static void untag_digests(Removal *m, const char *repository)
{
	char **kept = NULL;

	STRV_FOREACH(digest, m->record->repo_digests) {
		cleanup_free char *own = repository_of(*digest);

		if (streq(own, repository))
			untagged(m, *digest);
		else
			strv_add(&kept, *digest);
	}
	strv_free(m->record->repo_digests);
	m->record->repo_digests = kept;
}

static void untag(Removal *m, const char *canonical)
{
	cleanup_free char *name = xstrdup(canonical), *repository = repository_of(canonical);

	if (image_record_untag(m->record, name))
		untagged(m, name);
	if (!has_repository(m->record->names, repository))
		untag_digests(m, repository);
}

static int conflict_of_name(const Removal *m, Error **err)
{
	const char *id = startswith(m->container, "running ");

	return error_set(err, EBUSY,
			 "conflict: unable to remove repository reference \"%s\" (must force) - "
			 "container %s is using its referenced image %.*s",
			 m->name, id ? id : m->container, SHORT_ID, digest_hex(m->record->id));
}

static int conflict_of_id(const Removal *m, Error **err)
{
	const char *id = startswith(m->container, "running ");

	return error_set(err, EBUSY,
			 "conflict: unable to delete %.*s (%s be forced) - image is being used by "
			 "%s container %s",
			 SHORT_ID, digest_hex(m->record->id), id ? "cannot" : "must",
			 id ? "running" : "stopped", id ? id : m->container);
}

/* Whether the image goes with this: 1, 0 when it stays without the name. */
static int remove_name(Removal *m, Error **err)
{
	bool last = strv_length(m->record->names) <= 1;

	if (last && m->container && !m->force)
		return conflict_of_name(m, err);
	untag(m, m->ref);
	return last && !m->container;
}

static bool several_repositories(const ImageRecord *record)
{
	cleanup_free char *first =
		record->names && record->names[0] ? repository_of(record->names[0]) : NULL;

	STRV_FOREACH(name, record->names) {
		cleanup_free char *other = repository_of(*name);

		if (!streq(other, first))
			return true;
	}
	return false;
}

static int remove_id(Removal *m, Error **err)
{
	if (m->container && (!m->force || startswith(m->container, "running ")))
		return conflict_of_id(m, err);
	if (!m->force && several_repositories(m->record))
		return error_set(err, EBUSY,
				 "conflict: unable to delete %.*s (must be forced) - image is "
				 "referenced in multiple repositories",
				 SHORT_ID, digest_hex(m->record->id));
	while (m->record->names && m->record->names[0])
		untag(m, m->record->names[0]);
	return 1;
}

/* The topmost first, as they were stacked; other garbage after them. */
static void report_deleted(Removal *m, char *const *chain_ids, char *const *deleted)
{
	for (size_t i = strv_length(chain_ids); i > 0; i--)
		if (strv_contains(deleted, chain_ids[i - 1]))
			strv_addf(&m->messages, "Deleted: %s", chain_ids[i - 1]);
	STRV_FOREACH(id, deleted)
		if (!strv_contains(chain_ids, *id))
			strv_addf(&m->messages, "Deleted: %s", *id);
}

/* The chain IDs of the image's layers, the lowest first. */
static char **chain_ids_of(const Removal *m)
{
	char **ids = NULL;

	STRV_FOREACH(layer, m->record->layers) {
		LayerRecord record = { 0 };

		if (layer_read(m->store, *layer, &record, NULL) >= 0)
			strv_add(&ids, record.chain_id);
		json_clear(&layer_record_type, &record);
	}
	return ids;
}

static int remove_record(Removal *m, Error **err)
{
	cleanup_strv char **chain_ids = chain_ids_of(m), **deleted = NULL;
	int r = m->ref ? remove_name(m, err) : remove_id(m, err);
	bool gone = r > 0;

	if (r < 0)
		return r;
	if (gone) {
		strv_addf(&m->messages, "Deleted: %s", m->record->id);
		image_index_remove(&m->index, m->record);
	}
	r = image_index_write(m->store, &m->index, err);
	if (r < 0 || !gone)
		return r;
	r = store_collect_garbage(m->store, &m->index, &deleted, err);
	report_deleted(m, chain_ids, deleted);
	return r;
}

static void removal_clear(Removal *m)
{
	image_index_clear(&m->index);
	free(m->ref);
	free(m->container);
	strv_free(m->messages);
}

int image_remove(Store *store, const char *name, bool force,
		 char *(*in_use)(const char *id, void *userdata), void *userdata,
		 char ***ret_messages, Error **err)
{
	cleanup(removal_clear) Removal m = { .store = store, .name = name, .force = force };
	cleanup_fd int lock = store_lock(store, LOCK_EX, err);
	int r;

	if (lock < 0)
		return lock;
	r = image_index_read(store, &m.index, err);
	if (r >= 0)
		r = image_index_lookup(&m.index, name, &m.record, &m.ref, err);
	if (r < 0)
		return r;
	/* A digest reference names the image, not one of its tags. */
	if (m.ref && !strv_contains(m.record->names, m.ref)) {
		free(m.ref);
		m.ref = NULL;
	}
	if (in_use)
		m.container = in_use(m.record->id, userdata);
	r = remove_record(&m, err);
	if (r < 0)
		return r;
	*ret_messages = steal(&m.messages);
	return 0;
}
