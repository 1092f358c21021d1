#include <stddef.h>
#include <stdint.h>

#include "librunner/container.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* config.json and state.json: whatever decodes can be written and read again. */
static void decode(const json_t *value, const JsonType *type, void *first, void *second)
{
	if (json_decode(value, type, first, NULL) >= 0) {
		cleanup_json json_t *again = json_encode(type, first);

		if (json_decode(again, type, second, NULL) < 0)
			__builtin_trap();
	}
	json_clear(type, first);
	json_clear(type, second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_json json_t *value = NULL;
	Container a = { 0 }, b = { 0 };
	ContainerState s = { 0 }, t = { 0 };

	if (json_parse((const char *)data, size, "container", &value, NULL) < 0)
		return 0;
	decode(value, &container_type, &a, &b);
	decode(value, &container_state_type, &s, &t);
	return 0;
}
