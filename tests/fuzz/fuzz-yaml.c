/* fuzz-yaml: a parsed document can be written as JSON, whatever the input. */
#include "libcommon/json.h"
#include "libcommon/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_error Error *err = NULL;
	cleanup_json json_t *v = NULL;
	cleanup_free char *text = NULL;

	if (yaml_parse((const char *)data, size, "fuzz", &v, &err) < 0) {
		if (!err || !*err->msg)
			abort();
		return 0;
	}
	text = json_text(v);
	return 0;
}
