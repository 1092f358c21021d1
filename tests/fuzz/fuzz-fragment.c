/* fuzz-fragment: a configuration fragment. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/options/fragment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = xstrndup((const char *)data, size);
	cleanup_error Error *err = NULL;
	RunFlags flags = { 0 };

	/* What would read files of whoever runs this. */
	if (strstr(text, "file") || strstr(text, "seccomp"))
		return 0;
	run_flags_init(&flags);
	(void)fragment_apply_text(&flags, "/nosuch/f.yaml", text, strlen(text), &err);
	run_flags_clear(&flags);
	flags_clear(run_flags, &flags);
	return 0;
}
