/* fuzz-volume: a value of -v: whatever is accepted is absolute on both sides. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-check.h"
#include "librunner/options/volumes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = xstrndup((const char *)data, size), *resolved = NULL;
	cleanup_bind Bind bind = { 0 };
	cleanup_error Error *err = NULL;

	if (volume_resolve(text, "/base", &resolved, &err) < 0)
		return 0;
	err = error_free(err);
	if (bind_parse(resolved, &bind, &err) >= 0 &&
	    (bind.source[0] != '/' || bind.target[0] != '/' || !bind.target[1]))
		abort();
	return 0;
}
