/* Writing. */
#include "librunner/events.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/events-internal.h"
#include "librunner/log-files.h"

#define EVENTS_LOCK "events.lock"
/* At this size the file is rotated; some 4,000 events. */
#define EVENTS_MAX_SIZE (1 << 20)
#define EVENTS_KEEP 2
/* Whoever holds the lock holds it for some microseconds, unless it was stopped. */
#define LOCK_PAUSE_NSEC 1000000
#define LOCK_ATTEMPTS 1000
/* Of a value (an action, too), and of all attributes together. */
#define VALUE_MAX 1024
#define ATTRIBUTES_MAX 16384
#define NSEC_PER_SEC INT64_C(1000000000)

/* At most `max` bytes, cut between characters. */
static char *text_bounded(const char *text, size_t max)
{
	size_t n = strnlen(text, max + 1);

	if (n <= max)
		return xstrdup(text);
	for (n = max; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
		;
	return xasprintf("%.*s…", (int)n, text);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, as Go writes maps. What comes later in the vector is more important: it replaces what is
 * there, and stays where not all fit. */
static json_t *attributes_json(char *const *attributes)
{
	cleanup_strv char **kept = NULL;
	json_t *object = json_object();
	size_t total = 0;

	for (size_t i = strv_length(attributes); i-- > 0;) {
		cleanup_free char *name = xstrndup(attributes[i], strcspn(attributes[i], "="));
		cleanup_free char *text = text_bounded(attributes[i], VALUE_MAX);

		total += strlen(text);
		if (total > ATTRIBUTES_MAX)
			break;
		if (!env_get(kept, name))
			strv_addf(&kept, "%s%s", text, strchr(text, '=') ? "" : "=");
	}
	if (kept)
		qsort(kept, strv_length(kept), sizeof(*kept), compare_names);
	STRV_FOREACH(it, kept) {
		char *value = strchr(*it, '=');

		*value++ = '\0';
		(void)json_object_set_new(object, *it, json_string_lossy(value, strlen(value)));
	}
	return object;
}

static char *event_line(const char *type, const char *action, const char *id,
			char *const *attributes)
{
	cleanup_free char *bounded = text_bounded(action, VALUE_MAX), *text = NULL;
	int64_t now = timestamp_current();
	cleanup_json json_t *event =
		json_pack("{s:s, s:o, s:{s:s, s:o}, s:s, s:I, s:I}", "Type", type, "Action",
			  json_string_lossy(bounded, strlen(bounded)), "Actor", "ID", id,
			  "Attributes", attributes_json(attributes), "scope", "local", "time",
			  (json_int_t)(now / NSEC_PER_SEC), "timeNano", (json_int_t)now);

	if (!event)
		return NULL;
	text = json_text(event);
	return xasprintf("%s\n", text);
}

/* Waits for its turn, but not for ever: a holder may have been stopped by a debugger. */
static int lock_take(int dirfd)
{
	struct timespec pause = { .tv_nsec = LOCK_PAUSE_NSEC };
	int fd = -EWOULDBLOCK;

	for (unsigned i = 0; i < LOCK_ATTEMPTS; i++) {
		fd = fs_lock(dirfd, EVENTS_LOCK, LOCK_EX | LOCK_NB);
		if (fd != -EWOULDBLOCK)
			break;
		(void)nanosleep(&pause, NULL);
	}
	return fd;
}

/* One write(2). What a full disk left of the line goes again, and a line that a crash cut off is
 * ended first. */
static void line_append(int fd, const char *line, off_t size)
{
	size_t n = strlen(line);
	ssize_t done;
	char last = '\n';

	if (size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n')
		(void)fd_write_all(fd, "\n", 1);
	do
		done = write(fd, line, n);
	while (done < 0 && errno == EINTR);
	if (done >= 0 && (size_t)done < n && ftruncate(fd, size) < 0)
		log_debug("%s has half a line: %m", EVENTS_FILE);
}

void event_write(Runtime *rt, const char *type, const char *action, const char *id,
		 char *const *attributes)
{
	int dirfd = store_fd(rt->store);
	cleanup_fd int lock = lock_take(dirfd);
	cleanup_free char *line = event_line(type, action, id, attributes);
	cleanup_fd int fd = openat(dirfd, EVENTS_FILE,
				   O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	struct stat st;

	if (fd < 0 || !line || fstat(fd, &st) < 0)
		return;
	line_append(fd, line, lock < 0 ? 0 : st.st_size);
	if (lock >= 0 && st.st_size > EVENTS_MAX_SIZE)
		(void)log_files_rotate(dirfd, EVENTS_FILE, EVENTS_KEEP);
}

void container_event(Runtime *rt, const Container *c, const char *action, char *const *extra)
{
	cleanup_strv char **attributes = strv_copy(c->config.labels);

	strv_extend(&attributes, extra);
	strv_addf(&attributes, "image=%s", c->config.image ? c->config.image : "");
	strv_addf(&attributes, "name=%s", c->name);
	event_write(rt, "container", action, c->id, attributes);
}
