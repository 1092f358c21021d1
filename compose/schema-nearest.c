#include "compose/schema-nearest.h"

#include "libcommon/str.h"

/* No key of the specification is longer. */
#define NAME_MAX_LENGTH 40

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* How many letters are to be added, left out, changed or swapped with their neighbour. */
static unsigned distance(const char *a, const char *b)
{
	unsigned d[NAME_MAX_LENGTH + 1][NAME_MAX_LENGTH + 1];
	size_t n = strlen(a), m = strlen(b);

	for (size_t i = 0; i <= n; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1,
				       d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	}
	return d[n][m];
}

const char *schema_nearest(const SchemaObject *object, const char *name)
{
	/* A third of the letters may be wrong: with more, it was another word. */
	unsigned best = (unsigned)strlen(name) / 3 + 1;
	const char *nearest = NULL;

	if (strlen(name) > NAME_MAX_LENGTH)
		return NULL;
	for (const SchemaKey *k = object->keys; k->name; k++) {
		unsigned d;

		if (!k->accept || k->flags & SCHEMA_NEWER || strlen(k->name) > NAME_MAX_LENGTH)
			continue;
		d = distance(name, k->name);
		if (d < best || (d == best && !nearest)) {
			best = d;
			nearest = k->name;
		}
	}
	return nearest;
}
