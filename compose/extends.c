#include "compose/load-internal.h"

#include <sys/stat.h>

#include "compose/merge.h"
#include "compose/paths.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/go-path.h"

/* The services on the way to a base. */
typedef struct Chain {
	const struct Chain *before;
	const char *service, *file;
} Chain;

/* One `extends`. */
typedef struct Extends {
	const char *service;
	const char *file; /* NULL: the same */
} Extends;

/* Where a service is looked for. */
typedef struct Scope {
	const json_t *services;
	const json_t *resets; /* array of arrays of paths, of all files on the way */
	const char *document; /* the file whose services are being extended */
} Scope;

static int resolve(ComposeLoader *l, const char *name, const Scope *scope, const Chain *chain,
		   json_t **ret);

static int parse_extends(const ComposeLoader *l, const char *name, const json_t *service,
			 Extends *ret)
{
	const json_t *value = json_object_get(service, "extends"), *file;
	ComposePosition at = { "", 0, 0 };

	*ret = (Extends){ 0 };
	if (json_is_string(value)) {
		ret->service = json_string_value(value);
		return 0;
	}
	ret->service = json_string_value(json_object_get(value, "service"));
	file = json_object_get(value, "file");
	ret->file = json_string_value(file);
	if (ret->service && (!file || ret->file || json_is_null(file)))
		return 0;
	(void)compose_position_of(l->positions, service, "extends", &at);
	if (!json_is_object(value))
		return compose_error_at(&at, l->err, "services.%s.extends must be a mapping", name);
	return compose_error_at(&at, l->err, "services.%s.extends.%s must be a string", name,
				ret->service ? "file" : "service");
}

/* ---- the base's file ---- */

/* Loads a file for its services; its relative paths become those of the loader's directory. */
static int load_extended(ComposeLoader *l, const char *path, json_t **ret)
{
	cleanup_compose_file ComposeFile file = { 0 };
	cleanup_json json_t *tree = json_object(), *pair = NULL;
	cleanup_free char *dir = go_path_dir(path), *base = NULL;
	size_t n;
	int r = compose_file_read(l, path, &file);

	if (r >= 0)
		r = compose_load_file(l, &file, NULL, true, tree);
	base = compose_path_relative(l->dir, dir);
	if (r >= 0)
		r = compose_resolve_paths(tree, base, l->err);
	if (r < 0)
		return r;
	n = json_array_size(file.documents);
	pair = json_array();
	(void)json_array_append(pair, tree);
	(void)json_array_append_new(pair, n && json_array_get(file.resets, n - 1)
						  ? json_incref(json_array_get(file.resets, n - 1))
						  : json_array());
	*ret = steal(&pair);
	return 0;
}

/* The tree of a file and its resets, loaded once. Borrowed. */
static int find_extended(ComposeLoader *l, const char *path, const json_t **ret)
{
	json_t *pair = json_object_get(l->extended, path);
	int r = 0;

	if (!pair) {
		r = load_extended(l, path, &pair);
		if (r < 0)
			return r;
		(void)json_object_set_new(l->extended, path, pair);
	}
	*ret = pair;
	return 0;
}

/* The services that hold the base, and the resets that count then; the caller owns
 * *ret_resets. */
static int enter_file(ComposeLoader *l, const char *name, const Extends *e, const Scope *scope,
		      const json_t **ret_services, json_t **ret_resets)
{
	cleanup_free char *path = NULL;
	const json_t *pair = NULL, *services;
	int r = compose_check_local(e->file, l->err);

	if (r < 0)
		return r;
	path = *e->file == '/' ? xstrdup(e->file) : compose_path_join(l->dir, e->file);
	r = find_extended(l, path, &pair);
	if (r < 0)
		return r;
	services = json_object_get(json_array_get(pair, 0), "services");
	if (!json_is_object(services))
		return error_set(l->err, EINVAL, "cannot extend service \"%s\" in %s: %s", name,
				 path,
				 services ? "services must be a mapping" : "no services section");
	if (!json_object_get(services, e->service))
		return error_set(
			l->err, EINVAL,
			"cannot extend service \"%s\" in %s: service \"%s\" not found in %s", name,
			scope->document, e->service, e->file);
	*ret_services = services;
	*ret_resets = json_copy((json_t *)scope->resets);
	(void)json_array_append(*ret_resets, json_array_get(pair, 1));
	return 0;
}

/* ---- chains ---- */

/* Appends the chain, its first link first; returns how many there were. */
static size_t describe(const Chain *c, Strbuf *out)
{
	size_t n;

	if (!c)
		return 0;
	n = describe(c->before, out);
	strbuf_addf(out, "\n  %s%s in %s", n ? "extends " : "", c->service, c->file);
	return n + 1;
}

static int check_cycle(const ComposeLoader *l, const Chain *chain)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;

	for (const Chain *c = chain->before; c; c = c->before)
		if (streq(c->service, chain->service) && streq(c->file, chain->file)) {
			(void)describe(chain, &text);
			return error_set(l->err, EINVAL, "Circular reference:%s", text.data);
		}
	return 0;
}

/* Applies the resets to the base as if it were the service `name` itself. */
static void reset_base(const json_t *resets, const char *name, json_t *base)
{
	cleanup_json json_t *tree = json_pack("{s:{s:O}}", "services", name, base);
	json_t *paths;
	size_t i;

	json_array_foreach((json_t *)resets, i, paths)
		compose_merge_reset(tree, paths);
}

/* The base of a service, its own bases merged in. */
static int resolve_base(ComposeLoader *l, const char *name, const Extends *e, const Scope *scope,
			const Chain *chain, json_t **ret)
{
	cleanup_json json_t *resets = NULL;
	Chain here = { chain, name, e->file ? e->file : scope->document };
	Scope inner = *scope;
	int r = 0;

	if (e->file)
		r = enter_file(l, name, e, scope, &inner.services, &resets);
	else if (!json_object_get(scope->services, e->service))
		r = error_set(l->err, EINVAL,
			      "cannot extend service \"%s\" in %s: service \"%s\" not found", name,
			      scope->document, e->service);
	if (r >= 0)
		r = check_cycle(l, &here);
	if (r < 0)
		return r;
	if (resets)
		inner.resets = resets;
	r = resolve(l, e->service, &inner, &here, ret);
	if (r >= 0)
		reset_base(inner.resets, name, *ret);
	return r;
}

/* A copy of the service with everything that it extends. */
static int resolve(ComposeLoader *l, const char *name, const Scope *scope, const Chain *chain,
		   json_t **ret)
{
	const json_t *service = json_object_get(scope->services, name);
	cleanup_json json_t *own = NULL, *base = NULL;
	Extends e;
	int r;

	if (!json_is_object(service) && !json_is_null(service))
		return error_set(l->err, EINVAL, "services.%s must be a mapping", name);
	own = json_is_null(service) ? json_object() : compose_copy(l->positions, service);
	if (!json_object_get(own, "extends")) {
		*ret = steal(&own);
		return 0;
	}
	r = parse_extends(l, name, service, &e);
	if (r >= 0)
		r = resolve_base(l, name, &e, scope, chain, &base);
	if (r < 0)
		return r;
	(void)json_object_del(own, "extends");
	r = compose_merge_service(base, own, l->positions, l->err);
	(void)json_object_del(base, "extends");
	if (r >= 0)
		*ret = steal(&base);
	return r;
}

int compose_load_extends(ComposeLoader *l, json_t *document, const char *file, const json_t *resets)
{
	json_t *services = json_object_get(document, "services"), *service;
	cleanup_json json_t *all = json_array();
	cleanup_json json_t *before = json_is_object(services) ? json_copy(services) : NULL;
	Scope scope = { before, all, file };
	const char *name;
	int r;

	if (!services)
		return 0;
	if (!before)
		return error_set(l->err, EINVAL, "services must be a mapping");
	if (resets)
		(void)json_array_append(all, (json_t *)resets);
	json_object_foreach(before, name, service) {
		json_t *resolved = NULL;

		if (!json_object_get(service, "extends") &&
		    (json_is_object(service) || json_is_null(service)))
			continue;
		r = resolve(l, name, &scope, NULL, &resolved);
		if (r < 0)
			return r;
		(void)json_object_set_new(services, name, resolved);
	}
	return 0;
}
