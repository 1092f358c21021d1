/* What inspect makes of a container, without one on disk. */
#include "librunner/inspect-internal.h"

#include "libcommon/alloc.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static void check_text(json_t *value, const char *want)
{
	cleanup_json json_t *owned = value;
	cleanup_free char *text = json_text(owned);

	check_str(text, want);
}

static void check_keys(void)
{
	static const InspectExtra extra[] = {
		{ "a", "a1", "0" }, { "a1", "a2", "[]" }, { "b", "c", "1" }, { .key = NULL }
	};

	check_text(inspect_add_keys(json_pack("{s:i, s:i, s:i}", "a", 1, "b", 2, "c", 3), extra),
		   "{\"a\":1,\"a1\":0,\"a2\":[],\"b\":2,\"c\":3}");
}

static json_t *host_value(const Container *c, const char *key)
{
	cleanup_json json_t *host = inspect_host_config(c);

	return json_incref(json_object_get(host, key));
}

static void check_host_config(void)
{
	Container c = { 0 };

	host_config_init(&c.host);
	check_text(host_value(&c, "ShmSize"), "67108864");
	check_text(host_value(&c, "LogConfig"), "{\"Type\":\"json-file\",\"Config\":{}}");
	check_text(host_value(&c, "RestartPolicy"), "{\"Name\":\"no\",\"MaximumRetryCount\":0}");
	check_text(host_value(&c, "ConsoleSize"), "[0,0]");
	check_text(host_value(&c, "MemorySwappiness"), "null");
	check_text(host_value(&c, "PidsLimit"), "null");
	check_text(
		host_value(&c, "ReadonlyPaths"),
		"[\"/proc/bus\",\"/proc/fs\",\"/proc/irq\",\"/proc/sys\",\"/proc/sysrq-trigger\"]");
	c.host.unmasked = true;
	check_text(host_value(&c, "MaskedPaths"), "[]");
	c.host.privileged = true;
	check_text(host_value(&c, "MaskedPaths"), "[]");
	c.host.unmasked = false;
	check_text(host_value(&c, "MaskedPaths"), "null");
	check(host_value(&c, "Unmasked") == NULL);
}

static void check_state(void)
{
	HealthState health = { .status = (char *)"healthy" };
	ContainerState s = { .status = (char *)"paused", .pid = 5, .health = &health };
	cleanup_json json_t *state = inspect_state(&s);

	check(json_is_true(json_object_get(state, "Running")));
	check(json_is_true(json_object_get(state, "Paused")));
	check_text(json_incref(json_object_get(state, "StartedAt")), "\"0001-01-01T00:00:00Z\"");
	check_text(json_incref(json_object_get(state, "Health")),
		   "{\"Status\":\"healthy\",\"FailingStreak\":0,\"Log\":[]}");
	check(json_object_get(state, "BootId") == NULL);
	check(json_object_get(state, "MonitorPid") == NULL);
}

static void check_mounts(void)
{
	char *binds[] = { (char *)"/a:/b:ro,rslave", (char *)"/c:/d", NULL };
	Mount mounts[] = { { .type = (char *)"tmpfs", .target = (char *)"/t" } };
	VolumeMount volumes[] = { { (char *)"data", (char *)"/data/deep", true } };
	Container c = { .host = { .binds = binds, .mounts = mounts, .n_mounts = 1 },
			.racker = { .volumes = volumes, .n_volumes = 1 } };
	const Runtime rt = { .root = (char *)"/r" };
	json_t *list = inspect_mounts(&rt, &c);

	check_text(json_incref(json_array_get(list, 0)),
		   "{\"Type\":\"bind\",\"Source\":\"/a\",\"Destination\":\"/b\","
		   "\"Mode\":\"ro,rslave\",\"RW\":false,\"Propagation\":\"rslave\"}");
	check_text(json_incref(json_array_get(list, 1)),
		   "{\"Type\":\"bind\",\"Source\":\"/c\",\"Destination\":\"/d\","
		   "\"Mode\":\"\",\"RW\":true,\"Propagation\":\"rprivate\"}");
	check_text(json_incref(json_array_get(list, 2)),
		   "{\"Type\":\"tmpfs\",\"Source\":\"\",\"Destination\":\"/t\","
		   "\"Mode\":\"\",\"RW\":true,\"Propagation\":\"\"}");
	check_text(json_incref(json_array_get(list, 3)),
		   "{\"Type\":\"volume\",\"Name\":\"data\","
		   "\"Source\":\"/r/volumes/data/_data\",\"Destination\":\"/data/deep\","
		   "\"Driver\":\"local\",\"Mode\":\"\",\"RW\":true,\"Propagation\":\"\"}");
	json_decref(list);
}

int main(void)
{
	check_keys();
	check_host_config();
	check_state();
	check_mounts();
	return tap_done();
}
