/* The log in the host's journal: systemd's native protocol, Docker's fields. */
#include <endian.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/log-sink.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define SHORT_ID 12
/* How long a line waits for a journal that is busy. */
#define BUSY_MSEC 1000
/* How long the end waits until the journal has read everything. */
#define DRAIN_MSEC 1000
/* Syslog's priorities. */
#define PRIORITY_ERROR "3"
#define PRIORITY_INFO "6"

typedef struct Journald {
	LogSink sink;
	int fd; /* -1: not connected */
	Strbuf fields; /* what every entry has */
	Strbuf entry; /* the one that is being made */
	LogStream stream;
	bool stuck; /* the last wait was in vain */
	uint64_t lost;
	/* Non-blocking: entries that wait, each behind its length. */
	Strbuf queue;
	size_t queue_max; /* 0: blocking */
	Loop *loop; /* sends it when the journal has time again; may be NULL */
	LoopSource *writable;
} Journald;

static void connection_close(Journald *j)
{
	j->writable = loop_source_free(j->writable);
	j->fd = fd_close(j->fd);
}

static int journald_connect(Journald *j)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = JOURNAL_SOCKET };

	connection_close(j);
	j->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (j->fd < 0)
		return -errno;
	if (connect(j->fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int r = -errno;

		connection_close(j);
		return r;
	}
	return 0;
}

/* ---- entries ---- */

/* Values with a newline have their length in front (systemd.io/JOURNAL_NATIVE_PROTOCOL). */
static void put_field(Strbuf *b, const char *name, const char *value, size_t n)
{
	uint64_t length = htole64(n);

	strbuf_adds(b, name);
	if (memchr(value, '\n', n)) {
		strbuf_addc(b, '\n');
		strbuf_add(b, &length, sizeof(length));
	} else {
		strbuf_addc(b, '=');
	}
	strbuf_add(b, value, n);
	strbuf_addc(b, '\n');
}

static void put_text(Strbuf *b, const char *name, const char *value)
{
	put_field(b, name, value ? value : "", value ? strlen(value) : 0);
}

/* Names of fields are capital letters, digits and underscores, and do not begin with one. */
static char *field_name(const char *name)
{
	char *field = xcalloc(strlen(name) + 1, 1), *p = field;

	for (; *name; name++) {
		char c = *name;

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		else if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
			c = '_';
		if (p > field || c != '_')
			*p++ = c;
	}
	*p = '\0';
	return field;
}

static void put_fields(Strbuf *b, const Container *c, const LogSettings *s)
{
	cleanup_free char *id = xstrndup(c->id, SHORT_ID);
	const char *tag = s->tag ? s->tag : id;

	put_text(b, "CONTAINER_ID", id);
	put_text(b, "CONTAINER_ID_FULL", c->id);
	put_text(b, "CONTAINER_NAME", c->name);
	put_text(b, "CONTAINER_TAG", tag);
	put_text(b, "IMAGE_NAME", c->config.image);
	put_text(b, "SYSLOG_IDENTIFIER", tag);
	STRV_FOREACH(it, s->attributes) {
		cleanup_free char *name = xstrndup(*it, strcspn(*it, "="));
		cleanup_free char *field = field_name(name);

		if (*field)
			put_text(b, field, *it + strlen(name) + 1);
	}
}

static void make_entry(Journald *j, const char *priority, const char *data, size_t n)
{
	cleanup_free char *now = timestamp_text(timestamp_current());

	j->entry.len = 0;
	strbuf_add(&j->entry, j->fields.data, j->fields.len);
	put_text(&j->entry, "PRIORITY", priority);
	put_text(&j->entry, "SYSLOG_TIMESTAMP", now);
	if (data[n - 1] == '\n')
		n--;
	else
		put_text(&j->entry, "CONTAINER_PARTIAL_MESSAGE", "true");
	put_field(&j->entry, "MESSAGE", data, n);
}

/* ---- sending ---- */

static int send_once(Journald *j, const char *data, size_t n)
{
	int r = j->fd < 0 ? journald_connect(j) : 0;

	while (r >= 0 && send(j->fd, data, n, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			r = -errno;
	/* It was started anew. */
	if (r == -ECONNREFUSED || r == -ENOTCONN || r == -ECONNRESET)
		connection_close(j);
	return r;
}

/* Sends what waits, as far as the journal takes it. Whether nothing waits any more. */
static bool queue_flush(Journald *j)
{
	size_t at = 0, n;
	bool all = true;

	while (all && at < j->queue.len) {
		memcpy(&n, j->queue.data + at, sizeof(n));
		all = send_once(j, j->queue.data + at + sizeof(n), n) >= 0;
		if (all)
			at += sizeof(n) + n;
	}
	strbuf_consume(&j->queue, at);
	return all;
}

static void on_writable(int fd, uint32_t events, void *userdata)
{
	Journald *j = userdata;

	(void)fd;
	(void)events;
	if (queue_flush(j) || j->fd < 0)
		loop_source_set_events(j->writable, 0);
}

static void queue_watch(Journald *j)
{
	if (!j->loop || j->fd < 0)
		return;
	if (!j->writable)
		j->writable = loop_add_fd(j->loop, j->fd, EPOLLOUT, on_writable, j);
	else
		loop_source_set_events(j->writable, EPOLLOUT);
}

static bool wait_writable(Journald *j, int msec)
{
	struct pollfd fd = { .fd = j->fd, .events = POLLOUT };

	return j->fd >= 0 && poll(&fd, 1, msec) > 0;
}

static int send_blocking(Journald *j)
{
	int r = send_once(j, j->entry.data, j->entry.len);

	if (r == -EAGAIN && !j->stuck && wait_writable(j, BUSY_MSEC))
		r = send_once(j, j->entry.data, j->entry.len);
	/* The connection may be an old one. */
	if (r < 0 && j->fd < 0)
		r = send_once(j, j->entry.data, j->entry.len);
	j->stuck = r == -EAGAIN;
	return r;
}

static int send_queued(Journald *j)
{
	size_t n = j->entry.len;

	if (queue_flush(j) && send_once(j, j->entry.data, n) >= 0)
		return 0;
	if (j->queue.len + n > j->queue_max)
		return -ENOBUFS;
	strbuf_add(&j->queue, &n, sizeof(n));
	strbuf_add(&j->queue, j->entry.data, n);
	queue_watch(j);
	return 0;
}

static int send_entry(Journald *j)
{
	return j->queue_max ? send_queued(j) : send_blocking(j);
}

static bool tell_lost(Journald *j)
{
	cleanup_free char *text = xasprintf("racker: %llu line%s of output lost here\n",
					    (unsigned long long)j->lost, j->lost == 1 ? "" : "s");

	make_entry(j, PRIORITY_ERROR, text, strlen(text));
	return send_entry(j) >= 0;
}

/* ---- the sink ---- */

static void journald_begin(LogSink *sink, LogStream stream)
{
	((Journald *)sink)->stream = stream;
}

static void journald_piece(LogSink *sink, const char *data, size_t n)
{
	Journald *j = (Journald *)sink;

	if (j->lost && tell_lost(j))
		j->lost = 0;
	make_entry(j, j->stream == LOG_STDERR ? PRIORITY_ERROR : PRIORITY_INFO, data, n);
	if (j->lost || send_entry(j) < 0)
		j->lost++;
}

static void journald_end(LogSink *sink)
{
	(void)sink;
}

/* Waits until the journal has read everything, so that who hears of the container's end finds its
 * log complete. */
static void journald_drain(Journald *j)
{
	struct timespec pause = { .tv_nsec = 1000000 };
	int unread = 0;

	for (int i = 0; i < DRAIN_MSEC; i++) {
		bool all = queue_flush(j);

		if (all && (j->fd < 0 || ioctl(j->fd, SIOCOUTQ, &unread) < 0 || unread <= 0))
			return;
		(void)nanosleep(&pause, NULL);
	}
}

static void journald_free(LogSink *sink)
{
	Journald *j = (Journald *)sink;

	if (j->lost)
		(void)tell_lost(j);
	journald_drain(j);
	connection_close(j);
	strbuf_clear(&j->fields);
	strbuf_clear(&j->entry);
	strbuf_clear(&j->queue);
	free(j);
}

int log_journald_open(Loop *loop, const Container *c, const LogSettings *s, LogSink **ret,
		      Error **err)
{
	static const LogSink functions = { journald_begin, journald_piece, journald_end,
					   journald_free };
	Journald *j = xnew0(Journald, 1);

	j->sink = functions;
	j->fd = -1;
	j->loop = loop;
	j->queue_max = s->non_blocking ? (size_t)s->max_buffer : 0;
	if (journald_connect(j) < 0) {
		free(j);
		return error_set(err, ENOTSUP,
				 "failed to initialize logging driver: journald is not enabled on "
				 "this host");
	}
	put_fields(&j->fields, c, s);
	*ret = &j->sink;
	return 0;
}
