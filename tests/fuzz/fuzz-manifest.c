#include <stdint.h>
#include <stdlib.h>

#include "libimage/manifest.h"
#include "libimage/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was accepted keeps to its bounds: digests become names of files, sizes are allocated. */
static void check(const LayerDescriptor *d)
{
	if (!digest_valid(d->digest) || d->size < 0 || d->size > MANIFEST_MAX_LAYER_SIZE)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_platform Platform want = { 0 };
	cleanup_manifest Manifest *m = NULL;
	cleanup_error Error *err = NULL;
	const ManifestEntry *e;

	if (manifest_parse((const char *)data, size, NULL, &m, &err) < 0)
		return err ? 0 : (abort(), 0);
	if (m->kind == MANIFEST_IMAGE)
		check(&m->config);
	for (size_t i = 0; i < m->n_layers; i++)
		check(&m->layers[i]);
	for (size_t i = 0; i < m->n_entries; i++)
		check(&m->entries[i].manifest);
	if (platform_parse("linux/amd64", &want, NULL) < 0)
		abort();
	(void)manifest_choose(m, &want, &e, NULL);
	return 0;
}
