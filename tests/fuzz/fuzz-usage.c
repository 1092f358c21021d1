/* What the kernel, ps and a file of ours say about usage: the first byte chooses the reader. */
#include <stdint.h>
#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-top.h"
#include "librunner/limits-math.h"
#include "librunner/usage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_top(const char *text)
{
	static const pid_t pids[] = { 1, 7, 300 };
	cleanup_strv char **lines = NULL;

	(void)top_filter(text, pids, 3, &lines, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = size ? xstrndup((const char *)data + 1, size - 1) : NULL;
	uint8_t set[16];
	Usage u = { 0 };
	size_t n;

	if (!text)
		return 0;
	switch (data[0]) {
	case 'n':
		usage_parse_network(text, &u);
		break;
	case '1':
		usage_parse_io_v1(text, &u);
		break;
	case '2':
		usage_parse_io_v2(text, &u);
		break;
	case 'k':
		(void)usage_parse_key(text, "inactive_file");
		break;
	case 'c':
		(void)cpu_list_parse(text, set, sizeof(set), &n);
		break;
	default:
		read_top(text);
	}
	return 0;
}
