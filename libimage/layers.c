/* layers: the records of unpacked layers, layers/<id>.json. */
#include "libimage/store.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"

#define LAYER_RECORD_MAX (64 * 1024)

static const JsonField layer_record_fields[] = {
	JSON_STRING(LayerRecord, "chainID", chain_id, JSON_REQUIRED),
	JSON_STRING(LayerRecord, "diffID", diff_id, JSON_OMIT_EMPTY),
	JSON_STRING(LayerRecord, "parent", parent, JSON_OMIT_EMPTY),
	JSON_STRING(LayerRecord, "recipe", recipe, JSON_OMIT_EMPTY),
	JSON_INT(LayerRecord, "size", size, 0),
	JSON_END,
};
const JsonType layer_record_type = { "layer", sizeof(LayerRecord), layer_record_fields };

bool layer_id_valid(const char *id)
{
	size_t n = strspn(id, "0123456789abcdef");

	return !id[n] && n >= LAYER_ID_LENGTH && n <= DIGEST_HEX;
}

int layer_read(Store *store, const char *id, LayerRecord *ret, Error **err)
{
	cleanup_free char *path = xasprintf("layers/%s.json", id);

	return json_read_file(store_fd(store), path, LAYER_RECORD_MAX, &layer_record_type, ret,
			      err);
}

int layer_write(Store *store, const char *id, const LayerRecord *record, int flags, Error **err)
{
	cleanup_free char *path = xasprintf("layers/%s.json", id);

	return json_write_file(store_fd(store), path, &layer_record_type, record, 0600, flags, err);
}

/* The n-th candidate for a chain ID's short ID: its head, longer each time. NULL: no more. */
static char *candidate(const char *chain_id, size_t n)
{
	return LAYER_ID_LENGTH + n > DIGEST_HEX
		       ? NULL
		       : xstrndup(digest_hex(chain_id), LAYER_ID_LENGTH + n);
}

int layer_find(Store *store, const char *chain_id, char **ret_id, Error **err)
{
	char *id;

	for (size_t n = 0; (id = candidate(chain_id, n)); n++) {
		cleanup_free char *owned = id;
		cleanup_error Error *e = NULL;
		LayerRecord record = { 0 };
		int r = layer_read(store, id, &record, &e);
		bool same = r >= 0 && streq(record.chain_id, chain_id);

		json_clear(&layer_record_type, &record);
		if (r == -ENOENT)
			return 0;
		if (same) {
			*ret_id = steal(&owned);
			return 1;
		}
		/* A record that a lost power supply has cut is no layer; others are an error. */
		if (r < 0 && r != -EINVAL)
			return error_propagate(err, steal(&e));
	}
	return 0;
}

char *layer_choose_id(Store *store, const char *chain_id)
{
	char *id;

	for (size_t n = 0; (id = candidate(chain_id, n)); n++) {
		cleanup_free char *path = xasprintf("layers/%s.json", id);

		if (faccessat(store_fd(store), path, F_OK, 0) < 0)
			return id;
		free(id);
	}
	/* 53 layers would have to share the first 12 digits, then 13… of a SHA-256. */
	abort();
}

int64_t image_layers_size(Store *store, char *const *layers)
{
	int64_t size = 0;

	STRV_FOREACH(id, layers) {
		LayerRecord record = { 0 };

		if (layer_read(store, *id, &record, NULL) >= 0)
			size += record.size;
		json_clear(&layer_record_type, &record);
	}
	return size;
}
