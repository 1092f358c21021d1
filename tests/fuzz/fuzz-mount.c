/* fuzz-mount: a value of --mount; what is understood must be understood again when it is written
 * anew. */
#include "librunner/options/mount.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/options/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = xstrndup((const char *)data, size), *record = NULL;
	cleanup_strv char **fields = NULL, **again = NULL;
	cleanup_mount Mount m = { 0 };
	cleanup_error Error *err = NULL;

	(void)mount_parse(text, "/base", &m, &err);
	if (csv_parse(text, &fields, NULL) < 0)
		return 0;
	STRV_FOREACH(it, fields)
		csv_add(&record, *it, NULL);
	/* A single empty field is an empty record, which is none. */
	if (!*record)
		return 0;
	if (csv_parse(record, &again, NULL) < 0 || !strv_equal(fields, again))
		abort();
	return 0;
}
