#include "compose/containers.h"

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-brief.h"
#include "librunner/container-state.h"

const char *container_label(const Container *c, const char *label)
{
	const char *value = env_get(c->config.labels, label);

	return value ? value : "";
}

bool container_of_service(const Container *c, const char *service)
{
	return streq(container_label(c, LABEL_SERVICE), service);
}

bool container_is_oneoff(const Container *c)
{
	return streq(container_label(c, LABEL_ONEOFF), "True");
}

int64_t container_number(const Container *c)
{
	int64_t n;

	return str_to_i64(container_label(c, LABEL_NUMBER), &n) >= 0 ? n : 0;
}

char *container_title(const Container *c)
{
	return xasprintf("Container %s", c->name);
}

static bool wanted(const Container *c, const char *project, unsigned flags)
{
	const char *of = container_label(c, LABEL_PROJECT);

	if (!*of || (project && !streq(of, project)))
		return false;
	if ((flags & CONTAINERS_RUNNING) && !container_is_running(c))
		return false;
	return flags & (container_is_oneoff(c) ? CONTAINERS_ONEOFF : CONTAINERS_SERVICES);
}

static int compare(const void *a, const void *b)
{
	const Container *x = *(const Container *const *)a, *y = *(const Container *const *)b;
	int r = strcmp(container_label(x, LABEL_SERVICE), container_label(y, LABEL_SERVICE));

	if (r == 0 && container_number(x) != container_number(y))
		r = container_number(x) < container_number(y) ? -1 : 1;
	return r ? r : strcmp(x->name, y->name);
}

int project_containers(Runtime *rt, const char *project, unsigned flags, ProjectContainers *ret,
		       Error **err)
{
	ProjectContainers found = { 0 };
	Container **all = NULL;
	size_t n = 0, cap = 0;
	int r = container_list_brief(rt, flags & CONTAINERS_RUNNING ? BRIEF_RUNNING : 0, &all, &n,
				     err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		Container *c = NULL;

		if (!wanted(all[i], project, flags) || container_find(rt, all[i]->id, &c, NULL) < 0)
			continue;
		GROW(found.list, found.n, &cap);
		found.list[found.n++] = c;
	}
	container_list_free(all, n);
	if (found.n)
		qsort(found.list, found.n, sizeof(*found.list), compare);
	*ret = found;
	return 0;
}

void project_containers_clear(ProjectContainers *c)
{
	container_list_free(c->list, c->n);
	*c = (ProjectContainers){ 0 };
}

int project_container_find(Runtime *rt, const char *project, const char *service, int64_t index,
			   unsigned flags, Container **ret, Error **err)
{
	cleanup_project_containers ProjectContainers all = { 0 };
	int r = project_containers(rt, project, CONTAINERS_SERVICES | flags, &all, err);

	for (size_t i = 0; r >= 0 && i < all.n; i++)
		if (container_of_service(all.list[i], service) &&
		    (index <= 0 || container_number(all.list[i]) == index)) {
			*ret = all.list[i];
			all.list[i] = NULL;
			return 0;
		}
	if (r < 0)
		return r;
	if (index > 0)
		return error_set(err, ENOENT, "service \"%s\" is not running container #%lld",
				 service, (long long)index);
	return error_set(err, ENOENT, "service \"%s\" is not running", service);
}
