/* inspect-racker: what Docker has no key for. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/guest-state.h"
#include "librunner/inspect-internal.h"
#include "librunner/inspect.h"

typedef struct RackerView {
	char *mode;
	int64_t leader, monitor;
	json_t *guest;
} RackerView;

/* clang-format off */
static const JsonField racker_view_fields[] = {
	JSON_STRING(RackerView, "Mode", mode, 0),
	JSON_INT(RackerView, "Leader", leader, 0),
	JSON_INT(RackerView, "Monitor", monitor, 0),
	JSON_RAW(RackerView, "Guest", guest, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType racker_view_type = { "Racker", sizeof(RackerView), racker_view_fields };
/* clang-format on */

static json_t *guest_view(const Container *c)
{
	cleanup_free char *state = guest_system_state((pid_t)c->state.pid);

	return json_pack("{s:s}", "SystemState", state ? state : "unknown");
}

json_t *inspect_racker(const Container *c, unsigned flags)
{
	bool running = streq_null(c->state.status, "running");
	RackerView view = {
		.mode = (char *)(c->racker.boot ? "boot" : "app"),
		.leader = c->state.pid,
		.monitor = c->state.monitor_pid,
	};
	cleanup_json json_t *config = json_encode(&racker_config_type, &c->racker);
	json_t *result;

	/* A paused guest would not answer. */
	if (flags & INSPECT_GUEST && running && c->racker.boot && c->state.pid > 0)
		view.guest = guest_view(c);
	result = json_encode(&racker_view_type, &view);
	json_decref(view.guest);
	(void)json_object_update(result, config);
	return result;
}
