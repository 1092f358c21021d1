#include "librunner/container-filter.h"

#include "libcommon/str.h"
#include "tests/tap.h"

static Container web = {
	.id = (char *)"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	.name = (char *)"web-1",
	.image_id = (char *)"sha256:1111",
	.config.image = (char *)"nginx:1",
	.state.status = (char *)"exited",
	.state.exit_code = 3,
};

/* `filters` are separated by blanks. */
static bool matches(const char *filters)
{
	cleanup_container_filter ContainerFilter *f = NULL;
	cleanup_strv char **texts = strv_split(filters, ' ');
	cleanup_error Error *err = NULL;

	if (container_filter_new(NULL, texts, &f, &err) < 0) {
		check_str(err->msg, "no error");
		return false;
	}
	return container_filter_match(f, &web);
}

static void check_wrong(const char *text, const char *want)
{
	cleanup_container_filter ContainerFilter *f = NULL;
	char *texts[] = { (char *)text, NULL };
	cleanup_error Error *err = NULL;

	check_int(container_filter_new(NULL, texts, &f, &err), -EINVAL);
	check_str(err->msg, want);
}

int main(void)
{
	cleanup_container_filter ContainerFilter *all = NULL, *status = NULL;
	char *labels[] = { (char *)"tier=front", (char *)"debug=", NULL };
	char *ports[] = { (char *)"80/tcp", NULL }, *binds[] = { (char *)"/host:/data:ro", NULL };
	Mount mounts[] = { { .type = (char *)"tmpfs", .target = (char *)"/tmpfs" } };
	HealthState health = { .status = (char *)"healthy" };
	EndpointSettings front = { .gateway = (char *)"172.18.0.1" };
	PortMapping published = { (char *)"0.0.0.0", 8080, 81, 2, (char *)"tcp" };
	char *wants_all[] = { (char *)"status=exited", NULL };

	web.config.labels = labels;
	web.config.exposed_ports = ports;
	web.host.network_mode = (char *)"none";
	web.host.binds = binds;
	web.host.mounts = mounts;
	web.host.n_mounts = 1;
	check(matches("name=web"));
	check(matches("name=eb-"));
	check(matches("name=^web-[0-9]$"));
	check(matches("name=^/web-1$"));
	check(!matches("name=^eb"));
	check(matches("name=db name=web"));
	check(matches("id=0123"));
	check(!matches("id=123"));
	check(matches("status=exited"));
	check(matches("status=running status=exited"));
	check(!matches("status=running"));
	check(matches("exited=3"));
	check(!matches("exited=0"));
	check(matches("label=tier"));
	check(matches("label=tier=front"));
	check(!matches("label=tier=back"));
	check(matches("label=debug"));
	check(!matches("label=deb"));
	check(!matches("label=tier label=other"));
	check(!matches("name=web status=running"));
	check_wrong("x=y", "invalid filter 'x'");
	check_wrong("nam=web", "invalid filter 'nam'");
	check_wrong("status=foo", "invalid filter 'status=foo'");
	check_wrong("exited=x",
		    "invalid filter 'exited=x': strconv.Atoi: parsing \"x\": invalid syntax");
	check_wrong("health=fine", "unrecognized filter value for health: fine");
	check_wrong("is-task=x", "invalid filter 'is-task=[x]'");
	check_wrong("expose=x",
		    "error while looking up for expose x: strconv.ParseUint: parsing \"x\": "
		    "invalid syntax");
	check_wrong("publish=99999", "error while looking up for publish 99999: strconv.ParseUint: "
				     "parsing \"99999\": value out of range");
	check_wrong("publish=80-",
		    "error while looking up for publish 80-: strconv.ParseUint: parsing "
		    "\"\": invalid syntax");
	check(!matches("name=("));
	check(matches("name=( name=web"));
	check(matches("health=none"));
	check(!matches("health=healthy"));
	web.state.health = &health;
	check(matches("health=healthy"));
	check(!matches("health=none"));
	check(matches("health=none health=healthy"));
	check(matches("is-task=false"));
	check(!matches("is-task=true"));
	check(matches("isolation=default"));
	check(matches("network=none"));
	check(!matches("network=host"));
	check(matches("volume=/data"));
	check(matches("volume=/tmpfs"));
	check(!matches("volume=/host"));
	/* Only a network that leads somewhere has ports, and only while it runs. */
	check(!matches("expose=80"));
	web.state.status = (char *)"running";
	check(!matches("expose=80"));
	web.host.network_mode = (char *)"front";
	web.state.networks = &front;
	web.state.n_networks = 1;
	web.state.ports = &published;
	web.state.n_ports = 1;
	check(matches("expose=80"));
	check(matches("expose=82"));
	check(matches("expose=70-90/tcp"));
	check(!matches("expose=80/udp"));
	check(!matches("publish=80"));
	check(!matches("publish=81"));
	check(matches("publish=8081"));
	check(!matches("publish=8082"));
	check(matches("publish=8000-9000"));
	check(!matches("publish=8080/udp"));
	/* One of both will do. */
	check(matches("publish=9 expose=80"));
	web.state.status = (char *)"exited";
	check_int(container_filter_new(NULL, NULL, &all, NULL), 0);
	check(container_filter_match(all, &web));
	check(!container_filter_wants_all(all));
	check_int(container_filter_new(NULL, wants_all, &status, NULL), 0);
	check(container_filter_wants_all(status));
	return tap_done();
}
