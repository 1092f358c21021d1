#include "librunner/image-rows.h"

#include <fnmatch.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "librunner/container-filter.h"

#define NONE "<none>"

void image_filter_clear(ImageFilter *f)
{
	f->references = strv_free(f->references);
	f->labels = strv_free(f->labels);
}

static int parse_one(const char *text, ImageFilter *f, Error **err)
{
	const char *value;

	if ((value = startswith(text, "reference="))) {
		strv_add(&f->references, value);
	} else if ((value = startswith(text, "label="))) {
		strv_add(&f->labels, value);
	} else if ((value = startswith(text, "dangling="))) {
		bool yes = streq(value, "true") || streq(value, "1");

		if (!yes && !streq(value, "false") && !streq(value, "0"))
			return error_set(err, EINVAL, "invalid filter 'dangling=[%s]'", value);
		f->dangling = yes;
	} else {
		return error_set(err, EINVAL, "invalid filter '%.*s'", (int)strcspn(text, "="),
				 text);
	}
	return 0;
}

int image_filter_parse(char *const *texts, const char *operand, ImageFilter *ret, Error **err)
{
	*ret = (ImageFilter){ .dangling = -1 };
	STRV_FOREACH(it, texts) {
		int r = parse_one(*it, ret, err);

		if (r < 0)
			return r;
	}
	if (operand)
		strv_add(&ret->references, operand);
	return 0;
}

/* Patterns match the name with or without its tag; `*` stops at a slash. */
static bool reference_matches(const ImageFilter *f, const char *repository, const char *name)
{
	STRV_FOREACH(it, f->references)
		if (fnmatch(*it, name, FNM_PATHNAME) == 0 ||
		    fnmatch(*it, repository, FNM_PATHNAME) == 0)
			return true;
	return !f->references;
}

static void add_row(ImageRows *rows, const Image *image, const char *repository, const char *tag,
		    const char *digest)
{
	GROW(rows->rows, rows->n, &rows->cap);
	rows->rows[rows->n++] = (ImageRow){
		.image = image,
		.repository = xstrdup(repository),
		.tag = xstrdup(tag),
		.digest = xstrdup(digest),
		.now = timestamp_current(),
	};
}

/* The repository of "name:tag" (`separator` ':') or "name@digest". */
static char *repository_of(const char *name, char separator)
{
	const char *at = strrchr(name, separator);

	return xstrndup(name, at ? (size_t)(at - name) : strlen(name));
}

static const char *behind(const char *name, char separator)
{
	const char *at = strrchr(name, separator);

	return at ? at + 1 : NONE;
}

/* One line for a tag, or one for each digest of its repository. */
static void add_tag(ImageRows *rows, const Image *image, const char *name, bool digests)
{
	cleanup_free char *repository = repository_of(name, ':');
	bool added = false;

	STRV_FOREACH(it, image->repo_digests) {
		cleanup_free char *other = repository_of(*it, '@');

		if (!digests || !streq(other, repository))
			continue;
		add_row(rows, image, repository, behind(name, ':'), behind(*it, '@'));
		added = true;
	}
	if (!added)
		add_row(rows, image, repository, behind(name, ':'), NONE);
}

static bool repository_has_tag(const Image *image, const char *repository)
{
	STRV_FOREACH(it, image->repo_tags) {
		cleanup_free char *other = repository_of(*it, ':');

		if (streq(other, repository))
			return true;
	}
	return false;
}

static bool wanted(const Image *image, const ImageFilter *f)
{
	bool dangling = !image->repo_tags || !*image->repo_tags;

	STRV_FOREACH(it, f->labels)
		if (!labels_match(image->config.labels, *it))
			return false;
	return f->dangling < 0 || (f->dangling == 1) == dangling;
}

void image_rows_add(ImageRows *rows, const Image *image, const ImageFilter *f, bool digests)
{
	if (!wanted(image, f))
		return;
	STRV_FOREACH(it, image->repo_tags) {
		cleanup_free char *repository = repository_of(*it, ':');

		if (reference_matches(f, repository, *it))
			add_tag(rows, image, *it, digests);
	}
	STRV_FOREACH(it, image->repo_digests) {
		cleanup_free char *repository = repository_of(*it, '@');

		if (!repository_has_tag(image, repository) && reference_matches(f, repository, *it))
			add_row(rows, image, repository, NONE, digests ? behind(*it, '@') : NONE);
	}
	if (strv_length(image->repo_tags) + strv_length(image->repo_digests) == 0 && !f->references)
		add_row(rows, image, NONE, NONE, NONE);
}

void image_rows_clear(ImageRows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		free(rows->rows[i].repository);
		free(rows->rows[i].tag);
		free(rows->rows[i].digest);
	}
	free(rows->rows);
	*rows = (ImageRows){ 0 };
}
