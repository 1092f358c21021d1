/*
 * layer-name: names in layer tars: made clean as Docker makes them, whiteouts recognised.
 */
#pragma once

#include "libcommon/error.h"

typedef enum {
	LAYER_NAME_PLAIN,
	LAYER_NAME_WHITEOUT, /* ".wh.x": hides x of lower layers */
	LAYER_NAME_OPAQUE, /* ".wh..wh..opq": hides everything of lower layers in its directory */
	LAYER_NAME_IGNORED, /* ".wh..wh.plnk" and the like: AUFS's own files */
} LayerNameKind;

/* Strips leading "/" and "./", resolves "." and ".." by the text alone; "" is the layer's root.
 * -EPERM: `tar entry "../x" escapes the layer`, -ENAMETOOLONG, -EINVAL. Caller frees *ret. */
int layer_name_clean(const char *name, char **ret, Error **err);

/* Tells by the last component of a clean name. Of a whiteout the prefix is cut out, of an opaque
 * mark the whole component, so that `name` is what it speaks of. -EINVAL for a whiteout of nothing.
 */
int layer_name_classify(char *name, LayerNameKind *ret, Error **err);

/* The name in double quotes, with \xNN for what is not printable ASCII or valid UTF-8. Caller
 * frees. */
char *layer_name_quote(const char *name);

/* Says in an error which entry it is about: `tar entry "x": …`; returns `r`. */
int layer_name_prefix(Error **err, int r, const char *name);
