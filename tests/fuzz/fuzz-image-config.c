#include <stdint.h>
#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libimage/platform.h"
#include "libimage/store-internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The config of an image: what was accepted has diff IDs within bounds, and its platform can be
 * compared whatever it calls itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_image Image *image = xnew0(Image, 1);
	cleanup_error Error *err = NULL;

	if (image_config_decode((const char *)data, size, image, &err) < 0)
		return err ? 0 : (abort(), 0);
	if (strv_length(image->diff_ids) > IMAGE_MAX_LAYERS)
		abort();
	STRV_FOREACH(id, image->diff_ids)
		if (!digest_valid(*id))
			abort();
	(void)image_runs_on(image, "linux/arm64", NULL);
	return 0;
}
