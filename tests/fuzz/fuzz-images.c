#include <stdint.h>
#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libimage/store-internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was accepted is used for paths. */
static void check_record(const ImageRecord *image)
{
	if (!digest_valid(image->id) || (image->manifest && !digest_valid(image->manifest)))
		abort();
	STRV_FOREACH(layer, image->layers)
		if (!layer_id_valid(*layer))
			abort();
}

static void images(const char *text, size_t n)
{
	cleanup_image_index ImageIndex index = { 0 };
	cleanup_json json_t *value = NULL;
	ImageRecord *found;

	if (json_parse(text, n, "images.json", &value, NULL) < 0 ||
	    image_index_decode(value, &index, NULL) < 0)
		return;
	for (size_t i = 0; i < index.n; i++)
		check_record(&index.images[i]);
	(void)image_index_lookup(&index, "debian:12", &found, NULL, NULL);
	(void)image_index_lookup(&index, "ab", &found, NULL, NULL);
}

static void config(const char *text, size_t n)
{
	cleanup_image Image *image = xnew0(Image, 1);
	cleanup_error Error *err = NULL;

	if (image_config_decode(text, n, image, &err) < 0 && !err)
		abort();
	STRV_FOREACH(id, image->diff_ids)
		if (!digest_valid(*id))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	images((const char *)data, size);
	config((const char *)data, size);
	return 0;
}
