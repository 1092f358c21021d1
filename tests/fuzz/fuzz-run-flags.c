/* fuzz-run-flags: a command line of `run`, one word a line, through flags, completion, the engine's
 * checks and JSON and back. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-check.h"
#include "librunner/options/run-words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What would read files of whoever runs this. */
static bool reads_files(const char *text)
{
	return strstr(text, "file") || strstr(text, "seccomp");
}

static void check_round_trip(const HostConfig *host)
{
	cleanup_json json_t *value = json_encode(&host_config_type, host), *again = NULL;
	HostConfig copy;

	host_config_init(&copy);
	if (json_decode(value, &host_config_type, &copy, NULL) < 0)
		abort();
	again = json_encode(&host_config_type, &copy);
	if (!json_equal(value, again))
		abort();
	json_clear(&host_config_type, &copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = xstrndup((const char *)data, size);
	cleanup_strv char **words = strv_split(text, '\n'), **kept = NULL;
	cleanup_error Error *err = NULL, *refusal = NULL;
	RunFlags flags = { 0 };
	FlagSet set = { run_flags, &flags };
	FlagsParsed parsed = { 0 };

	if (reads_files(text))
		return 0;
	run_flags_init(&flags);
	if (flags_parse(&set, 1, false, words, &parsed, &err) >= 0 && parsed.operands[0] &&
	    run_flags_complete(&flags, parsed.operands, &err) >= 0) {
		check_round_trip(&flags.create.host);
		(void)container_check(&flags.create, &refusal);
		(void)run_words_keep(parsed.words, &kept, NULL);
	}
	run_flags_clear(&flags);
	flags_clear(run_flags, &flags);
	flags_parsed_clear(&parsed);
	return 0;
}
