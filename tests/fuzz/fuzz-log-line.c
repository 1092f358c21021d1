#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "librunner/log-line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LogLine line = { 0 };

	/* Unescaping and base64 never make a text longer. */
	if (log_line_parse((const char *)data, size, &line) == 0 && line.data.len > size)
		abort();
	log_line_clear(&line);
	return 0;
}
