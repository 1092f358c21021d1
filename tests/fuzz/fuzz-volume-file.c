/* volume.json, and the option `o`. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/volume-internal.h"
#include "librunner/volume-mount.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Volume *v = xnew0(Volume, 1);
	cleanup_free char *text = xstrndup((const char *)data, size);
	VolumeMountOptions o;

	if (volume_parse((const char *)data, size, v, NULL) >= 0) {
		json_t *value;

		/* What is accepted can be a directory's name. */
		if (strchr(v->name, '/') || v->name[0] == '.')
			abort();
		v->mountpoint = xstrdup("/x");
		value = volume_inspect_json(v);
		json_decref(value);
	}
	volume_free(v);
	volume_mount_options_parse(text, &o);
	free(o.data);
	return 0;
}
