/* published-text: ports as docker's `ps` shows them. Neighbours that have the same number on both
 * sides are a range; others stand alone, at the end. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/published.h"

/* Ports of one address and protocol. */
typedef struct Group {
	const char *ip, *protocol; /* ip NULL: exposed only */
	uint16_t first, last;
} Group;

typedef struct Groups {
	Group *list;
	size_t n, cap;
} Groups;

static int compare(const void *a, const void *b)
{
	const PublishedPort *x = *(const PublishedPort *const *)a,
			    *y = *(const PublishedPort *const *)b;
	int r = x->port - y->port;

	r = r ? r : strcmp(x->host_ip ? x->host_ip : "", y->host_ip ? y->host_ip : "");
	r = r ? r : x->host_port - y->host_port;
	return r ? r : strcmp(x->protocol, y->protocol);
}

static char *group_text(const Group *g)
{
	cleanup_free char *range = g->first == g->last ? xasprintf("%u", g->first)
						       : xasprintf("%u-%u", g->first, g->last);

	if (!g->ip)
		return xasprintf("%s/%s", range, g->protocol);
	return xasprintf(strchr(g->ip, ':') ? "[%s]:%s->%s/%s" : "%s:%s->%s/%s", g->ip, range,
			 range, g->protocol);
}

/* Continues a group, or begins another one; the one that it replaces is told. */
static void add_to_group(Groups *groups, const PublishedPort *p, char ***told)
{
	Group *g = NULL;

	for (size_t i = 0; i < groups->n && !g; i++)
		if (streq_null(groups->list[i].ip, p->host_ip) &&
		    streq(groups->list[i].protocol, p->protocol))
			g = &groups->list[i];
	if (g && p->port == g->last + 1) {
		g->last = p->port;
		return;
	}
	if (g) {
		strv_push(told, group_text(g));
	} else {
		GROW(groups->list, groups->n, &groups->cap);
		g = &groups->list[groups->n++];
	}
	*g = (Group){ p->host_ip, p->protocol, p->port, p->port };
}

char *published_text(const Published *p)
{
	cleanup_free const PublishedPort **rows = xnew(const PublishedPort *, p->n + 1);
	cleanup_strv char **told = NULL, **alone = NULL;
	Groups groups = { 0 };
	char *text;

	for (size_t i = 0; i < p->n; i++)
		rows[i] = &p->rows[i];
	qsort(rows, p->n, sizeof(*rows), compare);
	for (size_t i = 0; i < p->n; i++) {
		if (rows[i]->host_ip && rows[i]->host_port != rows[i]->port) {
			cleanup_free char *address = published_address(rows[i]);

			strv_addf(&alone, "%s->%u/%s", address, rows[i]->port, rows[i]->protocol);
		} else {
			add_to_group(&groups, rows[i], &told);
		}
	}
	for (size_t i = 0; i < groups.n; i++)
		strv_push(&told, group_text(&groups.list[i]));
	free(groups.list);
	strv_extend(&told, alone);
	text = strv_join(told, ", ");
	return text ? text : xstrdup("");
}
