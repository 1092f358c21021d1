#include "librunner/container-text.h"

#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "tests/tap.h"

static void check_status(const char *status, int code, const char *started, const char *finished,
			 const char *want)
{
	ContainerState s = {
		.status = (char *)status,
		.exit_code = code,
		.started_at = (char *)started,
		.finished_at = (char *)finished,
	};
	cleanup_free char *text = NULL;
	Container c = { 0 };
	int64_t now;

	(void)timestamp_parse("2026-11-22T12:00:00Z", &now);
	c.state = s;
	text = container_status_text(&c, now);
	check_str(text, want);
}

static void check_marked(const char *health, bool disabled, const char *want)
{
	HealthState state = { .status = (char *)health };
	Container c = {
		.state = { .status = (char *)(disabled ? "exited" : "running"),
			   .started_at = (char *)"2026-11-22T11:55:00Z",
			   .finished_at = (char *)"2026-11-22T11:55:00Z",
			   .health = &state },
		.racker.disabled = disabled,
	};
	cleanup_free char *text = NULL;
	int64_t now;

	(void)timestamp_parse("2026-11-22T12:00:00Z", &now);
	text = container_status_text(&c, now);
	check_str(text, want);
}

static void check_command(const char *path, char **args, const char *want)
{
	Container c = { .path = (char *)path, .args = args, .racker.system = !path };
	cleanup_free char *text = container_command_text(&c);

	check_str(text, want);
}

static void check_truncated(const char *text, size_t n, const char *want)
{
	cleanup_free char *got = text_truncate(text, n);

	check_str(got, want);
}

int main(void)
{
	char *args[] = { (char *)"-c", (char *)"sleep 5", NULL };
	cleanup_free char *never = time_ago_text("0001-01-01T00:00:00Z", 0);
	cleanup_free char *wrong = time_ago_text("yesterday", 0);

	check_status("created", 0, "", "", "Created");
	check_status("running", 0, "2026-11-22T11:59:59.5Z", "", "Up Less than a second");
	check_status("running", 0, "2026-11-22T11:55:00Z", "", "Up 5 minutes");
	check_status("running", 0, "2026-11-22T12:00:05Z", "", "Up Less than a second");
	check_status("paused", 0, "2026-11-22T11:00:00Z", "", "Up About an hour (Paused)");
	check_status("exited", 137, "", "2026-11-20T12:00:00Z", "Exited (137) 2 days ago");
	check_status("dead", 0, "", "", "Dead");
	check_status("removing", 0, "", "", "Removal In Progress");
	check_status("restarting", 1, "", "2026-11-22T11:59:57Z", "Restarting (1) 3 seconds ago");
	check_marked("healthy", false, "Up 5 minutes (healthy)");
	check_marked("unhealthy", false, "Up 5 minutes (unhealthy)");
	check_marked("starting", false, "Up 5 minutes (health: starting)");
	check_marked("none", false, "Up 5 minutes");
	check_marked("healthy", true, "Exited (0) 5 minutes ago (Disabled)");
	check_str(never, "");
	check_str(wrong, "");

	check_command("sh", args, "sh -c 'sleep 5'");
	check_command("true", NULL, "true");
	check_command("", NULL, "");
	check_command(NULL, NULL, "/sbin/init");

	check_truncated("short", 20, "short");
	check_truncated("exactly-twenty-chars", 20, "exactly-twenty-chars");
	check_truncated("this is more than twenty", 20, "this is more than t…");
	check_truncated("\303\244\303\244\303\244\303\244", 3, "\303\244\303\244…");
	check_truncated("\303\244\303\244\303\244", 3, "\303\244\303\244\303\244");
	return tap_done();
}
