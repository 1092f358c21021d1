#include <stdint.h>
#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/layer-name.h"
#include "libimage/layer-tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each component is one that can be handed to openat() without leaving its directory. */
static void check_clean(const char *path)
{
	if (strlen(path) > LAYER_MAX_PATH || *path == '/' || endswith(path, "/"))
		abort();
	for (const char *p = path; *p;) {
		size_t n = strcspn(p, "/");

		if (n == 0 || (n == 1 && *p == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
			abort();
		p += n + (p[n] == '/');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *name = xstrndup((const char *)data, size), *path = NULL, *quoted = NULL;
	cleanup_error Error *err = NULL;
	LayerNameKind kind;

	quoted = layer_name_quote(name);
	if (layer_name_clean(name, &path, &err) < 0)
		return err ? 0 : (abort(), 0);
	check_clean(path);
	if (layer_name_classify(path, &kind, &err) < 0)
		return err ? 0 : (abort(), 0);
	if (kind != LAYER_NAME_IGNORED)
		check_clean(path);
	return 0;
}
