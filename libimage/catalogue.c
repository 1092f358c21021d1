#include "libimage/catalogue.h"

#include <dirent.h>
#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libcommon/yaml.h"
#include "libimage/bootstrap.h"
#include "libimage/reference.h"

#define CATALOGUE_MAX_SIZE (1024 * 1024)
#define CATALOGUE_MAX_ENTRIES 4096
#define LABEL_MAX 128
#define DEFAULT_CONFIG "/etc/racker/config.yaml"

/* clang-format off */
static const JsonField entry_fields[] = {
	JSON_STRV(CatalogueEntry, "aliases", aliases, 0),
	JSON_STRING(CatalogueEntry, "family", family, JSON_REQUIRED),
	JSON_STRING(CatalogueEntry, "distribution", distribution, JSON_REQUIRED),
	JSON_STRING(CatalogueEntry, "version", version, 0),
	JSON_STRING(CatalogueEntry, "codename", codename, 0),
	JSON_STRV(CatalogueEntry, "sources", sources, JSON_REQUIRED),
	JSON_END
};
/* clang-format on */

static const JsonType entry_type = { "image", sizeof(CatalogueEntry), entry_fields };

typedef struct Document {
	json_t *images;
} Document;

static const JsonField document_fields[] = {
	JSON_RAW(Document, "images", images, 0),
	JSON_END,
};

static const JsonType document_type = { "catalogue", sizeof(Document), document_fields };

static void entry_clear(CatalogueEntry *e)
{
	free(e->label);
	e->label = NULL;
	json_clear(&entry_type, e);
}

Catalogue *catalogue_free(Catalogue *c)
{
	if (c) {
		for (size_t i = 0; i < c->n; i++)
			entry_clear(&c->entries[i]);
		free(c->entries);
		free(c);
	}
	return NULL;
}

const CatalogueEntry *catalogue_find(const Catalogue *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (streq(c->entries[i].label, name) || strv_contains(c->entries[i].aliases, name))
			return &c->entries[i];
	return NULL;
}

/* ---- one entry ---- */

/* Labels are typed on command lines and end up in names of machines and files. */
static bool label_valid(const char *s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
	size_t n = strlen(s);

	return n > 0 && n <= LABEL_MAX && strspn(s, allowed) == n && *s != '.' && *s != '-';
}

static int check_label(const char *label, Error **err)
{
	if (label_valid(label))
		return 0;
	return error_set(err, EINVAL,
			 "'%s' is no label: use lower-case letters, digits, '.' and '-'", label);
}

static int check_source(const char *source, Error **err)
{
	cleanup_reference Reference *ref = NULL;
	cleanup_bootstrap_source BootstrapSource *bootstrap = NULL;

	if (startswith(source, CATALOGUE_DOCKER))
		return error_prefix(err, reference_parse(source, &ref, err), "%s", source);
	if (startswith(source, CATALOGUE_BOOTSTRAP))
		return bootstrap_source_parse(source, &bootstrap, err);
	return error_set(err, EINVAL,
			 "%s: unknown kind of source (there are " CATALOGUE_DOCKER
			 " and " CATALOGUE_BOOTSTRAP ")",
			 source);
}

static int check_entry(const CatalogueEntry *e, Error **err)
{
	int r = check_label(e->label, err);

	STRV_FOREACH(it, e->aliases)
		if (r >= 0)
			r = check_label(*it, err);
	STRV_FOREACH(it, e->sources)
		if (r >= 0)
			r = check_source(*it, err);
	if (r < 0)
		return r;
	if (!label_valid(e->family))
		return error_set(err, EINVAL, "family: '%s' is no name of a family", e->family);
	if (strv_length(e->sources) == 0)
		return error_set(err, EINVAL, "sources: expected at least one");
	return 0;
}

/* ---- documents ---- */

static size_t index_of(const Catalogue *c, const char *label)
{
	size_t i = 0;

	while (i < c->n && !streq(c->entries[i].label, label))
		i++;
	return i;
}

/* Takes ownership of what is in `e`. */
static int put_entry(Catalogue *c, CatalogueEntry *e, Error **err)
{
	size_t i = index_of(c, e->label);

	if (i == c->n) {
		if (c->n >= CATALOGUE_MAX_ENTRIES)
			return error_set(err, E2BIG, "more than %d images", CATALOGUE_MAX_ENTRIES);
		c->entries = xreallocarray(c->entries, c->n + 1, sizeof(*c->entries));
		c->n++;
	} else {
		entry_clear(&c->entries[i]);
	}
	c->entries[i] = *e;
	*e = (CatalogueEntry){ 0 };
	return 0;
}

static int add_entry(Catalogue *c, const char *label, const json_t *value, Error **err)
{
	cleanup(entry_clear) CatalogueEntry e = { .label = xstrdup(label) };
	cleanup_free char *place = xasprintf("images.%s", label);
	/* Errors of the decoder begin with the type's name. */
	const JsonType type = { place, entry_type.size, entry_type.fields };
	int r;

	r = json_decode_strict(value, &type, &e, err);
	if (r < 0)
		return r;
	r = error_prefix(err, check_entry(&e, err), "%s", place);
	if (r >= 0)
		r = put_entry(c, &e, err);
	return r;
}

/* A name must mean one image, whatever the order of the files was. */
static int check_names(const Catalogue *c, Error **err)
{
	for (size_t i = 0; i < c->n; i++) {
		const CatalogueEntry *e = &c->entries[i];

		STRV_FOREACH(it, e->aliases) {
			const CatalogueEntry *other = catalogue_find(c, *it);

			if (other == e && index_of(c, *it) != c->n)
				other = &c->entries[index_of(c, *it)];
			if (other != e)
				return error_set(err, EEXIST, "%s is a name of both %s and %s", *it,
						 other->label, e->label);
		}
	}
	return 0;
}

static void document_clear(Document *d)
{
	json_clear(&document_type, d);
}

int catalogue_add(Catalogue *c, const json_t *document, const char *what, Error **err)
{
	cleanup(document_clear) Document d = { 0 };
	const char *label;
	json_t *value;
	int r;

	r = json_decode_strict(document, &document_type, &d, err);
	if (r >= 0 && d.images && !json_is_object(d.images))
		r = error_set(err, EINVAL, "images: expected an object of labels");
	if (r < 0)
		return error_prefix(err, r, "%s", what);
	json_object_foreach(d.images, label, value) {
		r = add_entry(c, label, value, err);
		if (r < 0)
			return error_prefix(err, r, "%s", what);
	}
	r = check_names(c, err);
	return error_prefix(err, r, "%s", what);
}

/* ---- files ---- */

static int add_file(Catalogue *c, const char *path, Error **err)
{
	cleanup_json json_t *document = NULL;
	int r;

	r = yaml_read_file(AT_FDCWD, path, CATALOGUE_MAX_SIZE, &document, err);
	return r < 0 ? r : catalogue_add(c, document, path, err);
}

static char *extensions_dir(void)
{
	const char *config = getenv("RACKER_CONFIG"), *slash;

	if (str_empty(config))
		config = DEFAULT_CONFIG;
	slash = strrchr(config, '/');
	return slash ? xasprintf("%.*s/images.d", (int)(slash - config), config)
		     : xstrdup("images.d");
}

static int is_yaml(const struct dirent *e)
{
	return e->d_name[0] != '.' && endswith(e->d_name, ".yaml");
}

static int add_extensions(Catalogue *c, const char *dir, Error **err)
{
	struct dirent **list = NULL;
	int n = scandir(dir, &list, is_yaml, alphasort), r = 0;

	if (n < 0)
		return errno == ENOENT ? 0 : error_errno(err, errno, "read %s", dir);
	for (int i = 0; i < n; i++) {
		cleanup_free char *path = xasprintf("%s/%s", dir, list[i]->d_name);

		if (r >= 0)
			r = add_file(c, path, err);
		free(list[i]);
	}
	free(list);
	return r;
}

int catalogue_load(Catalogue **ret, Error **err)
{
	cleanup_catalogue Catalogue *c = xnew0(Catalogue, 1);
	cleanup_free char *installed = data_path("images.yaml"), *dir = extensions_dir();
	int r;

	r = add_file(c, installed, err);
	if (r >= 0)
		r = add_extensions(c, dir, err);
	if (r < 0)
		return r;
	*ret = steal(&c);
	return 0;
}
