#include <stdint.h>
#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was accepted is accepted again in both of its forms, and means the same. */
static void again(const char *text, const char *canonical)
{
	cleanup_reference Reference *ref = NULL;
	cleanup_free char *same = NULL;

	if (reference_parse(text, &ref, NULL) < 0)
		abort();
	same = reference_canonical(ref);
	if (!streq(same, canonical))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = xstrndup((const char *)data, size);
	cleanup_reference Reference *ref = NULL;
	cleanup_free char *canonical = NULL, *familiar = NULL;
	cleanup_error Error *err = NULL;

	if (reference_parse(text, &ref, &err) < 0)
		return err ? 0 : (abort(), 0);
	canonical = reference_canonical(ref);
	familiar = reference_familiar(ref);
	again(canonical, canonical);
	again(familiar, canonical);
	return 0;
}
