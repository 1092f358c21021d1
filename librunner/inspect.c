#include "librunner/inspect.h"

#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-size.h"
#include "librunner/container-state.h"
#include "librunner/inspect-internal.h"
#include "librunner/monitor-ask.h"

/* Docker's name for a container's root that the kernel's overlayfs puts together. */
#define DRIVER_OVERLAY "overlay2"
/* --rootfs: one directory, nothing is put together. */
#define DRIVER_DIRECTORY "directory"

json_t *inspect_add_keys(json_t *object, const InspectExtra *extra)
{
	json_t *result = json_object(), *value;
	const char *key;

	json_object_foreach(object, key, value) {
		const char *last = key;

		(void)json_object_set(result, key, value);
		/* A new key may be followed by further ones. */
		for (const InspectExtra *e = extra; e->key; e++)
			if (streq(e->after, last) && !json_object_get(object, e->key)) {
				(void)json_object_set_new(result, e->key, json_constant(e->value));
				last = e->key;
			}
	}
	json_decref(object);
	return result;
}

/* ---- the container's state ---- */

typedef struct StateView {
	char *status;
	bool running, paused, restarting, oom_killed, dead;
	int64_t pid, exit_code;
	char *error, *started_at, *finished_at;
	json_t *health;
} StateView;

/* clang-format off */
static const JsonField state_view_fields[] = {
	JSON_STRING(StateView, "Status", status, 0),
	JSON_BOOL(StateView, "Running", running, 0),
	JSON_BOOL(StateView, "Paused", paused, 0),
	JSON_BOOL(StateView, "Restarting", restarting, 0),
	JSON_BOOL(StateView, "OOMKilled", oom_killed, 0),
	JSON_BOOL(StateView, "Dead", dead, 0),
	JSON_INT(StateView, "Pid", pid, 0),
	JSON_INT(StateView, "ExitCode", exit_code, 0),
	JSON_STRING(StateView, "Error", error, 0),
	JSON_STRING(StateView, "StartedAt", started_at, 0),
	JSON_STRING(StateView, "FinishedAt", finished_at, 0),
	JSON_RAW(StateView, "Health", health, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType state_view_type = { "State", sizeof(StateView), state_view_fields };
/* clang-format on */

json_t *inspect_state(const ContainerState *s)
{
	const char *status = s->status ? s->status : "created";
	cleanup_json json_t *state = json_encode(&container_state_type, s);
	StateView view = {
		.status = (char *)status,
		.paused = streq(status, "paused"),
		.restarting = streq(status, "restarting"),
		.oom_killed = s->oom_killed,
		.dead = streq(status, "dead"),
		.pid = s->pid,
		.exit_code = s->exit_code,
		.error = s->error,
		.started_at = s->started_at ? s->started_at : (char *)TIMESTAMP_ZERO,
		.finished_at = s->finished_at ? s->finished_at : (char *)TIMESTAMP_ZERO,
		.health = json_object_get(state, "Health"),
	};

	/* Docker counts a paused container, and one between two runs, as running. */
	view.running = streq(status, "running") || view.paused || view.restarting;
	return json_encode(&state_view_type, &view);
}

/* ---- files ---- */

/* A file of the container, when it is there: most are made by the first start. */
static char *container_file(Runtime *rt, const Container *c, const char *name)
{
	cleanup_free char *path = xasprintf("%s/containers/%s/%s", rt->root, c->id, name);

	return access(path, F_OK) == 0 ? steal(&path) : xstrdup("");
}

static bool log_is_file(const Container *c)
{
	return str_empty(c->host.log.type) || streq(c->host.log.type, "json-file");
}

static json_t *graph_driver(Runtime *rt, const Container *c)
{
	cleanup_free char *dir = xasprintf("%s/containers/%s", rt->root, c->id);
	cleanup_free char *merged = xasprintf("%s/merged", dir),
			  *upper = xasprintf("%s/upper", dir), *work = xasprintf("%s/work", dir);
	cleanup_strbuf Strbuf lower = STRBUF_INIT;

	if (!str_empty(c->racker.rootfs))
		return json_pack("{s:{s:o}, s:s}", "Data", "Directory",
				 json_string_lossy(c->racker.rootfs, strlen(c->racker.rootfs)),
				 "Name", DRIVER_DIRECTORY);
	/* The topmost comes first, as in the options of the mount. */
	for (size_t i = strv_length(c->racker.layers); i > 0; i--)
		strbuf_addf(&lower, "%s%s/layers/%s", lower.len ? ":" : "", rt->root,
			    c->racker.layers[i - 1]);
	return json_pack("{s:{s:s, s:s, s:s, s:s}, s:s}", "Data", "LowerDir",
			 lower.data ? lower.data : "", "MergedDir", merged, "UpperDir", upper,
			 "WorkDir", work, "Name", DRIVER_OVERLAY);
}

/* ---- the container ---- */

typedef struct ContainerView {
	char *id, *created, *path;
	char **args;
	json_t *state;
	char *image, *resolv_conf_path, *hostname_path, *hosts_path, *log_path, *name;
	int64_t restart_count;
	char *driver, *platform, *mount_label, *process_label, *apparmor_profile;
	json_t *exec_ids, *host_config, *graph_driver;
	int64_t size_rw, size_root_fs;
	json_t *mounts, *config, *network_settings, *racker;
} ContainerView;

/* clang-format off */
static const JsonField container_view_fields[] = {
	JSON_STRING(ContainerView, "Id", id, 0),
	JSON_STRING(ContainerView, "Created", created, 0),
	JSON_STRING(ContainerView, "Path", path, 0),
	JSON_STRV(ContainerView, "Args", args, 0),
	JSON_RAW(ContainerView, "State", state, 0),
	JSON_STRING(ContainerView, "Image", image, 0),
	JSON_STRING(ContainerView, "ResolvConfPath", resolv_conf_path, 0),
	JSON_STRING(ContainerView, "HostnamePath", hostname_path, 0),
	JSON_STRING(ContainerView, "HostsPath", hosts_path, 0),
	JSON_STRING(ContainerView, "LogPath", log_path, 0),
	JSON_STRING(ContainerView, "Name", name, 0),
	JSON_INT(ContainerView, "RestartCount", restart_count, 0),
	JSON_STRING(ContainerView, "Driver", driver, 0),
	JSON_STRING(ContainerView, "Platform", platform, 0),
	JSON_STRING(ContainerView, "MountLabel", mount_label, 0),
	JSON_STRING(ContainerView, "ProcessLabel", process_label, 0),
	JSON_STRING(ContainerView, "AppArmorProfile", apparmor_profile, 0),
	JSON_RAW(ContainerView, "ExecIDs", exec_ids, 0),
	JSON_RAW(ContainerView, "HostConfig", host_config, 0),
	JSON_RAW(ContainerView, "GraphDriver", graph_driver, 0),
	JSON_INT(ContainerView, "SizeRw", size_rw, JSON_OMIT_NEGATIVE),
	JSON_INT(ContainerView, "SizeRootFs", size_root_fs, JSON_OMIT_NEGATIVE),
	JSON_RAW(ContainerView, "Mounts", mounts, 0),
	JSON_RAW(ContainerView, "Config", config, 0),
	JSON_RAW(ContainerView, "NetworkSettings", network_settings, 0),
	JSON_RAW(ContainerView, "Racker", racker, 0),
	JSON_END,
};
static const JsonType container_view_type = { "container", sizeof(ContainerView), container_view_fields };
/* clang-format on */

/* Everything but the files and the sizes. */
/* Only commands ask: a hook's state is made by the monitor itself. */
static json_t *exec_ids(Runtime *rt, const Container *c, unsigned flags)
{
	cleanup_strv char **ids =
		flags & INSPECT_GUEST && container_is_running(c) ? container_exec_ids(rt, c) : NULL;
	json_t *list = ids ? json_array() : json_null();

	STRV_FOREACH(id, ids)
		(void)json_array_append_new(list, json_string(*id));
	return list;
}

static ContainerView view_of(Runtime *rt, const Container *c, unsigned flags)
{
	return (ContainerView){
		.id = xstrdup(c->id),
		.created = xstrdup(c->created),
		.path = xstrdup(c->path),
		.args = strv_copy(c->args),
		.state = inspect_state(&c->state),
		.image = xstrdup(c->image_id),
		.name = xasprintf("/%s", c->name),
		.restart_count = c->state.restart_count,
		.driver = xstrdup(str_empty(c->racker.rootfs) ? DRIVER_OVERLAY : DRIVER_DIRECTORY),
		.platform = xstrdup(str_empty(c->platform) ? "linux" : c->platform),
		.exec_ids = exec_ids(rt, c, flags),
		.host_config = inspect_host_config(c),
		.graph_driver = graph_driver(rt, c),
		.size_rw = -1,
		.size_root_fs = -1,
		.mounts = inspect_mounts(rt, c),
		.config = inspect_config(&c->config),
		.network_settings = inspect_network_settings(rt, c),
		.racker = inspect_racker(c, flags),
	};
}

json_t *container_inspect_json(Runtime *rt, const Container *c, unsigned flags)
{
	ContainerView view = view_of(rt, c, flags);
	json_t *result;

	view.resolv_conf_path = container_file(rt, c, "resolv.conf");
	view.hostname_path = container_file(rt, c, "hostname");
	view.hosts_path = container_file(rt, c, "hosts");
	view.log_path = container_file(rt, c, log_is_file(c) ? "log.json" : "nolog");
	if (flags & INSPECT_SIZE)
		container_size(rt, c, &view.size_rw, &view.size_root_fs);
	result = json_encode(&container_view_type, &view);
	json_clear(&container_view_type, &view);
	return result;
}
