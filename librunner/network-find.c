/* network-find: networks by name and by filters. */
#include "libcommon/alloc.h"
#include "libcommon/natural.h"
#include "libcommon/str.h"
#include "librunner/network-store.h"

static int not_found(const char *name, Error **err)
{
	return error_set(err, ENOENT, "network %s not found", name);
}

/* By the full ID, or by the begin of one. */
static int find_by_id(Runtime *rt, const char *name, Network **ret, Error **err)
{
	Network **list = NULL;
	size_t n = 0, found = 0;
	int r = network_load_all(rt, &list, &n, err);

	for (size_t i = 0; i < n; i++)
		if (startswith(list[i]->id, name)) {
			found++;
			network_free(*ret);
			*ret = steal(&list[i]);
		}
	network_list_free(list, n);
	if (r >= 0 && found > 1)
		r = error_set(err, EINVAL,
			      "network %s is ambiguous (%zu matches found based on ID prefix)",
			      name, found);
	if (r >= 0 && found == 0)
		r = not_found(name, err);
	if (r < 0)
		*ret = network_free(*ret);
	return r;
}

int network_find(Runtime *rt, const char *name, Network **ret, Error **err)
{
	int r = network_ensure_predefined(rt, err);

	if (r < 0)
		return r;
	if (str_empty(name))
		return not_found(name, err);
	*ret = NULL;
	r = network_load(rt, name, ret, err);
	return r == -ENOENT ? find_by_id(rt, name, ret, err) : r;
}

/* ---- filters ---- */

typedef struct Filter {
	char *key, *value;
} Filter;

typedef struct Filters {
	Filter *list;
	size_t n, cap;
} Filters;

static void filters_clear(Filters *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->list[i].key);
		free(f->list[i].value);
	}
	free(f->list);
}

static bool match_driver(const Network *n, const char *value)
{
	return streq(n->driver, value);
}

static bool match_id(const Network *n, const char *value)
{
	return strstr(n->id, value);
}

static bool match_name(const Network *n, const char *value)
{
	return strstr(n->name, value);
}

static bool match_scope(const Network *n, const char *value)
{
	return streq(n->scope, value);
}

static bool match_label(const Network *n, const char *value)
{
	const char *sep = strchr(value, '=');
	cleanup_free char *key = xstrndup(value, strcspn(value, "="));
	const char *have = env_get(n->labels, key);

	return have && (!sep || streq(have, sep + 1));
}

static bool match_type(const Network *n, const char *value)
{
	return network_is_predefined(n->name) == streq(value, "builtin");
}

/* Not in use, and not always there. */
static bool match_dangling(const Network *n, const char *value)
{
	bool wanted = streq(value, "true") || streq(value, "1");

	return (!network_is_predefined(n->name) && n->n_containers == 0) == wanted;
}

static const struct {
	const char *key;
	bool (*match)(const Network *n, const char *value);
	bool all; /* every value must match, not one of them */
} kinds[] = {
	{ "dangling", match_dangling, false },
	{ "driver", match_driver, false },
	{ "id", match_id, false },
	{ "label", match_label, true },
	{ "name", match_name, false },
	{ "scope", match_scope, false },
	{ "type", match_type, false },
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int check_value(const char *key, const char *value, Error **err)
{
	static const char *const bools[] = { "true", "1", "false", "0" };

	if (streq(key, "type") && !streq(value, "custom") && !streq(value, "builtin"))
		return error_set(err, EINVAL, "invalid filter: 'type'='%s'", value);
	if (!streq(key, "dangling"))
		return 0;
	for (size_t i = 0; i < sizeof(bools) / sizeof(bools[0]); i++)
		if (streq(bools[i], value))
			return 0;
	return error_set(err, EINVAL,
			 "invalid value for filter 'dangling', must be \"true\" (or "
			 "\"1\"), or \"false\" (or \"0\")");
}

static int filters_parse(char *const *texts, Filters *f, Error **err)
{
	STRV_FOREACH(it, texts) {
		const char *value = strchr(*it, '=');
		cleanup_free char *key = xstrndup(*it, strcspn(*it, "="));
		bool known = false;
		int r;

		if (!value)
			return error_set(err, EINVAL,
					 "invalid argument \"%s\" for \"-f, --filter\" "
					 "flag: bad format of filter (expected "
					 "name=value)",
					 *it);
		for (size_t i = 0; i < N_KINDS; i++)
			known = known || streq(kinds[i].key, key);
		if (!known)
			return error_set(err, EINVAL, "invalid filter '%s'", key);
		r = check_value(key, value + 1, err);
		if (r < 0)
			return r;
		GROW(f->list, f->n, &f->cap);
		f->list[f->n++] = (Filter){ steal(&key), xstrdup(value + 1) };
	}
	return 0;
}

static bool match_kind(const Filters *f, size_t kind, const Network *n)
{
	bool given = false, one = false;

	for (size_t i = 0; i < f->n; i++) {
		bool matches;

		if (!streq(f->list[i].key, kinds[kind].key))
			continue;
		matches = kinds[kind].match(n, f->list[i].value);
		if (!matches && kinds[kind].all)
			return false;
		given = true;
		one = one || matches;
	}
	return !given || one;
}

static bool filters_match(const Filters *f, const Network *n)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (!match_kind(f, i, n))
			return false;
	return true;
}

static int compare_names(const void *a, const void *b)
{
	const Network *const *left = a, *const *right = b;

	return natural_compare((*left)->name, (*right)->name);
}

int network_list(Runtime *rt, char *const *filters, Network ***ret, size_t *ret_n, Error **err)
{
	cleanup(filters_clear) Filters f = { 0 };
	Network **list = NULL;
	size_t n = 0, kept = 0;
	int r = filters_parse(filters, &f, err);

	if (r >= 0)
		r = network_ensure_predefined(rt, err);
	if (r >= 0)
		r = network_load_all(rt, &list, &n, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		if (filters_match(&f, list[i]))
			list[kept++] = list[i];
		else
			network_free(list[i]);
	}
	qsort(list, kept, sizeof(*list), compare_names);
	*ret = list;
	*ret_n = kept;
	return 0;
}
