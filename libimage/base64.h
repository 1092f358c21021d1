/* base64: RFC 4648, the standard alphabet. */
#pragma once

#include "libcommon/str.h"

/* Fills *ret; -EINVAL for anything but well-formed text (padding may be missing). */
int base64_decode(const char *text, Strbuf *ret);
/* With padding. Caller frees. */
char *base64_encode(const void *data, size_t n);
