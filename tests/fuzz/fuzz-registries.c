#include <stdint.h>
#include <stdlib.h>

#include "libimage/registries.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* config.yaml: of what was accepted every registry has endpoints, itself the last. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_registries Registries *r = NULL;
	cleanup_error Error *err = NULL;

	if (registries_parse((const char *)data, size, "input", &r, &err) < 0)
		return err ? 0 : (abort(), 0);
	for (size_t i = 0; i < r->n; i++) {
		Endpoint *e;
		size_t n;

		registries_endpoints(r, r->items[i].name, &e, &n);
		if (n == 0 || e[n - 1].mirror)
			abort();
		endpoints_free(e, n);
	}
	return 0;
}
