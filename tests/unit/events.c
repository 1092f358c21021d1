#include "librunner/events.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "tests/tap.h"

#define WRITERS 50
#define EVENTS_EACH 100
#define TOO_LONG 5000

static char root[] = "/tmp/events.XXXXXX";

static Event sample(const char *type, const char *action, const char *id, char **attributes)
{
	return (Event){ .type = (char *)type,
			.action = (char *)action,
			.id = (char *)id,
			.scope = (char *)"local",
			.attributes = attributes,
			.time = 1795355339,
			.time_nano = INT64_C(1795355339021824464) };
}

/* Whether the filters, one a line, let the event through; -1: they are refused. */
static int passes(const char *filters, const Event *e)
{
	cleanup_strv char **texts = strv_split(filters, '\n');
	cleanup_event_filter EventFilter *f = NULL;

	if (event_filter_new(*filters ? texts : NULL, &f, NULL) < 0)
		return -1;
	return event_filter_match(f, e);
}

static void test_filters(void)
{
	char *attributes[] = { (char *)"foo=bar", (char *)"image=acme/app:1", (char *)"name=web",
			       NULL };
	char *tagged[] = { (char *)"name=debian:12", NULL };
	Event die = sample("container", "die", "64d119629c90", attributes);
	Event health = sample("container", "health_status: healthy", "64d119629c90", attributes);
	Event tag = sample("image", "tag", "sha256:9a9eb", tagged);

	check_int(passes("", &die), 1);
	check_int(passes("container=web", &die), 1);
	check_int(passes("container=we", &die), 1);
	check_int(passes("container=64d1", &die), 1);
	check_int(passes("container=eb", &die), 0);
	check_int(passes("container=web", &tag), 0);
	check_int(passes("event=die", &die), 1);
	check_int(passes("event=di", &die), 0);
	check_int(passes("event=start\nevent=die", &die), 1);
	check_int(passes("event=start\ntype=container", &die), 0);
	check_int(passes("event=health_status", &health), 1);
	check_int(passes("event=health_status: healthy", &health), 1);
	check_int(passes("event=health_status: unhealthy", &health), 0);
	check_int(passes("event=health_status", &die), 0);
	check_int(passes("image=acme/app:1", &die), 1);
	check_int(passes("image=acme/app", &die), 1);
	check_int(passes("image=acme", &die), 0);
	check_int(passes("image=debian", &tag), 1);
	check_int(passes("image=sha256:9a9eb", &tag), 1);
	check_int(passes("label=foo", &die), 1);
	check_int(passes("label=foo=bar", &die), 1);
	check_int(passes("label=foo=baz", &die), 0);
	check_int(passes("label=foo\nlabel=none", &die), 0);
	check_int(passes("type=image", &die), 0);
	check_int(passes("type=image\ntype=container", &die), 1);
	check_int(passes("scope=local", &die), 1);
	check_int(passes("scope=swarm", &die), 0);
	check_int(passes("network=none", &die), 0);
	check_int(passes("nope=x", &die), -1);
	check_int(passes("nope", &die), -1);
}

static void test_text(void)
{
	char *attributes[] = { (char *)"image=x", (char *)"name=y", NULL };
	Event e = sample("container", "create", "abc", attributes);
	Event bare = sample("volume", "prune", "", NULL);
	cleanup_free char *text = event_text(&e), *none = event_text(&bare), *json = NULL;
	cleanup_json json_t *object = event_json(&e);

	json = json_text(object);
	check_str(text, "2026-11-22T13:48:59.021824464Z container create abc (image=x, name=y)");
	check_str(none, "2026-11-22T13:48:59.021824464Z volume prune ");
	check_str(json,
		  "{\"status\":\"create\",\"id\":\"abc\",\"from\":\"x\",\"Type\":\"container\","
		  "\"Action\":\"create\",\"Actor\":{\"ID\":\"abc\",\"Attributes\":{\"image\":"
		  "\"x\",\"name\":\"y\"}},\"scope\":\"local\",\"time\":1795355339,"
		  "\"timeNano\":1795355339021824464}");
}

/* ---- the file ---- */

typedef struct Seen {
	size_t n, wanted;
	unsigned next[WRITERS]; /* of each writer: its events come in order */
	bool disorder;
	char *last;
} Seen;

static int count_event(const Event *e, void *userdata, Error **err)
{
	Seen *s = userdata;
	const char *writer = env_get(e->attributes, "writer");
	const char *number = env_get(e->attributes, "number");
	uint64_t w, n;

	free(s->last);
	s->last = event_text(e);
	if (str_to_u64(writer ? writer : "", &w) == 0 && str_to_u64(number ? number : "", &n) == 0)
		s->disorder = s->disorder || n != s->next[w % WRITERS]++;
	return ++s->n == s->wanted ? error_set(err, ECANCELED, "enough") : 0;
}

static void write_many(Runtime *rt, unsigned writer)
{
	char padding[300] = "";

	memset(padding, 'x', sizeof(padding) - 1);
	for (unsigned i = 0; i < EVENTS_EACH; i++) {
		cleanup_strv char **attributes = NULL;

		strv_addf(&attributes, "padding=%s", padding);
		strv_addf(&attributes, "number=%u", i);
		strv_addf(&attributes, "writer=%u", writer);
		event_write(rt, "container", "test", "id", attributes);
	}
}

static void start_writers(Runtime *rt)
{
	for (unsigned i = 0; i < WRITERS; i++)
		if (fork() == 0) {
			write_many(rt, i);
			_exit(0);
		}
}

/* One follower sees every event of fifty processes once and in order, across rotations. */
static void test_writers(Runtime *rt)
{
	EventsOptions o = { .since = "0" };
	Seen seen = { .wanted = (size_t)WRITERS * EVENTS_EACH };
	struct stat st;

	start_writers(rt);
	check_int(events_read(rt, &o, count_event, &seen, NULL), -ECANCELED);
	while (wait(NULL) > 0)
		;
	check_int(seen.n, seen.wanted);
	check(!seen.disorder);
	check(fstatat(store_fd(rt->store), "events.log.1", &st, 0) == 0);
	/* The same from the files as they are now. */
	seen = (Seen){ .wanted = SIZE_MAX, .last = seen.last };
	o.until = "0s";
	check_int(events_read(rt, &o, count_event, &seen, NULL), 0);
	check_int(seen.n, (size_t)WRITERS * EVENTS_EACH);
	check(!seen.disorder);
	free(seen.last);
}

static void test_bounds(Runtime *rt)
{
	cleanup_free char *value = xcalloc(TOO_LONG, 1);
	cleanup_strv char **attributes = NULL;
	EventsOptions o = { .since = "0", .until = "0s" };
	const char *const event[] = { "event=bounds", NULL };
	Seen seen = { .wanted = SIZE_MAX };

	memset(value, 'x', TOO_LONG - 1);
	for (unsigned i = 0; i < 100; i++)
		strv_addf(&attributes, "label%u=%s", i, value);
	strv_addf(&attributes, "wrong=\xff\xfe");
	strv_addf(&attributes, "name=\n%s", "kept");
	event_write(rt, "container", "bounds", "id", attributes);
	o.filters = (char *const *)event;
	check_int(events_read(rt, &o, count_event, &seen, NULL), 0);
	check_int(seen.n, 1);
	check(seen.last && strlen(seen.last) < 20000 && strstr(seen.last, "name=\nkept"));
	free(seen.last);
}

/* What a crash or a full disk left is stepped over. */
static void test_torn(Runtime *rt)
{
	cleanup_fd int fd =
		openat(store_fd(rt->store), "events.log", O_WRONLY | O_APPEND | O_CLOEXEC);
	EventsOptions o = { .since = "0", .until = "0s" };
	const char *const event[] = { "event=after", NULL };
	Seen seen = { .wanted = SIZE_MAX };

	(void)fd_write_all(fd, "garbage\n\n{}\n{\"Type\":\"con", 25);
	event_write(rt, "container", "after", "id", NULL);
	o.filters = (char *const *)event;
	check_int(events_read(rt, &o, count_event, &seen, NULL), 0);
	check_int(seen.n, 1);
	free(seen.last);
}

static void test_times(Runtime *rt)
{
	EventsOptions o = { .since = "10", .until = "5" };
	cleanup_error Error *err = NULL;
	Seen seen = { .wanted = SIZE_MAX };

	check_int(events_read(rt, &o, count_event, &seen, &err), -EINVAL);
	check_str(err->msg, "`since` time (10) cannot be after `until` time (5)");
	o = (EventsOptions){ .until = "1" };
	check_int(events_read(rt, &o, count_event, &seen, NULL), 0);
	check_int(seen.n, 0);
	/* Nothing of the past without a time; the future is waited for. */
	o = (EventsOptions){ .until = "-100ms", .since = "0s" };
	check_int(events_read(rt, &o, count_event, &seen, NULL), 0);
	check_int(seen.n, 0);
}

int main(void)
{
	cleanup_runtime Runtime *rt = NULL;

	test_filters();
	test_text();
	check(mkdtemp(root));
	check_int(runtime_open(root, &rt, NULL), 0);
	test_writers(rt);
	test_bounds(rt);
	test_torn(rt);
	test_times(rt);
	(void)fs_remove_tree(AT_FDCWD, root);
	return tap_done();
}
