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
/* The host's file as a container outside of the host's network can use it: without servers on the
 * host's loopback; when none is left, with Docker's (8.8.8.8 and 8.8.4.4). Caller frees. */
char *resolv_conf_reachable(const char *host);
/* As resolv_conf_write(), for a container that asks `internal` servers, which ask those that it
 * would ask otherwise. */
void resolv_conf_write_internal(Strbuf *b, const char *host, const char *path,
				char *const *internal, char *const *servers, char *const *search,
				char *const *options);
