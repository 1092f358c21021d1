#include <stdint.h>
#include <stdlib.h>

#include "libcommon/str.h"
#include "libimage/credentials.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A docker config.json, asked for the registries of the corpus. No helper program is ever found. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const registries[] = { "docker.io", "quay.io", "localhost:5000" };

	(void)setenv("PATH", "/nonexistent", 1);
	for (size_t i = 0; i < sizeof(registries) / sizeof(*registries); i++) {
		cleanup_credentials Credentials c = { 0 };
		cleanup_error Error *err = NULL;
		int r = credentials_parse((const char *)data, size, "input", registries[i],
					  "org/image", &c, &err);

		if ((r < 0) != (err != NULL))
			abort();
		if (r > 0 && str_empty(c.username) && str_empty(c.identity_token) &&
		    str_empty(c.registry_token))
			abort();
	}
	return 0;
}
