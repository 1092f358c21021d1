#include "librunner/container-brief.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-store.h"

/* clang-format off */
static const JsonField config_fields[] = {
	JSON_SET(ContainerConfig, "ExposedPorts", exposed_ports, JSON_OMIT_EMPTY),
	JSON_STRING(ContainerConfig, "Image", image, JSON_OMIT_EMPTY),
	JSON_ENV(ContainerConfig, "Labels", labels, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType config_type = { "Config", sizeof(ContainerConfig), config_fields };

static const JsonField mount_brief_fields[] = {
	JSON_STRING(Mount, "Type", type, JSON_OMIT_EMPTY),
	JSON_STRING(Mount, "Source", source, JSON_OMIT_EMPTY),
	JSON_STRING(Mount, "Target", target, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType mount_brief_type = { "Mounts", sizeof(Mount), mount_brief_fields };

static const JsonField host_fields[] = {
	JSON_STRV(HostConfig, "Binds", binds, JSON_OMIT_EMPTY),
	JSON_ARRAY(HostConfig, "Mounts", mounts, n_mounts, &mount_brief_type, JSON_OMIT_EMPTY),
	JSON_STRING(HostConfig, "NetworkMode", network_mode, JSON_OMIT_EMPTY),
	JSON_BOOL(HostConfig, "AutoRemove", auto_remove, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType host_type = { "HostConfig", sizeof(HostConfig), host_fields };

/* Of the networks their names alone. */
static const JsonField no_fields[] = { JSON_END };
static const JsonType endpoint_brief_type = { "EndpointsConfig", sizeof(EndpointSettings), no_fields };
static const JsonField networking_fields[] = {
	JSON_MAP(NetworkingConfig, "EndpointsConfig", endpoints, n_endpoints, &endpoint_brief_type,
		 EndpointSettings, network, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType networking_type = { "NetworkingConfig", sizeof(NetworkingConfig), networking_fields };

static const JsonField racker_fields[] = {
	JSON_BOOL(RackerConfig, "Boot", boot, JSON_OMIT_EMPTY),
	JSON_BOOL(RackerConfig, "System", system, JSON_OMIT_EMPTY),
	JSON_BOOL(RackerConfig, "Disabled", disabled, JSON_OMIT_EMPTY),
	JSON_ARRAY(RackerConfig, "Volumes", volumes, n_volumes, &volume_mount_type, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType racker_type = { "Racker", sizeof(RackerConfig), racker_fields };

static const JsonField brief_fields[] = {
	JSON_INT(Container, "Version", version, JSON_REQUIRED),
	JSON_STRING(Container, "Id", id, JSON_REQUIRED),
	JSON_STRING(Container, "Name", name, JSON_REQUIRED),
	JSON_STRING(Container, "Created", created, 0),
	JSON_STRING(Container, "Image", image_id, 0),
	JSON_STRING(Container, "Path", path, 0),
	JSON_STRV(Container, "Args", args, JSON_OMIT_EMPTY),
	JSON_OBJECT(Container, "Config", config, &config_type, JSON_OMIT_EMPTY),
	JSON_OBJECT(Container, "HostConfig", host, &host_type, JSON_OMIT_EMPTY),
	JSON_OBJECT(Container, "NetworkingConfig", networking, &networking_type, JSON_OMIT_EMPTY),
	JSON_OBJECT(Container, "Racker", racker, &racker_type, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType container_brief_type = { "container", sizeof(Container), brief_fields };

static const JsonField health_fields[] = {
	JSON_STRING(HealthState, "Status", status, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType health_brief_type = { "Health", sizeof(HealthState), health_fields };
/* clang-format on */

int container_load_brief(Runtime *rt, const char *id, Container **ret, Error **err)
{
	cleanup_container Container *c = xnew0(Container, 1);
	int r = container_read(rt, id, &container_brief_type, c, err);

	if (r < 0)
		return r;
	*ret = steal(&c);
	return 0;
}
