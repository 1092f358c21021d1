#include "compose/resources.h"

#include "libcommon/alloc.h"

ResourceAct *resource_acts_add(ResourceActs *acts)
{
	GROW(acts->list, acts->n, &acts->cap);
	acts->list[acts->n] = xnew0(ResourceAct, 1);
	return acts->list[acts->n++];
}

void resource_acts_clear(ResourceActs *acts)
{
	for (size_t i = 0; i < acts->n; i++) {
		free(acts->list[i]->name);
		free(acts->list[i]);
	}
	free(acts->list);
	*acts = (ResourceActs){ 0 };
}

void worker_warning(Worker *w, const char *text)
{
	cleanup_free char *line = xasprintf("WARN[0000] %s", text);

	worker_notice(w, line);
}
