#include <stddef.h>
#include <stdint.h>

#include "libcommon/env-file.h"
#include "libcommon/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_strv char **env = NULL;
	cleanup_error Error *err = NULL;

	(void)env_file_parse((const char *)data, size, true, &env, &err);
	return 0;
}
