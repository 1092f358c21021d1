#include <stdint.h>
#include <stdlib.h>

#include "libcommon/str.h"
#include "libimage/registry-error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The body of a refusal: what is shown of it is one line of printable UTF-8. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_response HttpResponse r = { .status = 403 };
	cleanup_error Error *err = NULL;

	strbuf_add(&r.body, data, size);
	if (registry_status_error(&r, &err) >= 0 || !err)
		abort();
	for (const unsigned char *p = (const unsigned char *)err->msg; *p; p++)
		if (*p < ' ' || *p == 0x7f)
			abort();
	return 0;
}
