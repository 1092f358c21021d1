#include "librunner/log-reader.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/log-line.h"
#include "librunner/log-writer.h"
#include "tests/tap.h"

#define T1 "2026-11-22T10:55:06.5Z"
#define NSEC INT64_C(1000000000)

/* What a log_output wrote. */
static char *captured(int fd)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	off_t n = lseek(fd, 0, SEEK_END);
	char *to = strbuf_reserve(&text, (size_t)n);

	if (pread(fd, to, (size_t)n, 0) != n)
		abort();
	to[n] = '\0';
	text.len = (size_t)n;
	return strbuf_steal(&text);
}

static LogOutput output_new(void)
{
	LogOutput o;
	LogsOptions options = { .tail = -1 };

	(void)log_output_init(&o, &options, NULL);
	o.out = memfd_create("out", MFD_CLOEXEC);
	o.err = memfd_create("err", MFD_CLOEXEC);
	return o;
}

static void check_output(LogOutput *o, const char *out, const char *err)
{
	cleanup_free char *got_out = captured(o->out), *got_err = captured(o->err);

	check_str(got_out, out);
	check_str(got_err, err);
	(void)fd_close(o->out);
	(void)fd_close(o->err);
	log_output_clear(o);
}

/* Reads the log `text` with --tail, and shows stdout. */
static void check_tail(const char *text, int64_t tail, const char *want)
{
	char path[] = "/tmp/log-reader.XXXXXX";
	cleanup_fd int fd = mkstemp(path);
	cleanup_log_reader LogReader *reader = NULL;
	LogOutput o = output_new();

	(void)fd_write_all(fd, text, strlen(text));
	check_int(log_reader_open(AT_FDCWD, path, tail, &reader, NULL), 0);
	check_int(log_reader_copy(reader, &o, NULL), 1);
	check_output(&o, want, "");
	(void)unlink(path);
}

static void check_line(const char *text, const char *want, size_t n)
{
	LogLine line = { 0 };
	int r = log_line_parse(text, strlen(text), &line);

	check_int(r, want ? 0 : -EINVAL);
	if (want && r == 0) {
		check_int((int)line.data.len, (int)n);
		check(line.data.len == n && memcmp(line.data.data, want, n) == 0);
	}
	log_line_clear(&line);
}

static void check_lines(void)
{
	LogLine line = { 0 };
	const char *good = "{\"log\":\"hi\\n\",\"stream\":\"stderr\",\"time\":\"" T1 "\"}";

	check_int(log_line_parse(good, strlen(good), &line), 0);
	check_str(line.data.data, "hi\n");
	check(line.is_stderr);
	check_int(line.time, 1795344906 * NSEC + 500000000);
	log_line_clear(&line);

	check_line("{\"log\":\"a\\u0000b\",\"stream\":\"stdout\",\"time\":\"" T1 "\"}", "a\0b", 3);
	check_line("{\"log\":\"\\u00e4\\ud83d\\ude00\\\\\\\"\\t\"}",
		   "\303\244\360\237\230\200\\\"\t", 9);
	check_line("{\"b64\":\"/wAK\"}", "\xff\0\n", 3);
	check_line("{\"b64\":\"/w==\"}", "\xff", 1);
	check_line("{ \"log\" : \"x\" , \"other\" : \"y\" } ", "x", 1);
	/* A crash in the middle of a line, and what was written afterwards. */
	check_line("{\"log\":\"lost{\"log\":\"kept\\n\",\"stream\":\"stdout\"}", "kept\n", 5);
	check_line("", NULL, 0);
	check_line("{}", NULL, 0);
	check_line("{\"log\":\"x\"", NULL, 0);
	check_line("{\"log\":5}", NULL, 0);
	check_line("{\"log\":\"\\ud800\"}", NULL, 0);
	check_line("{\"log\":\"\\x\"}", NULL, 0);
	check_line("{\"b64\":\"/w=\"}", NULL, 0);
	check_line("{\"b64\":\"?===\"}", NULL, 0);
	check_line("{\"log\":\"x\",\"time\":\"yesterday\"}", NULL, 0);
	check_line("{\"log\":\"x\"} {}", NULL, 0);
}

static void check_tails(void)
{
	const char *three = "{\"log\":\"1\\n\"}\n{\"log\":\"2\\n\"}\n{\"log\":\"3\\n\"}\n";

	check_tail(three, -1, "1\n2\n3\n");
	check_tail(three, 0, "");
	check_tail(three, 1, "3\n");
	check_tail(three, 2, "2\n3\n");
	check_tail(three, 3, "1\n2\n3\n");
	check_tail(three, 4, "1\n2\n3\n");
	check_tail("", 3, "");
	/* An object that is still being written is no line. */
	check_tail("{\"log\":\"1\\n\"}\n{\"log\":\"2", -1, "1\n");
	check_tail("{\"log\":\"1\\n\"}\n{\"log\":\"2", 1, "1\n");
	check_tail("garbage\n{\"log\":\"1\\n\"}\n", -1, "1\n");
}

static void check_long_tail(void)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT, want = STRBUF_INIT;

	for (int i = 0; i < 20000; i++)
		strbuf_addf(&text, "{\"log\":\"line %d\\n\"}\n", i);
	for (int i = 5000; i < 20000; i++)
		strbuf_addf(&want, "line %d\n", i);
	check_tail(text.data, 15000, want.data);
}

static void check_too_long(void)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;

	strbuf_adds(&text, "{\"log\":\"");
	for (int i = 0; i < 600000; i++)
		strbuf_addc(&text, 'x');
	strbuf_adds(&text, "\"}\n{\"log\":\"after\\n\"}\n");
	check_tail(text.data, -1, "after\n");
}

/* What the writer wrote comes back byte for byte, in whatever pieces it is read. */
static void check_round_trip(void)
{
	char path[] = "/tmp/log-reader.XXXXXX";
	cleanup_fd int fd = mkstemp(path);
	cleanup_log_reader LogReader *reader = NULL;
	LogOutput o = output_new();
	const LogSettings settings = { 0 };
	LogSink *sink = NULL;
	LogWriter *w;
	char bytes[100000];
	cleanup_free char *got = NULL;

	random_bytes(bytes, sizeof(bytes));
	check_int(log_file_open(NULL, AT_FDCWD, path, &settings, &sink, NULL), 0);
	w = log_writer_new(sink);
	check_int(log_reader_open(AT_FDCWD, path, -1, &reader, NULL), 0);
	for (size_t i = 0; i < sizeof(bytes); i += 1000) {
		log_writer_add(w, LOG_STDOUT, bytes + i, 1000);
		check_int(log_reader_copy(reader, &o, NULL), 1);
	}
	log_writer_add(w, LOG_STDERR, "err", 3);
	w = log_writer_free(w);
	check_int(log_reader_copy(reader, &o, NULL), 1);
	check_int(lseek(o.out, 0, SEEK_END), sizeof(bytes));
	got = captured(o.out);
	check(memcmp(got, bytes, sizeof(bytes)) == 0);
	free(steal(&got));
	got = captured(o.err);
	check_str(got, "err");
	(void)fd_close(o.out);
	(void)fd_close(o.err);
	log_output_clear(&o);
	(void)unlink(path);
}

static int add(LogOutput *o, int64_t time, bool is_stderr, const char *text)
{
	LogLine line = { .is_stderr = is_stderr, .time = time };
	int r;

	strbuf_adds(&line.data, text);
	strbuf_adds(&line.details, "a=b");
	r = log_output_add(o, &line);
	log_line_clear(&line);
	return r;
}

static void check_options(void)
{
	LogsOptions wrong = { .since = "x" };
	cleanup_error Error *err = NULL;
	LogOutput o = output_new();

	o.timestamps = true;
	check_int(add(&o, NSEC, false, "par"), 1);
	check_int(add(&o, 2 * NSEC, true, "e\n"), 1);
	check_int(add(&o, 2 * NSEC, false, "tial\n"), 1);
	o.since = 3 * NSEC;
	o.until = 4 * NSEC;
	check_int(add(&o, 2 * NSEC, false, "early\n"), 1);
	check_int(add(&o, 3 * NSEC, false, "on time\n"), 1);
	check_int(add(&o, 5 * NSEC, false, "late\n"), 0);
	check_int(log_output_flush(&o, NULL), 0);
	check_output(&o,
		     "1970-01-01T00:00:01.000000000Z partial\n"
		     "1970-01-01T00:00:03.000000000Z on time\n",
		     "1970-01-01T00:00:02.000000000Z e\n");
	check_int(log_output_init(&o, &wrong, &err), -EINVAL);
	check_str(err->msg,
		  "invalid value for \"since\": failed to parse value as time or duration: "
		  "\"x\"");
}

int main(void)
{
	cleanup_log_reader LogReader *reader = NULL;
	LogOutput o = output_new();

	check_lines();
	check_tails();
	check_long_tail();
	check_too_long();
	check_round_trip();
	check_options();
	check_int(log_reader_open(AT_FDCWD, "/nonexistent/log.json", -1, &reader, NULL), 0);
	check_int(log_reader_copy(reader, &o, NULL), 1);
	check_output(&o, "", "");
	return tap_done();
}
