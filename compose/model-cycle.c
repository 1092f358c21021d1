/* model-cycle: services that wait for each other for ever. */
#include "compose/model-internal.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef enum { UNSEEN, ON_PATH, DONE } Mark;

typedef struct Search {
	const Project *project;
	Mark *marks; /* one for each service */
	char **path; /* names from the first service on */
	Error **err;
} Search;

static int report(const Search *s, const char *name)
{
	char *const *start = s->path;
	cleanup_free char *text = NULL;

	while (!streq(*start, name))
		start++;
	text = strv_join(start, " -> ");
	return error_set(s->err, EINVAL, "dependency cycle detected: %s -> %s", text, name);
}

static int visit(Search *s, const Service *service)
{
	Mark *mark = &s->marks[service - s->project->services];
	size_t depth = strv_length(s->path);

	if (*mark == ON_PATH)
		return report(s, service->name);
	if (*mark == DONE)
		return 0;
	*mark = ON_PATH;
	strv_add(&s->path, service->name);
	for (size_t i = 0; i < service->n_depends_on; i++) {
		const Service *next = project_service(s->project, service->depends_on[i].service);
		int r = next ? visit(s, next) : 0;

		if (r < 0)
			return r;
	}
	*mark = DONE;
	free(s->path[depth]);
	s->path[depth] = NULL;
	return 0;
}

int model_check_cycle(const Project *project, Error **err)
{
	cleanup_free Mark *marks = xnew0(Mark, project->n_services + 1);
	cleanup_strv char **path = NULL;
	Search s = { .project = project, .marks = marks, .err = err };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < project->n_services; i++)
		r = visit(&s, &project->services[i]);
	path = s.path;
	return r;
}
