#include "librunner/runtime.h"

#include <fcntl.h>
#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"

#define DEFAULT_ROOT "/var/lib/racker"
#define RUN_DIR "/run/racker"

/* 64-bit FNV-1a (draft-eastlake-fnv): only tells roots apart, nothing is trusted to it. */
static uint64_t fnv1a(const char *s)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		hash = (hash ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return hash;
}

static char *runtime_dir(const char *root)
{
	if (streq(root, DEFAULT_ROOT))
		return xstrdup(RUN_DIR);
	return xasprintf(RUN_DIR "/roots/%016llx", (unsigned long long)fnv1a(root));
}

int runtime_open_monitor(const char *root, Runtime **ret, Error **err)
{
	cleanup_runtime Runtime *rt = NULL;
	int r;

	if (geteuid() != 0)
		return error_set(err, EPERM, "permission denied: racker needs root (try sudo)");
	rt = xnew0(Runtime, 1);
	r = store_open(root, &rt->store, err);
	if (r < 0)
		return r;
	rt->root = realpath(store_path(rt->store), NULL);
	if (!rt->root)
		return error_errno(err, errno, "find %s", root);
	rt->rundir = runtime_dir(rt->root);
	*ret = steal(&rt);
	return 0;
}

int runtime_open(const char *root, Runtime **ret, Error **err)
{
	cleanup_runtime Runtime *rt = NULL;
	int r = runtime_open_monitor(root, &rt, err);

	if (r >= 0)
		r = container_collect(rt, err);
	if (r >= 0)
		*ret = steal(&rt);
	return r;
}

Runtime *runtime_free(Runtime *rt)
{
	if (!rt)
		return NULL;
	store_free(rt->store);
	free(rt->root);
	free(rt->rundir);
	free(rt->config_dir);
	free(rt);
	return NULL;
}
