/* fuzz-substitute: variables in any text. */
#include <stdint.h>
#include <stdlib.h>

#include "compose/dotenv.h"
#include "compose/substitute.h"
#include "libcommon/alloc.h"
#include "libcommon/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const environment[] = { "A=a", "EMPTY=", NULL };
	cleanup_free char *text = xstrndup((const char *)data, size), *result = NULL;
	cleanup_error Error *err = NULL;
	SubstituteFailure why;

	log_set_level(LOG_LEVEL_FATAL);
	if (substitute(text, variable_lookup_env, environment, &result, &why, &err) >= 0 ? !result
											 : !err)
		abort();
	return 0;
}
