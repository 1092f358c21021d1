/* The log in a file, as Docker's json-file driver writes it. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/json.h"
#include "libcommon/log.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"
#include "librunner/log-encode.h"
#include "librunner/log-files.h"
#include "librunner/log-pack.h"
#include "librunner/log-sink.h"

/* A buffer that one burst of binary data has made larger than this is given back. */
#define BUFFER_KEEP (128 << 10)
#define TIME_MAX_SIZE 40
/* A file may become so many times too large while the one before it is compressed. */
#define PACK_PATIENCE 4

typedef struct LogFile {
	LogSink sink;
	int dirfd; /* the caller's */
	char *path;
	int fd; /* -1: could not be made after a rotation */
	off_t size;
	int64_t max_size; /* 0: unlimited */
	unsigned keep; /* old files */
	bool compress;
	Loop *loop; /* NULL: what is compressed is waited for */
	LoopSource *packer; /* gzip at work on the newest of them */
	pid_t packer_pid;
	Strbuf out; /* whole records */
	char *attributes; /* `,"attrs":{…}`, or "" */
	Strbuf tail; /* what ends the records of this turn: `","stream":…}` */
	uint64_t lost; /* records since the last one that was written */
	int trouble; /* errno of that */
} LogFile;

/* Go's RFC3339Nano, which Docker uses, drops trailing zeros of the fraction. */
static size_t time_format(char *buf, size_t size)
{
	struct timespec now;
	struct tm tm;
	size_t n;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &tm);
	n = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm);
	if (now.tv_nsec) {
		n += (size_t)snprintf(buf + n, size - n, ".%09ld", now.tv_nsec);
		while (buf[n - 1] == '0')
			n--;
	}
	buf[n++] = 'Z';
	buf[n] = '\0';
	return n;
}

/* The records of this turn have one time. */
static void tail_format(LogFile *f, LogStream stream)
{
	char when[TIME_MAX_SIZE];

	(void)time_format(when, sizeof(when));
	f->tail.len = 0;
	strbuf_addf(&f->tail, "\",\"stream\":\"%s\"%s,\"time\":\"%s\"}\n",
		    stream == LOG_STDOUT ? "stdout" : "stderr", f->attributes, when);
}

/* ---- writing ---- */

static int file_reopen(LogFile *f)
{
	struct stat st;

	f->fd = openat(f->dirfd, f->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		       0640);
	if (f->fd < 0 || fstat(f->fd, &st) < 0)
		return -errno;
	f->size = st.st_size;
	return 0;
}

/* ---- rotation ---- */

static void packed(LogFile *f, int status)
{
	cleanup_free char *name = xasprintf("%s.1", f->path);

	log_pack_finish(f->dirfd, name, status);
	f->packer = loop_source_free(f->packer);
	f->packer_pid = 0;
}

static void on_packed(pid_t pid, int status, void *userdata)
{
	(void)pid;
	packed(userdata, status);
}

static void pack_wait(LogFile *f)
{
	if (f->packer_pid > 0) {
		/* The loop is not to reap it. */
		f->packer = loop_source_free(f->packer);
		packed(f, spawn_wait(f->packer_pid));
	}
}

/* What cannot be compressed stays as it is. */
static void pack_start(LogFile *f)
{
	cleanup_free char *name = xasprintf("%s.1", f->path);
	int r = log_pack_start(f->dirfd, name, &f->packer_pid);

	if (r < 0) {
		f->packer_pid = 0;
		log_debug("compress %s: %s", name, strerror(-r));
		return;
	}
	if (f->loop)
		f->packer = loop_add_child(f->loop, f->packer_pid, on_packed, f);
	if (!f->packer)
		pack_wait(f);
}

/* A rotation that fails leaves a file that is too large: better than none. */
static void file_rotate(LogFile *f)
{
	int r;

	/* While the last one is compressed, files keep their names; nobody waits before it is much
	 * too late. */
	if (f->packer_pid > 0 && f->size < PACK_PATIENCE * f->max_size)
		return;
	pack_wait(f);
	r = log_files_rotate(f->dirfd, f->path, f->keep);
	if (r < 0) {
		log_debug("rotate %s: %s", f->path, strerror(-r));
		return;
	}
	f->fd = fd_close(f->fd);
	f->size = 0;
	if (f->compress && f->keep)
		pack_start(f);
}

static size_t count_lines(const char *s, size_t n)
{
	const char *end = s + n;
	size_t lines = 0;

	for (; s < end && (s = memchr(s, '\n', (size_t)(end - s))); s++)
		lines++;
	return lines;
}

/* Takes back what was written behind the last whole record. */
static void take_back(LogFile *f, size_t n)
{
	struct stat st;

	/* Somebody may have emptied the file meanwhile: its size is what counts. */
	if (n && (fstat(f->fd, &st) < 0 || st.st_size < (off_t)n ||
		  ftruncate(f->fd, st.st_size - (off_t)n) < 0))
		log_debug("%s has half a record: %m", f->path);
}

/* Writes whole records. Half a record that a full disk left is taken back, and all when no more
 * than the first `floor` bytes could be written. 0 or -errno; *ret_done counts what stays. */
static int write_records(LogFile *f, const char *s, size_t n, size_t floor, size_t *ret_done)
{
	const char *last;
	size_t done = 0, keep;
	int r = f->fd < 0 ? file_reopen(f) : 0;

	while (r >= 0 && done < n) {
		ssize_t k = write(f->fd, s + done, n - done);

		if (k > 0)
			done += (size_t)k;
		else if (k == 0 || errno != EINTR)
			r = k == 0 ? -EIO : -errno;
	}
	last = done ? memrchr(s, '\n', done) : NULL;
	keep = last ? (size_t)(last - s) + 1 : 0;
	if (keep < n && keep <= floor)
		keep = 0;
	take_back(f, done - keep);
	f->size += (off_t)keep;
	*ret_done = keep;
	return r;
}

/* What tells in the log itself that something is missing from it. */
static char *notice(const LogFile *f, const char *text)
{
	char when[TIME_MAX_SIZE];

	(void)time_format(when, sizeof(when));
	return xasprintf("{\"log\":\"racker: %s\\n\",\"stream\":\"stderr\"%s,\"time\":\"%s\"}\n",
			 text, f->attributes, when);
}

static void lose(LogFile *f, int trouble, size_t lines)
{
	f->trouble = trouble;
	f->lost += lines;
}

/* After a loss: the records, and in front of them what was lost. */
static void write_again(LogFile *f, const char *s, size_t n)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	cleanup_free char *text =
		xasprintf("%llu line%s of output lost here: %s", (unsigned long long)f->lost,
			  f->lost == 1 ? "" : "s", strerror(f->trouble));
	cleanup_free char *told = notice(f, text);
	size_t done;
	int r;

	strbuf_adds(&b, told);
	strbuf_add(&b, s, n);
	r = write_records(f, b.data, b.len, strlen(told), &done);
	if (done)
		f->lost = 0;
	if (r < 0)
		lose(f, -r, done ? count_lines(b.data + done, b.len - done) : count_lines(s, n));
}

static void write_chunk(LogFile *f, const char *s, size_t n)
{
	cleanup_free char *told = NULL;
	size_t done;
	int r;

	if (f->lost) {
		write_again(f, s, n);
		return;
	}
	r = write_records(f, s, n, 0, &done);
	if (r >= 0)
		return;
	lose(f, -r, count_lines(s + done, n - done));
	/* Often a short record still fits into the last block. */
	told = notice(f, "the log cannot be written any more, output is lost");
	(void)write_records(f, told, strlen(told), 0, &done);
}

/* How much of the records goes into this file: it is full when it has max_size bytes or more. */
static size_t fitting(const LogFile *f, const char *s, size_t n)
{
	int64_t room = f->max_size - f->size;
	const char *newline;

	if (!f->max_size || room >= (int64_t)n)
		return n;
	if (room < 1)
		room = 1;
	newline = memchr(s + room - 1, '\n', n - (size_t)room + 1);
	return newline ? (size_t)(newline - s) + 1 : n;
}

static void write_out(LogFile *f)
{
	const char *s = f->out.data;
	size_t n = f->out.len;

	while (n) {
		size_t k;

		if (f->max_size && f->size >= f->max_size)
			file_rotate(f);
		k = fitting(f, s, n);
		write_chunk(f, s, k);
		s += k;
		n -= k;
	}
	f->out.len = 0;
	if (f->out.cap > BUFFER_KEEP)
		strbuf_clear(&f->out);
}

/* ---- the sink ---- */

static void file_begin(LogSink *sink, LogStream stream)
{
	tail_format((LogFile *)sink, stream);
}

static void file_piece(LogSink *sink, const char *data, size_t n)
{
	LogFile *f = (LogFile *)sink;
	const unsigned char *s = (const unsigned char *)data;
	char *p = strbuf_reserve(&f->out, 6 * n + f->tail.len + 16), *start = p;

	if (utf8_valid(data, n)) {
		p = stpcpy(p, "{\"log\":\"");
		p = log_put_text(p, s, n);
	} else {
		p = stpcpy(p, "{\"b64\":\"");
		p = log_put_base64(p, s, n);
	}
	memcpy(p, f->tail.data, f->tail.len);
	f->out.len += (size_t)(p - start) + f->tail.len;
	if (f->out.len >= BUFFER_KEEP / 2)
		write_out(f);
}

static void file_end(LogSink *sink)
{
	write_out((LogFile *)sink);
}

static void file_free(LogSink *sink)
{
	LogFile *f = (LogFile *)sink;

	pack_wait(f);
	(void)fd_close(f->fd);
	free(f->path);
	free(f->attributes);
	strbuf_clear(&f->out);
	strbuf_clear(&f->tail);
	free(f);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *attributes_text(const LogSettings *s)
{
	cleanup_json json_t *object = json_object();
	cleanup_free char *text = NULL;
	cleanup_strv char **all = strv_copy(s->attributes);

	if (s->tag)
		strv_addf(&all, "tag=%s", s->tag);
	qsort(all, strv_length(all), sizeof(*all), compare_names);
	STRV_FOREACH(it, all) {
		cleanup_free char *name = xstrndup(*it, strcspn(*it, "="));
		const char *value = *it + strlen(name) + 1;

		(void)json_object_set_new(object, name, json_string_lossy(value, strlen(value)));
	}
	if (!strv_length(all))
		return xstrdup("");
	text = json_text(object);
	return xasprintf(",\"attrs\":%s", text);
}

int log_file_open(Loop *loop, int dirfd, const char *path, const LogSettings *s, LogSink **ret,
		  Error **err)
{
	static const LogSink functions = { file_begin, file_piece, file_end, file_free };
	LogFile *f = xnew0(LogFile, 1);
	int r;

	log_escapes_fill();
	f->sink = functions;
	f->loop = loop;
	f->compress = s->compress;
	f->dirfd = dirfd;
	f->path = xstrdup(path);
	f->max_size = s->max_size;
	f->keep = s->max_file > 1 ? (unsigned)s->max_file - 1 : 0;
	f->attributes = attributes_text(s);
	r = file_reopen(f);
	if (r < 0) {
		file_free(&f->sink);
		return error_errno(err, -r, "open the log %s", path);
	}
	*ret = &f->sink;
	return 0;
}
