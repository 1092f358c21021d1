#include "compose/position.h"

#include <stdint.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct Entry {
	/* Kept alive: an address that is used again would give a wrong place. */
	json_t *value;
	char *key; /* NULL: the value itself */
	ComposePosition at;
} Entry;

struct ComposePositions {
	Entry *slots; /* open addressing, a power of two */
	size_t n, cap;
	char **files; /* what the positions point to */
};

ComposePositions *compose_positions_new(void)
{
	ComposePositions *p = xnew0(ComposePositions, 1);

	p->cap = 256;
	p->slots = xnew0(Entry, p->cap);
	return p;
}

ComposePositions *compose_positions_free(ComposePositions *p)
{
	if (!p)
		return NULL;
	for (size_t i = 0; i < p->cap; i++) {
		json_decref(p->slots[i].value);
		free(p->slots[i].key);
	}
	free(p->slots);
	strv_free(p->files);
	free(p);
	return NULL;
}

/* ---- the table ---- */

/* FNV-1a over the address and the key. */
static size_t hash(const json_t *value, const char *key)
{
	uint64_t h = 0xcbf29ce484222325 ^ ((uintptr_t)value >> 4);

	h *= 0x100000001b3;
	for (; key && *key; key++)
		h = (h ^ (unsigned char)*key) * 0x100000001b3;
	return (size_t)(h ^ h >> 29);
}

/* Where the entry is, or the free place where it would be. */
static Entry *slot(const ComposePositions *p, const json_t *value, const char *key)
{
	for (size_t i = hash(value, key);; i++) {
		Entry *e = &p->slots[i & (p->cap - 1)];

		if (!e->value || (e->value == value && streq_null(e->key, key)))
			return e;
	}
}

static void grow(ComposePositions *p)
{
	ComposePositions old = *p;

	p->cap *= 2;
	p->slots = xnew0(Entry, p->cap);
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].value)
			*slot(p, old.slots[i].value, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

/* True, false and null are one object each for the whole program: they have no place. */
static bool has_address(const json_t *value)
{
	return value && !json_is_boolean(value) && !json_is_null(value);
}

/* The same text for the same file, so that entries need not own it. */
static const char *intern(ComposePositions *p, const char *file)
{
	STRV_FOREACH(f, p->files)
		if (streq(*f, file))
			return *f;
	strv_add(&p->files, file);
	return p->files[strv_length(p->files) - 1];
}

void compose_position_set(ComposePositions *p, json_t *value, const char *key,
			  const ComposePosition *at)
{
	Entry *e;

	if (!has_address(value))
		return;
	if (p->n * 2 >= p->cap)
		grow(p);
	e = slot(p, value, key);
	if (!e->value) {
		e->value = json_incref(value);
		e->key = xstrdup(key);
		p->n++;
	}
	e->at = (ComposePosition){ intern(p, at->file), at->line, at->column };
}

bool compose_position_of(const ComposePositions *p, const json_t *value, const char *key,
			 ComposePosition *ret)
{
	const Entry *e;

	if (!has_address(value))
		return false;
	e = slot(p, value, key);
	if (!e->value && key)
		return compose_position_of(p, json_object_get(value, key), NULL, ret);
	if (e->value)
		*ret = e->at;
	return e->value;
}

void compose_position_move(ComposePositions *p, const json_t *from, const char *from_key,
			   json_t *to, const char *to_key)
{
	ComposePosition at;

	if (compose_position_of(p, from, from_key, &at))
		compose_position_set(p, to, to_key, &at);
}

/* ---- paths ---- */

/* What one step of a path leads to; `*ret_key` only for a member. */
static json_t *step(const json_t *at, const char *name, const char **ret_key)
{
	uint64_t index;

	*ret_key = NULL;
	if (json_is_array(at))
		return str_to_u64(name, &index) < 0 ? NULL : json_array_get(at, index);
	*ret_key = name;
	return json_object_get(at, name);
}

ComposePosition compose_position_path(const ComposePositions *p, const json_t *root,
				      char *const *path)
{
	ComposePosition best = { "", 0, 0 };
	const char *key;

	(void)compose_position_of(p, root, NULL, &best);
	STRV_FOREACH(name, path) {
		json_t *next = step(root, *name, &key);

		if (!next)
			break;
		(void)compose_position_of(p, key ? root : next, key, &best);
		root = next;
	}
	return best;
}

int compose_error_at(const ComposePosition *at, Error **err, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	if (!at->line)
		return error_set(err, EINVAL, "%s", text);
	return error_set(err, EINVAL, "%s:%u:%u: %s", at->file, at->line, at->column, text);
}
