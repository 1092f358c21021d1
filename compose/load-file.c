#include "compose/load-internal.h"

#include <fcntl.h>

#include "compose/interpolate.h"
#include "compose/merge.h"
#include "compose/paths.h"
#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "libcommon/yaml.h"

#define MAX_FILE_SIZE (8 * 1024 * 1024)
/* `include` and `extends` of `include` and `extends`. */
#define MAX_FILES 1000

void compose_file_clear(ComposeFile *f)
{
	free(f->path);
	json_decref(f->documents);
	json_decref(f->resets);
	*f = (ComposeFile){ 0 };
}

/* ---- reading ---- */

int compose_fail_file(Error **err, int errnum, const char *operation, const char *path)
{
	cleanup_error Error *e = NULL;

	(void)error_go(&e, errnum, operation, path);
	return error_set(err, ENOENT, "%s", e->msg);
}

static int read_stdin(Strbuf *text)
{
	for (;;) {
		ssize_t n = fd_read_full(0, strbuf_reserve(text, 65536), 65536);

		if (n < 0)
			return (int)n;
		text->len += (size_t)n;
		text->data[text->len] = '\0';
		if (text->len > MAX_FILE_SIZE)
			return -EFBIG;
		if (n < 65536)
			return 0;
	}
}

static int read_text(const char *path, Strbuf *text, Error **err)
{
	int r = streq(path, "-") ? read_stdin(text)
				 : fs_read_file(AT_FDCWD, path, MAX_FILE_SIZE, text);

	if (r == -EFBIG)
		return error_set(err, EFBIG, "%s: a compose file of more than %d MiB", path,
				 MAX_FILE_SIZE >> 20);
	return r < 0 ? compose_fail_file(err, -r, r == -EISDIR ? "read" : "open", path) : 0;
}

/* ---- parsing ---- */

typedef struct Reading {
	ComposePositions *positions;
	const char *path;
	json_t *resets;
} Reading;

static void note_place(void *data, json_t *value, const char *key, size_t line, size_t column)
{
	const Reading *r = data;

	compose_position_set(r->positions, value, key,
			     &(ComposePosition){ r->path, (unsigned)line, (unsigned)column });
}

static void note_copy(void *data, const json_t *from, json_t *to, const char *key)
{
	const Reading *r = data;

	compose_position_move(r->positions, from, key, to, key);
}

static YamlTagAction note_tag(void *data, size_t document, char *const *path, const char *tag)
{
	const Reading *r = data;
	bool reset = streq(tag, "!reset");
	json_t *copy;

	if (!reset && !streq(tag, "!override"))
		return YAML_TAG_IGNORE;
	copy = json_array();
	STRV_FOREACH(key, path)
		(void)json_array_append_new(copy, json_string(*key));
	while (json_array_size(r->resets) <= document)
		(void)json_array_append_new(r->resets, json_array());
	(void)json_array_append_new(json_array_get(r->resets, document), copy);
	return reset ? YAML_TAG_DROP : YAML_TAG_IGNORE;
}

int compose_file_read(ComposeLoader *l, const char *path, ComposeFile *ret)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_json json_t *resets = json_array();
	Reading reading = { l->positions, path, resets };
	YamlReader reader = { &reading, note_place, note_copy, note_tag };
	int r;

	if (++*l->n_files > MAX_FILES)
		return error_set(l->err, EINVAL, "%s: more than %d files are included or extended",
				 path, MAX_FILES);
	r = read_text(path, &text, l->err);
	if (r >= 0)
		r = yaml_parse_documents(text.data, text.len, path, &reader, &ret->documents,
					 l->err);
	if (r < 0)
		return r;
	ret->path = xstrdup(path);
	ret->resets = steal(&resets);
	return 0;
}

/* ---- one document ---- */

static void warn_version(ComposeLoader *l, const char *file, json_t *tree)
{
	if (!json_object_get(tree, "version"))
		return;
	if (!strv_contains(*l->warned, file)) {
		log_warning("%s: the attribute `version` is obsolete, it will be ignored, please "
			    "remove it to avoid potential confusion",
			    file);
		strv_add(l->warned, file);
	}
	(void)json_object_del(tree, "version");
}

/* Empty names of DNS servers come from variables that are not set. */
static void drop_empty_dns(json_t *tree)
{
	json_t *service, *item;
	const char *name;

	json_object_foreach(json_object_get(tree, "services"), name, service) {
		json_t *dns = json_object_get(service, "dns");

		for (size_t i = json_array_size(dns); i-- > 0;) {
			item = json_array_get(dns, i);
			if (json_is_null(item) ||
			    (json_is_string(item) && !*json_string_value(item)))
				(void)json_array_remove(dns, i);
		}
	}
}

/* What holds for a document on its own. */
static int prepare_document(ComposeLoader *l, const ComposeFile *file, json_t *document,
			    const json_t *resets, char *const *including, bool extended)
{
	ComposePosition at = { file->path, 1, 1 };
	int r = 0;

	(void)compose_position_of(l->positions, document, NULL, &at);
	if (!json_is_object(document))
		return compose_error_at(&at, l->err, "Top-level object must be a mapping");
	if (!l->options->no_interpolate)
		r = compose_interpolate(document, l->positions, l->environment, l->err);
	if (r < 0 || extended)
		return r;
	r = compose_load_extends(l, document, file->path, resets);
	return r < 0 ? r : compose_load_include(l, document, including);
}

/* What holds for the tree that a document became part of. */
static int settle_tree(ComposeLoader *l, const char *file, bool extended, json_t *tree)
{
	const ComposeStages *stages = &l->options->stages;
	int r = compose_merge_unique(tree, l->err);

	if (r >= 0 && !extended && stages->check)
		r = stages->check(tree, l->positions, file, l->err);
	if (r < 0)
		return r;
	if (!extended)
		warn_version(l, file, tree);
	if (stages->canonical)
		r = stages->canonical(tree, l->positions, l->options->no_interpolate, l->err);
	if (r < 0)
		return r;
	drop_empty_dns(tree);
	/* A range of ports has become ports, which may be there already. */
	return compose_merge_unique(tree, l->err);
}

static int load_document(ComposeLoader *l, const ComposeFile *file, size_t i,
			 char *const *including, bool extended, json_t *tree)
{
	json_t *document = json_array_get(file->documents, i);
	const json_t *resets = json_array_get(file->resets, i);
	int r = prepare_document(l, file, document, resets, including, extended);

	if (r < 0)
		return r;
	compose_merge_reset(tree, resets);
	r = compose_merge(tree, document, l->positions, l->err);
	return r < 0 ? r : settle_tree(l, file->path, extended, tree);
}

int compose_load_file(ComposeLoader *l, const ComposeFile *file, char *const *including,
		      bool extended, json_t *tree)
{
	cleanup_strv char **chain = strv_copy(including);
	int r = 0;

	strv_add(&chain, file->path);
	for (size_t i = 0; r >= 0 && i < json_array_size(file->documents); i++)
		r = load_document(l, file, i, chain, extended, tree);
	return r;
}

int compose_load_model(ComposeLoader *l, const ComposeFile *files, size_t n, char *const *including,
		       json_t **ret)
{
	const ComposeStages *stages = &l->options->stages;
	cleanup_json json_t *tree = json_object();
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = compose_load_file(l, &files[i], including, false, tree);
	if (r >= 0 && stages->complete)
		r = stages->complete(tree, l->positions, l->err);
	if (r >= 0 && l->resolve_paths)
		r = compose_resolve_paths(tree, l->base, l->err);
	if (r < 0)
		return r;
	/* Compose has no environment then. */
	if (!l->options->no_interpolate)
		compose_resolve_environment(tree, l->environment);
	*ret = steal(&tree);
	return 0;
}

/* ---- copies ---- */

json_t *compose_copy(ComposePositions *positions, const json_t *value)
{
	json_t *copy, *item;
	const char *key;
	size_t i;

	if (json_is_array(value)) {
		copy = json_array();
		json_array_foreach((json_t *)value, i, item)
			(void)json_array_append_new(copy, compose_copy(positions, item));
	} else if (json_is_object(value)) {
		copy = json_object();
		json_object_foreach((json_t *)value, key, item) {
			(void)json_object_set_new(copy, key, compose_copy(positions, item));
			compose_position_move(positions, value, key, copy, key);
		}
	} else {
		copy = json_copy((json_t *)value);
	}
	compose_position_move(positions, value, NULL, copy, NULL);
	return copy;
}
