#include "compose/request.h"

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/sha256.h"
#include "libcommon/str.h"

#define NSEC_PER_SEC INT64_C(1000000000)

char **request_list(char *const *v)
{
	return v && *v ? strv_copy(v) : NULL;
}

char *compose_container_name(const Project *p, const Service *s, int64_t number)
{
	if (!str_empty(s->container_name))
		return xstrdup(s->container_name);
	return xasprintf("%s-%s-%lld", p->name, s->name, (long long)number);
}

char *compose_service_hash(const Service *s, char *const *resolved)
{
	cleanup_free char *text = service_hash_text(s);
	cleanup_free char *references = resolved ? strv_join(resolved, "\n") : xstrdup("");
	cleanup_free char *all = xasprintf("%s%s", text, references);

	return sha256_hex(all, strlen(all));
}

/* "db:service_healthy:false,…" */
static char *depends_label(const Service *s)
{
	Strbuf b = STRBUF_INIT;

	for (size_t i = 0; i < s->n_depends_on; i++)
		strbuf_addf(&b, "%s%s:%s:%s", i ? "," : "", s->depends_on[i].service,
			    s->depends_on[i].condition,
			    s->depends_on[i].restart ? "true" : "false");
	return strbuf_steal(&b);
}

static int request_labels(Compose *c, const Service *s, const RequestOptions *o, char ***labels,
			  Error **err)
{
	cleanup_strv char **resolved = NULL;
	cleanup_free char *depends = depends_label(s), *hash = NULL;
	cleanup_free char *number = xasprintf("%lld", (long long)o->number);
	cleanup_free char *files = strv_join(c->project->compose_files, ",");
	cleanup_free char *env_files = strv_join(c->env_files, ",");
	int r = compose_references(c, s, &resolved, err);

	if (r < 0)
		return r;
	hash = compose_service_hash(s, resolved);
	STRV_FOREACH(it, s->labels)
		strv_add(labels, *it);
	env_set(labels, LABEL_PROJECT, c->project->name);
	env_set(labels, LABEL_SERVICE, s->name);
	env_set(labels, LABEL_HASH, hash);
	env_set(labels, LABEL_VERSION, COMPOSE_VERSION);
	env_set(labels, LABEL_ONEOFF, o->oneoff ? "True" : "False");
	env_set(labels, LABEL_WORKING_DIR, c->project->working_dir);
	env_set(labels, LABEL_FILES, files);
	env_set(labels, LABEL_DEPENDS, depends);
	if (!str_empty(env_files))
		env_set(labels, LABEL_ENV_FILES, env_files);
	if (o->image_id)
		env_set(labels, LABEL_IMAGE, o->image_id);
	if (o->slug)
		env_set(labels, LABEL_SLUG, o->slug);
	env_set(labels, LABEL_NUMBER, number);
	if (o->replaces)
		env_set(labels, LABEL_REPLACE, o->replaces);
	return 0;
}

static Healthcheck *request_health(const ServiceHealthcheck *from)
{
	Healthcheck *h;

	if (!from)
		return NULL;
	h = xnew0(Healthcheck, 1);
	h->interval = from->interval;
	h->timeout = from->timeout;
	h->start_period = from->start_period;
	h->start_interval = from->start_interval;
	h->retries = from->retries;
	if (from->disable)
		strv_add(&h->test, "NONE");
	else
		h->test = request_list(from->test);
	return h;
}

/* An empty entrypoint in the file means none, not the image's. */
static char **request_entrypoint(char *const *from)
{
	char **entrypoint = NULL;

	if (from && !*from)
		strv_add(&entrypoint, "");
	else
		entrypoint = request_list(from);
	return entrypoint;
}

static void request_config(const Service *s, const char *image, ContainerConfig *config)
{
	config->image = xstrdup(image);
	config->hostname = xstrdup(s->hostname);
	config->domainname = xstrdup(s->domainname);
	config->user = xstrdup(s->user);
	config->working_dir = xstrdup(s->working_dir);
	config->tty = s->tty;
	config->open_stdin = s->stdin_open;
	config->attach_stdout = config->attach_stderr = true;
	config->cmd = request_list(s->command);
	config->entrypoint = request_entrypoint(s->entrypoint);
	config->stop_signal = xstrdup(s->stop_signal);
	config->healthcheck = request_health(s->healthcheck);
	config->mac_address = xstrdup(s->mac_address);
	/* A name alone has no value here: it takes the image's away. */
	config->env = request_list(s->environment);
	if (s->stop_grace_period >= 0)
		config->stop_timeout = s->stop_grace_period / NSEC_PER_SEC;
}

static int request_racker(const Service *s, ContainerCreate *req, Error **err)
{
	if (s->racker.boot && boot_mode_parse(s->racker.boot, &req->boot) < 0)
		return error_set(err, EINVAL,
				 "service \"%s\": x-racker.boot must be always, auto or never",
				 s->name);
	return 0;
}

int compose_request(Compose *c, const Service *s, const RequestOptions *o, ContainerCreate *ret,
		    Error **err)
{
	cleanup_free char *image = service_image(c->project, s);
	int r;

	container_create_init(ret);
	ret->name = o->name;
	ret->platform = s->platform;
	/* Images were pulled before, by the policy of the service. */
	ret->pull = PULL_NEVER;
	request_config(s, image, &ret->config);
	r = request_racker(s, ret, err);
	if (r >= 0)
		r = request_labels(c, s, o, &ret->config.labels, err);
	if (r >= 0)
		r = request_host(c, s, &ret->host, err);
	request_limits(s, &ret->host);
	if (r >= 0)
		r = request_mounts(c, s, o, ret, err);
	if (r >= 0)
		r = request_network(c, s, o, ret, err);
	return r;
}

void compose_request_clear(ContainerCreate *req)
{
	container_create_clear(req);
}
