/* fuzz-template: whatever parses either executes or says why not. */
#include "libcommon/cli/template.h"

#include "libcommon/alloc.h"
#include "libcommon/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = xstrndup((const char *)data, size);
	cleanup_json json_t *value =
		json_pack("{s:s,s:i,s:f,s:n,s:[s,i],s:{s:s},s:b}", "S", "text", "I", 3, "F", 1.5,
			  "N", "L", "a", 2, "O", "k", "v", "B", 1);
	cleanup(template_freep) Template *t = NULL;
	cleanup_strbuf Strbuf out = STRBUF_INIT;
	cleanup_error Error *err = NULL;
	int r = template_parse(text, &t, &err);

	if (r >= 0)
		r = template_execute(t, value, size & (TEMPLATE_HEADER | TEMPLATE_MAP), &out, &err);
	if ((r < 0) != (err != NULL))
		abort();
	return 0;
}
