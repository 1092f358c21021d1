/* request-mounts: volumes, secrets and configs of a service. */
#include "compose/request.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

static Mount *add_mount(HostConfig *host, const char *type, const char *source, const char *target)
{
	Mount *m;

	host->mounts = xreallocarray(host->mounts, host->n_mounts + 1, sizeof(*host->mounts));
	m = &host->mounts[host->n_mounts++];
	*m = (Mount){ .type = xstrdup(type), .source = xstrdup(source), .target = xstrdup(target) };
	return m;
}

/* ---- volumes ---- */

/* "source:target[:options]", as Compose writes it where that can say it. */
static void add_bind(HostConfig *host, const ServiceVolume *v, const char *source)
{
	Strbuf b = STRBUF_INIT;

	strbuf_addf(&b, "%s:%s:%s", source, v->target, v->read_only ? "ro" : "rw");
	if (v->bind && !str_empty(v->bind->selinux))
		strbuf_addf(&b, ",%s", v->bind->selinux);
	if (v->bind && !str_empty(v->bind->propagation))
		strbuf_addf(&b, ",%s", v->bind->propagation);
	if (v->volume && v->volume->nocopy)
		strbuf_adds(&b, ",nocopy");
	strv_push(&host->binds, strbuf_steal(&b));
}

static void add_bind_mount(HostConfig *host, const ServiceVolume *v)
{
	Mount *m = add_mount(host, "bind", v->source, v->target);
	const char *recursive = v->bind ? v->bind->recursive : NULL;

	m->readonly = v->read_only;
	m->consistency = xstrdup(v->consistency);
	m->bind = xnew0(BindOptions, 1);
	m->bind->propagation = xstrdup(v->bind ? v->bind->propagation : NULL);
	m->bind->non_recursive = recursive && streq(recursive, "disabled");
	m->bind->readonly_non_recursive = recursive && streq(recursive, "writable");
	m->bind->readonly_force_recursive = recursive && streq(recursive, "readonly");
}

static void add_volume_mount(HostConfig *host, const ServiceVolume *v, const char *name)
{
	Mount *m = add_mount(host, "volume", name, v->target);

	m->readonly = v->read_only;
	if (!v->volume)
		return;
	m->volume = xnew0(VolumeOptions, 1);
	m->volume->no_copy = v->volume->nocopy;
	m->volume->subpath = xstrdup(v->volume->subpath);
}

static void add_tmpfs_mount(HostConfig *host, const ServiceVolume *v)
{
	Mount *m = add_mount(host, "tmpfs", NULL, v->target);

	m->readonly = v->read_only;
	if (!v->tmpfs)
		return;
	m->tmpfs = xnew0(TmpfsOptions, 1);
	m->tmpfs->size_bytes = v->tmpfs->size;
	m->tmpfs->mode = v->tmpfs->mode;
}

/* The volume that the container before this one had there without anybody having named it. */
static const char *inherited_volume(const RequestOptions *o, const char *target)
{
	for (size_t i = 0; o->inherit && i < o->inherit->racker.n_volumes; i++)
		if (streq(o->inherit->racker.volumes[i].target, target))
			return o->inherit->racker.volumes[i].name;
	return NULL;
}

static void add_named_volume(Compose *c, const ServiceVolume *v, HostConfig *host)
{
	const ProjectVolume *volume = project_volume(c->project, v->source);
	const char *name = volume ? volume->name : v->source;

	if (v->volume && !str_empty(v->volume->subpath))
		add_volume_mount(host, v, name);
	else
		add_bind(host, v, name);
}

static int add_volume(Compose *c, const ServiceVolume *v, const RequestOptions *o, HostConfig *host,
		      Error **err)
{
	if (streq(v->type, "tmpfs"))
		add_tmpfs_mount(host, v);
	else if (streq(v->type, "bind") && (!v->bind || v->bind->create_host_path) &&
		 !(v->bind && v->bind->recursive))
		add_bind(host, v, v->source);
	else if (streq(v->type, "bind"))
		add_bind_mount(host, v);
	else if (!streq(v->type, "volume"))
		return error_set(err, ENOTSUP, "volumes of type \"%s\" do not exist on Linux",
				 v->type);
	else if (!str_empty(v->source))
		add_named_volume(c, v, host);
	else
		add_volume_mount(host, v, inherited_volume(o, v->target));
	return 0;
}

static bool service_mounts(const Service *s, const char *target)
{
	for (size_t i = 0; i < s->n_volumes; i++)
		if (streq(s->volumes[i].target, target))
			return true;
	return false;
}

/* Volumes that the image asked for, and nobody named, go on with the container's successor. */
static void inherit_image_volumes(const Service *s, const RequestOptions *o, HostConfig *host)
{
	for (size_t i = 0; o->inherit && i < o->inherit->racker.n_volumes; i++) {
		const VolumeMount *v = &o->inherit->racker.volumes[i];

		if (strv_contains(o->inherit->config.volumes, v->target) &&
		    !service_mounts(s, v->target))
			(void)add_mount(host, "volume", v->name, v->target);
	}
}

/* ---- secrets and configs ---- */

/* A file of the host is bound as it is, with its own owner and mode, as Compose does it. */
static int add_file(Compose *c, const char *kind, const char *directory, const ProjectFile *file,
		    const ServiceFile *use, const RequestOptions *o, HostConfig *host, Error **err)
{
	cleanup_free char *source = NULL, *target = NULL;
	const char *name = str_empty(use->target) ? use->source : use->target;
	int r;

	if (!file)
		return error_set(err, ENOENT, "undefined %s \"%s\"", kind, use->source);
	if (file->external)
		return error_set(err, ENOTSUP, "unsupported external %s %s", kind, file->name);
	if (*name == '/')
		target = xstrdup(name);
	else
		target = xasprintf("%s/%s", directory, name);
	if (file->content) {
		r = compose_secret_write(c, o->name, file, use, &source, err);
		if (r < 0)
			return r;
	} else {
		source = xstrdup(file->file);
	}
	add_mount(host, "bind", source, target)->readonly = true;
	return 0;
}

int request_mounts(Compose *c, const Service *s, const RequestOptions *o, ContainerCreate *req,
		   Error **err)
{
	int r = 0;

	for (size_t i = 0; i < s->n_volumes && r >= 0; i++)
		r = add_volume(c, &s->volumes[i], o, &req->host, err);
	if (r >= 0)
		inherit_image_volumes(s, o, &req->host);
	for (size_t i = 0; i < s->n_configs && r >= 0; i++)
		r = add_file(c, "config", "", project_config(c->project, s->configs[i].source),
			     &s->configs[i], o, &req->host, err);
	for (size_t i = 0; i < s->n_secrets && r >= 0; i++)
		r = add_file(c, "secret", "/run/secrets",
			     project_secret(c->project, s->secrets[i].source), &s->secrets[i], o,
			     &req->host, err);
	return r < 0 ? error_prefix(err, r, "service \"%s\"", s->name) : 0;
}
