#include "librunner/container-filter.h"

#include <regex.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

struct ContainerFilter {
	char **ancestors; /* image IDs, and names as they were typed */
	char **exited, **ids, **labels, **status;
	regex_t *names;
	size_t n_names, names_cap;
};

ContainerFilter *container_filter_free(ContainerFilter *f)
{
	if (!f)
		return NULL;
	strv_free(f->ancestors);
	strv_free(f->exited);
	strv_free(f->ids);
	strv_free(f->labels);
	strv_free(f->status);
	for (size_t i = 0; i < f->n_names; i++)
		regfree(&f->names[i]);
	free(f->names);
	free(f);
	return NULL;
}

static int add_ancestor(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	cleanup_image Image *image = NULL;
	cleanup_error Error *e = NULL;

	strv_add(&f->ancestors, value);
	if (image_find(rt->store, value, &image, &e) >= 0)
		strv_add(&f->ancestors, image->id);
	else if (e->errnum != ENOENT && e->errnum != EINVAL)
		return error_propagate(err, steal(&e));
	return 0;
}

static int add_name(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	(void)rt;
	GROW(f->names, f->n_names, &f->names_cap);
	if (regcomp(&f->names[f->n_names], value, REG_EXTENDED | REG_NOSUB) != 0)
		return error_set(err, EINVAL, "invalid filter 'name=%s': not a regular expression",
				 value);
	f->n_names++;
	return 0;
}

static int add_exited(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	int64_t code;

	(void)rt;
	if (str_to_i64(value, &code) < 0)
		return error_set(
			err, EINVAL,
			"invalid filter 'exited=%s': strconv.Atoi: parsing \"%s\": invalid "
			"syntax",
			value, value);
	strv_addf(&f->exited, "%lld", (long long)code);
	return 0;
}

static int add_status(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	static const char *const known[] = { "paused", "restarting", "removing", "running",
					     "dead",   "created",    "exited" };

	(void)rt;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (streq(known[i], value)) {
			strv_add(&f->status, value);
			return 0;
		}
	return error_set(err, EINVAL, "invalid filter 'status=%s'", value);
}

static int add_id(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	(void)rt;
	(void)err;
	strv_add(&f->ids, value);
	return 0;
}

static int add_label(Runtime *rt, ContainerFilter *f, const char *value, Error **err)
{
	(void)rt;
	(void)err;
	strv_add(&f->labels, value);
	return 0;
}

static int add_text(Runtime *rt, ContainerFilter *f, const char *text, Error **err)
{
	static const struct {
		const char *key;
		int (*add)(Runtime *rt, ContainerFilter *f, const char *value, Error **err);
	} keys[] = {
		{ "ancestor", add_ancestor }, { "exited", add_exited }, { "id", add_id },
		{ "label", add_label },	      { "name", add_name },	{ "status", add_status },
	};
	size_t n = strcspn(text, "=");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i].key) == n && strncmp(keys[i].key, text, n) == 0 && text[n])
			return keys[i].add(rt, f, text + n + 1, err);
	return error_set(err, EINVAL, "invalid filter '%.*s'", (int)n, text);
}

int container_filter_new(Runtime *rt, char *const *texts, ContainerFilter **ret, Error **err)
{
	cleanup_container_filter ContainerFilter *f = xnew0(ContainerFilter, 1);

	STRV_FOREACH(it, texts) {
		int r = add_text(rt, f, *it, err);

		if (r < 0)
			return r;
	}
	*ret = steal(&f);
	return 0;
}

bool container_filter_wants_all(const ContainerFilter *f)
{
	return f->status != NULL;
}

bool labels_match(char *const *labels, const char *want)
{
	size_t n = strcspn(want, "=");

	STRV_FOREACH(it, labels)
		if (want[n] ? streq(*it, want)
			    : strncmp(*it, want, n) == 0 && ((*it)[n] == '=' || !(*it)[n]))
			return true;
	return false;
}

static bool match_names(const ContainerFilter *f, const Container *c)
{
	cleanup_free char *path = xasprintf("/%s", c->name);

	/* Docker's names have a slash, and old patterns begin with `^/`. */
	for (size_t i = 0; i < f->n_names; i++)
		if (regexec(&f->names[i], c->name, 0, NULL, 0) == 0 ||
		    regexec(&f->names[i], path, 0, NULL, 0) == 0)
			return true;
	return f->n_names == 0;
}

static bool match_ids(const ContainerFilter *f, const Container *c)
{
	STRV_FOREACH(it, f->ids)
		if (startswith(c->id, *it))
			return true;
	return !f->ids;
}

static bool match_exited(const ContainerFilter *f, const Container *c)
{
	char code[24];

	if (!f->exited)
		return true;
	(void)snprintf(code, sizeof(code), "%lld", (long long)c->state.exit_code);
	return streq_null(c->state.status, "exited") && strv_contains(f->exited, code);
}

bool container_filter_match(const ContainerFilter *f, const Container *c)
{
	STRV_FOREACH(it, f->labels)
		if (!labels_match(c->config.labels, *it))
			return false;
	if (f->status && !strv_contains(f->status, c->state.status ? c->state.status : ""))
		return false;
	if (f->ancestors && !strv_contains(f->ancestors, c->image_id ? c->image_id : "") &&
	    !strv_contains(f->ancestors, c->config.image ? c->config.image : ""))
		return false;
	return match_ids(f, c) && match_exited(f, c) && match_names(f, c);
}
