/* actual: a project of which there are no files, as its containers tell it. */
#include "compose/engine.h"
#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"

/* "db:service_healthy:false" */
static void add_dependency(Service *s, const char *text)
{
	cleanup_strv char **parts = strv_split(text, ':');
	ServiceDependency *d;

	if (str_empty(parts[0]))
		return;
	s->depends_on = xreallocarray(s->depends_on, s->n_depends_on + 1, sizeof(*s->depends_on));
	d = &s->depends_on[s->n_depends_on++];
	*d = (ServiceDependency){
		.service = xstrdup(parts[0]),
		.condition = xstrdup(parts[1] ? parts[1] : "service_started"),
		.restart = parts[1] && parts[2] && streq(parts[2], "true"),
		.required = true,
	};
}

static void add_service(Project *p, const Container *c)
{
	const char *name = container_label(c, LABEL_SERVICE);
	cleanup_strv char **dependencies = strv_split(container_label(c, LABEL_DEPENDS), ',');
	Service *s = project_service(p, name);

	if (s) {
		s->scale++;
		return;
	}
	p->services = xreallocarray(p->services, p->n_services + 1, sizeof(*p->services));
	s = &p->services[p->n_services++];
	*s = (Service){ .name = xstrdup(name),
			.image = xstrdup(c->config.image),
			.scale = 1,
			.stop_grace_period = -1 };
	STRV_FOREACH(it, dependencies)
		add_dependency(s, *it);
}

void project_from_containers(Project *p, const char *name, const ProjectContainers *containers)
{
	p->name = xstrdup(name);
	for (size_t i = 0; i < containers->n; i++)
		if (!container_is_oneoff(containers->list[i]))
			add_service(p, containers->list[i]);
}
