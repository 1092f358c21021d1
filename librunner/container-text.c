#include "librunner/container-text.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "libcommon/units.h"

#define NSEC INT64_C(1000000000)
#define SYSTEM_COMMAND "/sbin/init"

/* The time that has passed, as go-units words it; "" when `time` is none. */
static char *duration_since(const char *time, int64_t now)
{
	int64_t t, seconds;

	if (str_empty(time) || timestamp_parse(time, &t) < 0 || t == INT64_MIN)
		return xstrdup("");
	seconds = (now - t) / NSEC;
	return human_duration(seconds > 0 ? seconds : 0);
}

char *time_ago_text(const char *time, int64_t now)
{
	cleanup_free char *duration = duration_since(time, now);

	return *duration ? xasprintf("%s ago", duration) : xstrdup("");
}

/* " (healthy)" of a container that runs and has a health check. */
static const char *health_text(const ContainerState *state)
{
	const char *status = state->health ? state->health->status : NULL;

	if (str_empty(status) || streq(status, "none"))
		return "";
	if (streq(status, "starting"))
		return " (health: starting)";
	return streq(status, "healthy") ? " (healthy)" : " (unhealthy)";
}

static char *state_text(const ContainerState *state, int64_t now)
{
	const char *status = str_empty(state->status) ? "created" : state->status;
	bool paused = streq(status, "paused"), up = paused || streq(status, "running");
	cleanup_free char *since = duration_since(up ? state->started_at : state->finished_at, now);

	if (up)
		return xasprintf("Up %s%s", since, paused ? " (Paused)" : health_text(state));
	if (streq(status, "exited") || streq(status, "restarting"))
		return xasprintf("%c%s (%lld) %s ago", status[0] & ~0x20, status + 1,
				 (long long)state->exit_code, since);
	if (streq(status, "removing"))
		return xstrdup("Removal In Progress");
	return xasprintf("%c%s", status[0] & ~0x20, status + 1);
}

char *container_status_text(const Container *c, int64_t now)
{
	cleanup_free char *text = state_text(&c->state, now);

	return c->racker.disabled ? xasprintf("%s (Disabled)", text) : steal(&text);
}

char *container_command_text(const Container *c)
{
	cleanup_strv char **words = NULL;

	if (c->racker.system)
		return xstrdup(SYSTEM_COMMAND);
	strv_add(&words, c->path);
	STRV_FOREACH(it, c->args)
		strv_addf(&words, strchr(*it, ' ') ? "'%s'" : "%s", *it);
	return strv_join(words, " ");
}

/* The bytes of the first `n` characters. */
static size_t prefix_length(const char *text, size_t n)
{
	const char *p = text;

	for (; *p; p++)
		if (((unsigned char)*p & 0xc0) != 0x80 && n-- == 0)
			break;
	return (size_t)(p - text);
}

char *text_truncate(const char *text, size_t n)
{
	if (!text[prefix_length(text, n)])
		return xstrdup(text);
	return xasprintf("%.*s…", (int)prefix_length(text, n - 1), text);
}
