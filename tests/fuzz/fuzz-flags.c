/* fuzz-flags: a command line, one word per line, never gives more operands than it has words. */
#include "libcommon/cli/flags.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"

typedef struct Options {
	bool yes, no;
	char *string;
	char **list;
	int64_t integer, natural, bytes, duration;
} Options;

/* clang-format off */
static const Flag flags[] = {
	FLAG_BOOL(Options, "yes", 'y', yes, ""),
	FLAG_BOOL(Options, "no", 'n', no, ""),
	FLAG_STRING(Options, "string", 's', string, ""),
	FLAG_LIST(Options, "list", 'l', list, ""),
	FLAG_INT(Options, "integer", 'i', integer, ""),
	FLAG_UINT(Options, "natural", 'u', natural, ""),
	FLAG_BYTES(Options, "bytes", 'b', bytes, ""),
	FLAG_DURATION(Options, "duration", 'd', duration, ""),
	FLAG_REFUSED("refused", 'r', NULL, "no"),
	FLAG_END,
};
/* clang-format on */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = xstrndup((const char *)data, size);
	cleanup_strv char **words = strv_split(text, '\n');
	cleanup_error Error *err = NULL;
	cleanup_free char *duration = NULL;
	Options o = { 0 };
	FlagSet set = { flags, &o };
	FlagsParsed parsed;
	int64_t again;
	int r = flags_parse(&set, 1, size % 2, words, &parsed, &err);

	if ((r < 0) != (err != NULL) || strv_length(parsed.operands) > strv_length(words))
		abort();
	duration = duration_text(o.duration);
	if (units_parse_duration(duration, &again, NULL) < 0 || again != o.duration)
		abort();
	flags_clear(flags, &o);
	flags_parsed_clear(&parsed);
	return 0;
}
