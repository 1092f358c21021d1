#include <stdint.h>

#include "librunner/init/spec.c"
#include "librunner/init/text.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size ? size : 1);
	Spec s;

	memcpy(copy, data, size);
	if (!spec_parse(copy, size, &s) && !s.argv[0])
		abort();
	spec_clear(&s);
	free(copy);
	return 0;
}
