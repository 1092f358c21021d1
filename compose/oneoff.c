#include "compose/oneoff.h"

#include "compose/request.h"
#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/options/volumes.h"
#include "librunner/ports.h"

#define SLUG_LENGTH 64
/* As much of it is in the name. */
#define SLUG_SHOWN 12

static int publish(char *const *ports, ContainerCreate *req, Error **err)
{
	cleanup_port_specs PortSpecs specs = { 0 };
	int r = 0;

	for (char *const *it = ports; it && *it && r >= 0; it++)
		r = port_specs_add_publish(&specs, *it, err);
	if (r < 0 || !specs.n)
		return r;
	for (size_t i = 0; i < specs.n; i++) {
		cleanup_free char *port =
			xasprintf("%u/%s", specs.items[i].port, specs.items[i].protocol);

		if (!strv_contains(req->config.exposed_ports, port))
			strv_add(&req->config.exposed_ports, port);
	}
	json_decref(req->host.port_bindings);
	req->host.port_bindings = port_specs_to_bindings(&specs);
	return 0;
}

/* "source:target[:mode]"; one that is there already at the target goes. */
static int add_volumes(char *const *volumes, ContainerCreate *req, Error **err)
{
	STRV_FOREACH(it, volumes) {
		cleanup_free char *bind = NULL;
		int r = volume_resolve(*it, NULL, &bind, err);

		if (r < 0)
			return r;
		if (strchr(bind, ':'))
			strv_push(&req->host.binds, steal(&bind));
		else
			strv_push(&req->config.volumes, steal(&bind));
	}
	return 0;
}

int compose_oneoff_create(Compose *c, const Service *s, const OneoffOptions *o, char **ret_id,
			  Error **err)
{
	cleanup_free char *slug = random_hex(SLUG_LENGTH), *name = NULL, *image = NULL;
	cleanup_free char *wanted = service_image(c->project, s);
	cleanup_request ContainerCreate req;
	RequestOptions request = { .number = 1,
				   .oneoff = true,
				   .slug = slug,
				   .no_aliases = !o->use_aliases,
				   .no_ports = !o->service_ports };
	int r;

	name = o->name ? xstrdup(o->name)
		       : xasprintf("%s-%s-run-%.*s", c->project->name, s->name, SLUG_SHOWN, slug);
	request.name = name;
	(void)image_find_id(c->rt->store, wanted, &image, NULL);
	request.image_id = image;
	r = compose_request(c, s, &request, &req, err);
	if (r >= 0)
		r = publish(o->publish, &req, err);
	if (r >= 0)
		r = add_volumes(o->volumes, &req, err);
	if (r < 0)
		return r;
	req.host.auto_remove = o->remove;
	req.config.attach_stdin = req.config.stdin_once = s->stdin_open;
	return container_create(c->rt, &req, ret_id, err);
}
