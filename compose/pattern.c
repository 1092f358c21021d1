#include "compose/pattern.h"

#include <string.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

void key_path_push(KeyPath *p, const char *key)
{
	if (p->n < KEY_PATH_MAX)
		p->keys[p->n] = key;
	p->n++;
}

void key_path_pop(KeyPath *p)
{
	p->n--;
}

/* Whether the pattern's first part is the key; `*pattern` moves to the next part. Tables are long
 * and trees are large: most keys fail at their first letter. */
static bool part_matches(const char *key, const char **pattern)
{
	const char *p = *pattern;

	if (*p == '*') {
		p++;
	} else {
		for (; *key && *key == *p && *p != '.'; key++)
			p++;
		if (*key)
			return false;
	}
	if (*p && *p != '.')
		return false;
	*pattern = p + (*p == '.');
	return true;
}

bool key_path_matches(const KeyPath *p, const char *pattern)
{
	if (p->n > KEY_PATH_MAX)
		return false;
	for (size_t i = 0; i < p->n; i++)
		if (!*pattern || !part_matches(p->keys[i], &pattern))
			return false;
	return *pattern == '\0';
}

char *key_path_text(const KeyPath *p)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	for (size_t i = 0; i < p->n && i < KEY_PATH_MAX; i++) {
		if (i)
			strbuf_addc(&b, '.');
		strbuf_adds(&b, p->keys[i]);
	}
	return strbuf_steal(&b);
}
