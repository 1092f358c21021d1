/* Lists of volumes: `--filter key=value` by Docker's rules. */
#include <regex.h>
#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/natural.h"
#include "libcommon/str.h"
#include "librunner/container-filter.h"
#include "librunner/volume-internal.h"

typedef struct VolumeFilter {
	char **dangling, **drivers, **labels, **names;
	char **used; /* what containers have; only where `dangling` asks */
} VolumeFilter;

static void filter_clear(VolumeFilter *f)
{
	strv_free(f->dangling);
	strv_free(f->drivers);
	strv_free(f->labels);
	strv_free(f->names);
	strv_free(f->used);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All values must say the same. */
static int check_dangling(VolumeFilter *f, Error **err)
{
	static const char *const yes[] = { "1", "true", NULL }, *const no[] = { "0", "false",
										NULL };
	bool bad = false;
	cleanup_free char *list = NULL;

	STRV_FOREACH(it, f->dangling)
		bad = bad ||
		      (!strv_contains((char *const *)yes, *it) &&
		       !strv_contains((char *const *)no, *it)) ||
		      strv_contains((char *const *)yes, *it) !=
			      strv_contains((char *const *)yes, f->dangling[0]);
	if (!bad)
		return 0;
	qsort(f->dangling, strv_length(f->dangling), sizeof(char *), compare_texts);
	list = strv_join(f->dangling, " ");
	return error_set(err, EINVAL, "invalid filter 'dangling=[%s]'", list);
}

static void add_once(char ***list, const char *value)
{
	if (!strv_contains(*list, value))
		strv_add(list, value);
}

static int parse_filters(Runtime *rt, char *const *texts, VolumeFilter *f, Error **err)
{
	const struct {
		const char *key;
		char ***list;
	} keys[] = {
		{ "dangling", &f->dangling },
		{ "driver", &f->drivers },
		{ "label", &f->labels },
		{ "name", &f->names },
	};
	int r;

	STRV_FOREACH(it, texts) {
		cleanup_free char *key = xstrndup(*it, strcspn(*it, "="));
		char ***list = NULL;

		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (streq(keys[i].key, key))
				list = keys[i].list;
		if (!list)
			return error_set(err, EINVAL, "invalid filter '%s'", key);
		add_once(list, (*it)[strlen(key)] ? *it + strlen(key) + 1 : "");
	}
	r = check_dangling(f, err);
	return r < 0 || !f->dangling ? r : volumes_used(rt, &f->used, err);
}

/* A pattern that is none matches nothing. */
static bool name_matches(const char *name, const char *pattern)
{
	regex_t regex;
	bool found;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	found = regexec(&regex, name, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static bool matches(const VolumeFilter *f, const Volume *v)
{
	bool found = !f->names;

	STRV_FOREACH(it, f->names)
		found = found || streq(*it, v->name) || name_matches(v->name, *it);
	STRV_FOREACH(it, f->labels)
		found = found && labels_match(v->labels, *it);
	if (f->drivers && !strv_contains(f->drivers, v->driver))
		return false;
	if (f->dangling && (streq(f->dangling[0], "true") || streq(f->dangling[0], "1")) ==
				   strv_contains(f->used, v->name))
		return false;
	return found;
}

static int compare_volumes(const void *a, const void *b)
{
	return natural_compare((*(Volume *const *)a)->name, (*(Volume *const *)b)->name);
}

/* One that is gone is left out; a broken one says so. */
static Volume *load(Runtime *rt, const char *name)
{
	cleanup_error Error *e = NULL;
	Volume *v = NULL;

	if (volume_find(rt, name, &v, &e) < 0 && e->errnum != ENOENT)
		log_warning("%s", e->msg);
	return v;
}

int volume_list(Runtime *rt, char *const *filters, Volume ***ret, size_t *ret_n, Error **err)
{
	cleanup(filter_clear) VolumeFilter f = { 0 };
	cleanup_strv char **names = NULL;
	cleanup_fd int fd = -1;
	Volume **list;
	size_t n = 0;
	int r = parse_filters(rt, filters, &f, err);

	if (r < 0)
		return r;
	fd = fs_open_dir(store_fd(rt->store), VOLUMES_DIR);
	r = fd == -ENOENT ? 0 : fd < 0 ? fd : fs_names(fd, &names);
	if (r < 0)
		return error_errno(err, -r, "read %s/" VOLUMES_DIR, rt->root);
	list = xnew0(Volume *, strv_length(names) + 1);
	STRV_FOREACH(it, names) {
		cleanup_volume Volume *v = load(rt, *it);

		if (v && matches(&f, v))
			list[n++] = steal(&v);
	}
	qsort(list, n, sizeof(*list), compare_volumes);
	*ret = list;
	*ret_n = n;
	return 0;
}

Volume **volume_list_free(Volume **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		volume_free(list[i]);
	free(list);
	return NULL;
}
