/* fuzz-dotenv: what a file sets are pairs. */
#include <stdint.h>
#include <stdlib.h>

#include "compose/dotenv.h"
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const outer[] = { "A=a", "EMPTY=", NULL };
	cleanup_free char *text = xstrndup((const char *)data, size);
	cleanup_strv char **env = NULL;
	cleanup_error Error *err = NULL;

	log_set_level(LOG_LEVEL_FATAL);
	if (dotenv_parse(text, strlen(text), variable_lookup_env, outer, &env, &err) < 0 && !err)
		abort();
	STRV_FOREACH(pair, env)
		if (!strchr(*pair, '='))
			abort();
	return 0;
}
