#include "librunner/log-files.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "librunner/log-pack.h"
#include "librunner/log-sink.h"
#include "librunner/log-writer.h"
#include "tests/tap.h"

#define NAME "log"
#define LINE_MAX_SIZE 1000
#define LIVE_LINES 6000

static char dir_path[] = "/tmp/log-files.XXXXXX";
static int dir;

static void put(const char *name, const char *text)
{
	cleanup_fd int fd = openat(dir, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	check(fd >= 0 && fd_write_all(fd, text, strlen(text)) == 0);
}

static void clean(void)
{
	for (int i = 0; i < 200; i++) {
		cleanup_free char *name = i ? xasprintf(NAME ".%d", i) : xstrdup(NAME);
		cleanup_free char *packed = xasprintf("%s.gz", name);

		(void)unlinkat(dir, name, 0);
		(void)unlinkat(dir, packed, 0);
	}
}

/* All lines that are there now, each followed by a comma. */
static char *lines(LogFiles *f)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	const char *line;
	size_t n;

	while (log_files_line(f, &line, &n, NULL) > 0) {
		strbuf_add(&b, line, n);
		strbuf_addc(&b, ',');
	}
	return strbuf_steal(&b);
}

static void check_lines(LogFiles *f, const char *want)
{
	cleanup_free char *got = lines(f);

	check_str(got, want);
}

static LogFiles *open_files(void)
{
	LogFiles *f = NULL;

	check_int(log_files_open(dir, NAME, LINE_MAX_SIZE, &f, NULL), 0);
	return f;
}

static bool every(const char *line, size_t n, void *userdata)
{
	(void)line;
	(void)n;
	(void)userdata;
	return true;
}

/* The lines whose first byte is not `-` count. */
static bool without_dash(const char *line, size_t n, void *userdata)
{
	(void)userdata;
	return n > 0 && line[0] != '-';
}

static void check_tail(uint64_t n, bool (*counts)(const char *, size_t, void *), const char *want)
{
	cleanup_log_files LogFiles *f = open_files();

	check_int(log_files_seek_tail(f, n, counts, NULL, NULL), 0);
	check_lines(f, want);
}

static void test_order(void)
{
	cleanup_log_files LogFiles *none = open_files(), *f = NULL;

	check_lines(none, "");
	put(NAME ".2", "1\n2\n");
	put(NAME ".1", "3\n");
	put(NAME, "4\n5");
	f = open_files();
	check_lines(f, "1,2,3,4,");
	/* What did not exist has appeared. */
	check_lines(none, "1,2,3,4,");
	put(NAME, "x\n");
	check_lines(f, "5x,");
	check_int(log_files_seek_end(f, NULL), 0);
	check_lines(f, "");
	put(NAME, "6\n");
	check_lines(f, "6,");
	clean();
}

static void test_tail(void)
{
	put(NAME ".2", "1\n-\n2\n");
	put(NAME ".1", "-\n3\n");
	put(NAME, "4\n-\n5\nunfinished");
	check_tail(0, every, "");
	check_tail(1, every, "5,");
	check_tail(2, every, "-,5,");
	check_tail(3, every, "4,-,5,");
	check_tail(4, every, "3,4,-,5,");
	check_tail(5, every, "-,3,4,-,5,");
	check_tail(6, every, "2,-,3,4,-,5,");
	check_tail(8, every, "1,-,2,-,3,4,-,5,");
	check_tail(100, every, "1,-,2,-,3,4,-,5,");
	check_tail(2, without_dash, "4,-,5,");
	check_tail(3, without_dash, "-,3,4,-,5,") /* what lies between belongs to it */;
	clean();
}

/* Lines longer than the limit are skipped, in both directions. */
static void test_long(void)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	cleanup_log_files LogFiles *f = NULL;

	strbuf_adds(&b, "before\n");
	for (int i = 0; i < 200000; i++)
		strbuf_addc(&b, 'x');
	strbuf_adds(&b, "\nafter\n");
	put(NAME, b.data);
	f = open_files();
	check_lines(f, "before,after,");
	check_tail(1, every, "after,");
	check_tail(2, every, "before,after,");
	clean();
}

/* A crash between the renames of a rotation leaves a gap. */
static void test_gap(void)
{
	cleanup_log_files LogFiles *f = NULL;
	struct stat st;

	put(NAME ".3", "1\n");
	put(NAME ".1", "2\n");
	put(NAME, "3\n");
	f = open_files();
	check_lines(f, "1,2,3,");
	check_tail(3, every, "1,2,3,");
	check_int(log_files_rotate(dir, NAME, 5), 0);
	put(NAME, "4\n");
	check_lines(f, "4,");
	check(fstatat(dir, NAME ".2", &st, 0) == 0);
	clean();
	put(NAME ".1", "5\n");
	(void)log_files_free(steal(&f));
	f = open_files();
	check_lines(f, "5,");
	put(NAME, "6\n");
	check_lines(f, "6,");
	clean();
}

static void test_rotate(void)
{
	cleanup_log_files LogFiles *f = NULL;
	struct stat st;

	put(NAME, "1\n");
	f = open_files();
	check_int(log_files_rotate(dir, NAME, 2), 0);
	put(NAME, "2\n");
	check_int(log_files_rotate(dir, NAME, 2), 0);
	put(NAME, "3\n");
	check_lines(f, "1,2,3,");
	check_int(log_files_rotate(dir, NAME, 2), 0);
	put(NAME, "4\n");
	check(fstatat(dir, NAME ".3", &st, 0) < 0);
	check_lines(f, "4,");
	clean();
	put(NAME, "4\n");
	check_lines(f, "4,");
	/* Without old files the log begins anew; who has read it goes on with the new one. */
	check_int(log_files_rotate(dir, NAME, 0), 0);
	check_lines(f, "");
	put(NAME, "5\n");
	check_lines(f, "5,");
	check_int(log_files_rotate(dir, NAME, 0), 0);
	check_int(log_files_rotate(dir, NAME, 0), 0);
	clean();
}

static void write_live(bool compress)
{
	LogSettings s = { .max_size = compress ? 40000 : 4000,
			  .max_file = 1000,
			  .compress = compress };
	LogSink *sink = NULL;
	LogWriter *w;

	if (log_file_open(NULL, dir, NAME, &s, &sink, NULL) < 0)
		_exit(1);
	w = log_writer_new(sink);
	for (int i = 0; i < LIVE_LINES; i++) {
		cleanup_free char *line = xasprintf("line %d\n", i);

		log_writer_add(w, LOG_STDOUT, line, strlen(line));
	}
	log_writer_free(w);
	_exit(0);
}

/* A reader that runs beside a writer which rotates all the time sees each line once, in order. */
static void test_live(bool compress)
{
	cleanup_log_files LogFiles *f = open_files();
	int next = 0, wrong = 0, status = -1;
	bool ended = false;
	pid_t writer = fork();

	if (writer == 0)
		write_live(compress);
	for (;;) {
		const char *line;
		size_t n;

		while (log_files_line(f, &line, &n, NULL) > 0) {
			cleanup_free char *want = xasprintf("{\"log\":\"line %d\\n\",", next++);

			wrong += n < strlen(want) || strncmp(line, want, strlen(want)) != 0;
		}
		if (ended)
			break;
		ended = waitpid(writer, &status, WNOHANG) == writer;
	}
	check_int(status, 0);
	check_int(next, LIVE_LINES);
	check_int(wrong, 0);
	clean();
}

static void pack(const char *name)
{
	pid_t pid = -1;

	check_int(log_pack_start(dir, name, &pid), 0);
	log_pack_finish(dir, name, spawn_wait(pid));
}

/* Compressed files are read like others, also by who has had one open before. */
static void test_packed(void)
{
	cleanup_log_files LogFiles *f = NULL, *from_packed = NULL;
	const char *line;
	struct stat st;
	size_t n;

	put(NAME, "1\n2\n");
	f = open_files();
	check(log_files_line(f, &line, &n, NULL) > 0);
	check_int(log_files_rotate(dir, NAME, 3), 0);
	pack(NAME ".1");
	check(fstatat(dir, NAME ".1", &st, 0) < 0 && fstatat(dir, NAME ".1.gz", &st, 0) == 0);
	/* The inode of what was compressed may be used again. */
	put(NAME, "3\n4\n");
	from_packed = open_files();
	check_int(log_files_rotate(dir, NAME, 3), 0);
	pack(NAME ".1");
	put(NAME, "5\n");
	check_lines(f, "2,3,4,5,");
	check_lines(from_packed, "1,2,3,4,5,");
	check_tail(4, every, "2,3,4,5,");
	check_tail(100, every, "1,2,3,4,5,");
	/* The oldest goes, in whichever form it is; what a crash left in both forms counts once. */
	check_int(log_files_rotate(dir, NAME, 3), 0);
	put(NAME, "6\n");
	put(NAME ".1.gz", "garbage");
	check_tail(100, every, "1,2,3,4,5,6,");
	check_int(log_files_rotate(dir, NAME, 3), 0);
	put(NAME, "7\n");
	check_tail(100, every, "3,4,5,6,7,");
	check(fstatat(dir, NAME ".1.gz", &st, 0) < 0 && fstatat(dir, NAME ".4.gz", &st, 0) < 0);
	check_lines(f, "6,7,");
	clean();
}

int main(void)
{
	check(mkdtemp(dir_path));
	dir = fs_open_dir(AT_FDCWD, dir_path);
	test_order();
	test_tail();
	test_long();
	test_gap();
	test_rotate();
	test_packed();
	test_live(false);
	test_live(true);
	(void)fs_remove_tree(AT_FDCWD, dir_path);
	return tap_done();
}
