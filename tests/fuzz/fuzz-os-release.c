#include <stdint.h>
#include <stdlib.h>

#include "librunner/os-release.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_os_release OsRelease *os = os_release_parse((const char *)data, size);

	if (!os->id)
		abort();
	(void)os_release_is(os, "debian");
	return 0;
}
