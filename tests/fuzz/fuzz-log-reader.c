#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libcommon/fs.h"
#include "librunner/log-reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[] = "/tmp/fuzz-log.XXXXXX";

static void remove_directory(void)
{
	(void)fs_remove_tree(AT_FDCWD, path);
}

static off_t read_log(int dir, const char *name, int64_t tail)
{
	LogsOptions options = { .timestamps = tail == 3, .details = tail == 5, .tail = tail };
	LogReader *reader = NULL;
	LogOutput o;
	off_t n = 0;

	if (log_output_init(&o, &options, NULL) < 0)
		abort();
	o.out = o.err = memfd_create("out", MFD_CLOEXEC);
	if (log_reader_open(dir, name, tail, &reader, NULL) < 0 ||
	    log_reader_copy(reader, &o, NULL) < 0)
		abort();
	n = lseek(o.out, 0, SEEK_END);
	log_reader_free(reader);
	log_output_clear(&o);
	(void)close(o.out);
	return n;
}

/* A log of two files, cut somewhere: a tail is never more than all of it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int dir = -1;
	size_t cut = size ? data[0] * size / 256 : 0;
	off_t all;

	if (dir < 0) {
		if (!mkdtemp(path))
			abort();
		dir = fs_open_dir(AT_FDCWD, path);
		(void)atexit(remove_directory);
	}
	if (fs_write_atomic(dir, "log.1", data, cut, 0600, 0) < 0 ||
	    fs_write_atomic(dir, "log", data + cut, size - cut, 0600, 0) < 0)
		abort();
	all = read_log(dir, "log", -1);
	for (int64_t tail = 0; tail < 3; tail++)
		if (read_log(dir, "log", tail) > all)
			abort();
	(void)read_log(dir, "log", 3);
	(void)read_log(dir, "log", 5);
	return 0;
}
