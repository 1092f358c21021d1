#include <stdint.h>
#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/yaml.h"
#include "libimage/catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was accepted can be found by each of its names, and has a source. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_catalogue Catalogue *c = xnew0(Catalogue, 1);
	cleanup_json json_t *document = NULL;
	cleanup_error Error *err = NULL;

	if (yaml_parse((const char *)data, size, "input", &document, &err) < 0 ||
	    catalogue_add(c, document, "input", &err) < 0)
		return err ? 0 : (abort(), 0);
	for (size_t i = 0; i < c->n; i++) {
		const CatalogueEntry *e = &c->entries[i];

		if (catalogue_find(c, e->label) != e || strv_length(e->sources) == 0)
			abort();
		STRV_FOREACH(it, e->aliases)
			if (catalogue_find(c, *it) != e)
				abort();
	}
	return 0;
}
