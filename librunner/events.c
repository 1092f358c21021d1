#include "librunner/events.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

#define EVENTS_FILE "events.log"
#define NSEC_PER_SEC INT64_C(1000000000)

static json_t *attributes_json(char *const *attributes)
{
	json_t *object = json_object();

	STRV_FOREACH(it, attributes) {
		cleanup_free char *key = xstrndup(*it, strcspn(*it, "="));
		const char *value = strchr(*it, '=');

		value = value ? value + 1 : "";
		(void)json_object_set_new(object, key, json_string_lossy(value, strlen(value)));
	}
	return object;
}

void event_write(Runtime *rt, const char *type, const char *action, const char *id,
		 char *const *attributes)
{
	struct timespec now;
	cleanup_json json_t *event = NULL;
	cleanup_free char *text = NULL, *line = NULL;
	cleanup_fd int fd = openat(store_fd(rt->store), EVENTS_FILE,
				   O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

	if (fd < 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	event = json_pack("{s:s, s:s, s:{s:s, s:o}, s:s, s:I, s:I}", "Type", type, "Action", action,
			  "Actor", "ID", id, "Attributes", attributes_json(attributes), "scope",
			  "local", "time", (json_int_t)now.tv_sec, "timeNano",
			  (json_int_t)(now.tv_sec * NSEC_PER_SEC + now.tv_nsec));
	if (!event)
		return;
	text = json_text(event);
	line = xasprintf("%s\n", text);
	(void)fd_write_all(fd, line, strlen(line));
}

void container_event(Runtime *rt, const Container *c, const char *action, char *const *extra)
{
	cleanup_strv char **attributes = strv_copy(c->config.labels);

	strv_extend(&attributes, extra);
	strv_addf(&attributes, "image=%s", c->config.image);
	strv_addf(&attributes, "name=%s", c->name);
	event_write(rt, "container", action, c->id, attributes);
}
