#include "librunner/container.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"

/* config.json holds the command line and the image's environment: generous, but bounded. */
#define CONFIG_MAX_SIZE (4 << 20)

/* clang-format off */
static const JsonField container_config_fields[] = {
	JSON_STRING(ContainerConfig, "Hostname", hostname, 0),
	JSON_STRING(ContainerConfig, "User", user, 0),
	JSON_BOOL(ContainerConfig, "AttachStdin", attach_stdin, 0),
	JSON_BOOL(ContainerConfig, "AttachStdout", attach_stdout, 0),
	JSON_BOOL(ContainerConfig, "AttachStderr", attach_stderr, 0),
	JSON_BOOL(ContainerConfig, "Tty", tty, 0),
	JSON_BOOL(ContainerConfig, "OpenStdin", open_stdin, 0),
	JSON_BOOL(ContainerConfig, "StdinOnce", stdin_once, 0),
	JSON_STRV(ContainerConfig, "Env", env, JSON_NULL_EMPTY),
	JSON_STRV(ContainerConfig, "Cmd", cmd, JSON_NULL_EMPTY | JSON_STRING_OR_ARRAY),
	JSON_RAW(ContainerConfig, "Healthcheck", healthcheck, JSON_OMIT_EMPTY),
	JSON_STRING(ContainerConfig, "Image", image, 0),
	JSON_STRING(ContainerConfig, "WorkingDir", working_dir, 0),
	JSON_STRV(ContainerConfig, "Entrypoint", entrypoint, JSON_NULL_EMPTY | JSON_STRING_OR_ARRAY),
	JSON_ENV(ContainerConfig, "Labels", labels, 0),
	JSON_STRING(ContainerConfig, "StopSignal", stop_signal, JSON_OMIT_EMPTY),
	JSON_INT(ContainerConfig, "StopTimeout", stop_timeout, 0),
	JSON_END,
};
const JsonType container_config_type = { "Config", sizeof(ContainerConfig), container_config_fields };

static const JsonField host_config_fields[] = {
	JSON_STRV(HostConfig, "Binds", binds, JSON_NULL_EMPTY),
	JSON_STRING(HostConfig, "NetworkMode", network_mode, 0),
	JSON_BOOL(HostConfig, "AutoRemove", auto_remove, 0),
	JSON_BOOL(HostConfig, "Init", init, 0),
	JSON_END,
};
const JsonType host_config_type = { "HostConfig", sizeof(HostConfig), host_config_fields };

static const JsonField racker_config_fields[] = {
	JSON_BOOL(RackerConfig, "Boot", boot, 0),
	JSON_STRING(RackerConfig, "Machine", machine, 0),
	JSON_STRV(RackerConfig, "Layers", layers, 0),
	JSON_END,
};
static const JsonType racker_config_type = { "Racker", sizeof(RackerConfig), racker_config_fields };

static const JsonField container_state_fields[] = {
	JSON_STRING(ContainerState, "Status", status, 0),
	JSON_INT(ContainerState, "Pid", pid, 0),
	JSON_INT(ContainerState, "PidStart", pid_start, 0),
	JSON_INT(ContainerState, "MonitorPid", monitor_pid, 0),
	JSON_INT(ContainerState, "MonitorStart", monitor_start, 0),
	JSON_INT(ContainerState, "ExitCode", exit_code, 0),
	JSON_STRING(ContainerState, "Error", error, 0),
	JSON_STRING(ContainerState, "StartedAt", started_at, 0),
	JSON_STRING(ContainerState, "FinishedAt", finished_at, 0),
	JSON_BOOL(ContainerState, "OOMKilled", oom_killed, 0),
	JSON_STRING(ContainerState, "BootId", boot_id, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType container_state_type = { "State", sizeof(ContainerState), container_state_fields };

/* The state has a file of its own, which the monitor writes. */
static const JsonField container_fields[] = {
	JSON_INT(Container, "Version", version, JSON_REQUIRED),
	JSON_STRING(Container, "Id", id, JSON_REQUIRED),
	JSON_STRING(Container, "Name", name, JSON_REQUIRED),
	JSON_STRING(Container, "Created", created, 0),
	JSON_STRING(Container, "Image", image_id, 0),
	JSON_STRING(Container, "Platform", platform, JSON_OMIT_EMPTY),
	JSON_STRING(Container, "Path", path, 0),
	JSON_STRV(Container, "Args", args, 0),
	JSON_OBJECT(Container, "Config", config, &container_config_type, 0),
	JSON_OBJECT(Container, "HostConfig", host, &host_config_type, 0),
	JSON_OBJECT(Container, "Racker", racker, &racker_config_type, 0),
	JSON_END,
};
const JsonType container_type = { "container", sizeof(Container), container_fields };
/* clang-format on */

Container *container_free(Container *c)
{
	if (!c)
		return NULL;
	json_clear(&container_type, c);
	json_clear(&container_state_type, &c->state);
	free(c);
	return NULL;
}

bool container_id_valid(const char *id)
{
	size_t n = strspn(id, "0123456789abcdef");

	return n == CONTAINER_ID_LENGTH && !id[n];
}

int container_load(Runtime *rt, const char *id, Container **ret, Error **err)
{
	cleanup_container Container *c = xnew0(Container, 1);
	cleanup_free char *path = xasprintf("containers/%s/config.json", id);
	int r;

	c->config.stop_timeout = -1;
	r = json_read_file(store_fd(rt->store), path, CONFIG_MAX_SIZE, &container_type, c, err);
	if (r < 0)
		return r;
	if (c->version > CONTAINER_FORMAT)
		return error_set(err, EPROTONOSUPPORT,
				 "container %.12s was written by a newer racker (format %lld)", id,
				 (long long)c->version);
	if (!streq(c->id, id))
		return error_set(err, EBADMSG, "%s/%s: this is the configuration of container %s",
				 rt->root, path, c->id);
	r = container_state_load(rt, id, &c->state, err);
	if (r < 0)
		return r;
	*ret = steal(&c);
	return 0;
}

int container_ids(Runtime *rt, char ***ret, Error **err)
{
	cleanup_strv char **ids = NULL;
	cleanup_dir DIR *dir = NULL;
	cleanup_fd int fd = fs_open_dir(store_fd(rt->store), "containers");
	struct dirent *entry;

	if (fd == -ENOENT) {
		*ret = NULL;
		return 0;
	}
	if (fd < 0)
		return error_errno(err, -fd, "open %s/containers", rt->root);
	dir = fdopendir(fd);
	if (!dir)
		return error_errno(err, errno, "read %s/containers", rt->root);
	(void)steal_fd(&fd);
	while ((errno = 0, entry = readdir(dir)))
		if (container_id_valid(entry->d_name))
			strv_add(&ids, entry->d_name);
	if (errno)
		return error_errno(err, errno, "read %s/containers", rt->root);
	*ret = steal(&ids);
	return 0;
}

static int container_newer_first(const void *a, const void *b)
{
	const Container *x = *(Container *const *)a, *y = *(Container *const *)b;
	int r = strcmp(y->created ? y->created : "", x->created ? x->created : "");

	return r ? r : strcmp(x->id, y->id);
}

Container **container_list_free(Container **list, size_t n)
{
	for (size_t i = 0; list && i < n; i++)
		container_free(list[i]);
	free(list);
	return NULL;
}

int container_list(Runtime *rt, Container ***ret, size_t *ret_n, Error **err)
{
	cleanup_strv char **ids = NULL;
	Container **list = NULL;
	size_t n = 0, cap = 0;
	int r = container_ids(rt, &ids, err);

	if (r < 0)
		return r;
	STRV_FOREACH(id, ids) {
		cleanup_error Error *e = NULL;

		GROW(list, n, &cap);
		r = container_load(rt, *id, &list[n], &e);
		if (r >= 0)
			n++;
		else if (r != -ENOENT)
			log_warning("%s", e->msg); /* one broken file hides one container */
	}
	if (n)
		qsort(list, n, sizeof(*list), container_newer_first);
	*ret = list;
	*ret_n = n;
	return 0;
}

/* Docker's order: the full ID, the name, then a unique prefix of the ID. */
static Container **container_match(Container **list, size_t n, const char *name, bool *ret_many)
{
	Container **match = NULL;

	*ret_many = false;
	for (size_t i = 0; i < n; i++)
		if (streq(list[i]->name, name))
			return &list[i];
	for (size_t i = 0; i < n; i++) {
		if (!startswith(list[i]->id, name))
			continue;
		*ret_many = match != NULL;
		if (*ret_many)
			return NULL;
		match = &list[i];
	}
	return match;
}

int container_find(Runtime *rt, const char *name, Container **ret, Error **err)
{
	Container **list = NULL, **match;
	const char *bare = name[0] == '/' ? name + 1 : name;
	size_t n = 0;
	bool many;
	int r;

	if (container_id_valid(bare)) {
		cleanup_error Error *e = NULL;

		r = container_load(rt, bare, ret, &e);
		if (r != -ENOENT)
			return r < 0 ? error_propagate(err, steal(&e)) : 0;
	}
	r = container_list(rt, &list, &n, err);
	if (r < 0)
		return r;
	match = *bare ? container_match(list, n, bare, &many) : NULL;
	if (match)
		*ret = steal(match);
	else if (*bare && many)
		r = error_set(err, EINVAL, "multiple IDs found with provided prefix: %s", name);
	else
		r = error_set(err, ENOENT, "No such container: %s", name);
	container_list_free(list, n);
	return r;
}
