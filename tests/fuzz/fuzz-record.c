/* fuzz-record: a file of records, cut or made up: read or refused, and written again the same. */
#include "libcommon/record.h"

#include "libcommon/alloc.h"
#include "librunner/container-brief.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *copy = xmemdup(data, size);
	RecordReader reader = { copy, copy + size };
	Container *c = xnew0(Container, 1);

	if (record_decode(&container_type, &reader, c) >= 0) {
		cleanup_strbuf Strbuf out = STRBUF_INIT, again = STRBUF_INIT;
		Container *other = xnew0(Container, 1);
		RecordReader back;

		record_encode(&container_type, c, &out);
		back = (RecordReader){ out.data, out.data + out.len };
		if (record_decode(&container_type, &back, other) < 0)
			abort();
		record_encode(&container_type, other, &again);
		if (out.len != again.len || memcmp(out.data, again.data, out.len) != 0)
			abort();
		container_free(other);
	}
	container_free(c);
	return 0;
}
