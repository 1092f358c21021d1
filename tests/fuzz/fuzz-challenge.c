#include <stdint.h>
#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libimage/challenge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* WWW-Authenticate: a bearer challenge has an address, whatever came. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = xstrndup((const char *)data, size);
	cleanup_challenge Challenge c = { 0 };

	(void)challenge_parse(text, &c);
	if (c.scheme == CHALLENGE_BEARER && (!c.realm || !*c.realm))
		abort();
	return 0;
}
