#include <stdint.h>

#include "libcommon/str.h"
#include "librunner/cgroup-hierarchy.h"
#include "librunner/init/mountinfo.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	Mounts m;

	memcpy(text, data, size);
	text[size] = '\0';
	strv_free(hierarchies_parse("0::/a/b\n1:cpu,name=x:/\n", text));
	strv_free(hierarchies_parse(text, "30 25 0:30 / /c rw - cgroup2 cgroup2 rw\n"));
	if (mounts_parse(text, &m))
		for (size_t i = 0; i < m.n; i++)
			if (!m.points[i])
				abort();
	mounts_clear(&m);
	return 0;
}
