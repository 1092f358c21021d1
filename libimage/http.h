/*
 * http: one HTTP(S) request at a time; the only place that knows libcurl.
 *
 * An Http keeps its connections open between requests and belongs to one thread. Redirects are
 * followed here: to http and https only, to plain http only where that is allowed, and what
 * `authorization` says never reaches another origin than the one it was meant for. Any status that
 * the server sends is success; failures are those of the transport:
 *
 *	EHOSTUNREACH   no name, no route, nobody listens
 *	ETIMEDOUT, ECONNRESET   it answered, and then fell silent or cut the connection
 *	EPROTO, EKEYREJECTED    TLS does not come about; the certificate is not to be trusted
 *	EFBIG          a body larger than `limit`
 *	ECANCELED      `cancelled` said so
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "libcommon/error.h"
#include "libcommon/str.h"

typedef struct Http Http;

typedef struct HttpResponse {
	long status;
	char **headers; /* `name: value`, names in lower case */
	Strbuf body; /* empty when a sink took it */
} HttpResponse;

typedef struct HttpRequest {
	const char *url;
	const char *form; /* a POST of application/x-www-form-urlencoded; NULL: GET */
	bool head;
	bool connect; /* only connect, and for https come to terms about TLS: no request is sent */
	char *const *headers; /* `Name: value` */
	const char *authorization; /* the header's value, or NULL */
	int64_t offset; /* Range: bytes=OFFSET-, 0: from the start */
	size_t limit; /* of a body collected in memory */
	bool plain; /* http:// is allowed for this host */
	bool insecure; /* this host's certificate is not verified */
	const char *ca; /* PEM text of authorities, in place of the system's; NULL: the system's */
	/* Take the body of a 2xx in place of HttpResponse.body. `start` is called before the first
	 * byte, the headers are there. A negative result ends the request with that error. */
	int (*start)(const HttpResponse *response, void *userdata, Error **err);
	int (*sink)(const void *data, size_t n, void *userdata, Error **err);
	bool (*cancelled)(void *userdata);
	void *userdata;
} HttpRequest;

/* Call once in a program, before threads. */
void http_global_init(void);
Http *http_new(void);
Http *http_free(Http *h);
DEFINE_CLEANUP(Http, http_free)
#define cleanup_http cleanup(http_freep)

int http_request(Http *h, const HttpRequest *q, HttpResponse *ret, Error **err);
/* The value of the first header of that (lower-case) name, or NULL. */
const char *http_header(const HttpResponse *r, const char *name);
void http_response_clear(HttpResponse *r);
#define cleanup_response cleanup(http_response_clear)

/* The path of the system's certificate bundle ($SSL_CERT_FILE or libcurl's own), or NULL. */
const char *http_system_ca(void);
/* Percent-encoding for a query. Caller frees. */
char *http_escape(const char *text);
