/* resolv-conf: a container's /etc/resolv.conf, as Docker writes it from the host's
 * (resolv.conf(5)).
 */
#pragma once

#include "libcommon/str.h"

/* `host` is the text of the host's file at `path`. What is given (NULL or empty: it is not) takes
 * the place of the host's own; a search domain "." means none. */
void resolv_conf_write(Strbuf *b, const char *host, const char *path, char *const *servers,
		       char *const *search, char *const *options);
/* Whether the host's file names a stub resolver, which answers on the host's loopback only. */
bool resolv_conf_is_stub(const char *host);
