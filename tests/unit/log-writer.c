#include "librunner/log-writer.h"

#include <fcntl.h>
#include <string.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/json.h"
#include "tests/tap.h"

#define MAX_LOG (64 << 20)

static const LogSettings settings;

static LogWriter *open_file(const char *path, const LogSettings *s)
{
	LogSink *sink = NULL;

	check_int(log_file_open(NULL, AT_FDCWD, path, s, &sink, NULL), 0);
	return log_writer_new(sink);
}

/* The objects of a log that was written in pieces of `step` bytes. */
static json_t *written(const char *data, size_t n, size_t step)
{
	char path[] = "/tmp/log-writer.XXXXXX";
	cleanup_fd int fd = mkstemp(path);
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	json_t *list = json_array();
	LogWriter *w = NULL;
	char *save = NULL;

	w = open_file(path, &settings);
	for (size_t i = 0; i < n; i += step)
		log_writer_add(w, LOG_STDOUT, data + i, n - i < step ? n - i : step);
	w = log_writer_free(w);
	check_int(fs_read_file(AT_FDCWD, path, MAX_LOG, &text), 0);
	for (char *l = strtok_r(text.data, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		json_t *object = NULL;

		if (json_parse(l, strlen(l), "log", &object, NULL) == 0)
			json_array_append_new(list, object);
		else
			check(!"the line is JSON");
	}
	(void)unlink(path);
	return list;
}

static const char *piece(json_t *list, size_t i, const char *key)
{
	return json_string_value(json_object_get(json_array_get(list, i), key));
}

static void test_text(void)
{
	static const char text[] = "one\n\"two\"\t\\<\x01>\r\n\xc3\xa9\nrest";

	for (size_t step = 1; step < sizeof(text); step++) {
		cleanup_json json_t *list = written(text, sizeof(text) - 1, step);

		check_int(json_array_size(list), 4);
		check_str(piece(list, 0, "log"), "one\n");
		check_str(piece(list, 0, "stream"), "stdout");
		check_str(piece(list, 1, "log"), "\"two\"\t\\<\x01>\r\n");
		check_str(piece(list, 2, "log"), "\xc3\xa9\n");
		check_str(piece(list, 3, "log"), "rest");
	}
}

static void test_binary(void)
{
	cleanup_json json_t *list = written("\xff\n\xff\xfe\n\xff\x00\xfe\n", 9, 9);

	check_int(json_array_size(list), 3);
	check_str(piece(list, 0, "b64"), "/wo=");
	check_str(piece(list, 1, "b64"), "//4K");
	check_str(piece(list, 2, "b64"), "/wD+Cg==");
	check(!piece(list, 0, "log"));
}

static void test_long(void)
{
	size_t n = 3 * LOG_PIECE_MAX + 10;
	cleanup_free char *data = xmalloc(n);

	memset(data, 'x', n);
	data[n - 1] = '\n';
	for (size_t step = 1000; step <= n; step += 12345) {
		cleanup_json json_t *list = written(data, n, step);

		check_int(json_array_size(list), 4);
		check_int(strlen(piece(list, 0, "log")), LOG_PIECE_MAX);
		check_str(piece(list, 3, "log"), "xxxxxxxxx\n");
	}
	/* A line that fills a piece together with its newline is one piece. */
	data[LOG_PIECE_MAX - 1] = '\n';
	{
		cleanup_json json_t *list = written(data, LOG_PIECE_MAX, 7000);

		check_int(json_array_size(list), 1);
	}
}

int main(void)
{
	test_text();
	test_binary();
	test_long();
	return tap_done();
}
