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

bool key_path_matches(const KeyPath *p, const char *pattern)
{
	if (p->n > KEY_PATH_MAX)
		return false;
	for (size_t i = 0; i < p->n; i++) {
		size_t n = strcspn(pattern, ".");

		if (n == 0)
			return false;
		if (!(n == 1 && *pattern == '*') &&
		    (strlen(p->keys[i]) != n || memcmp(p->keys[i], pattern, n) != 0))
			return false;
		pattern += n + (pattern[n] == '.');
	}
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
