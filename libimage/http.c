#include "libimage/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <sys/mman.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/version.h"
#include "libimage/registries.h"

#define MAX_REDIRECTS 10
#define MAX_HEADERS 200
#define MAX_HEADER_LINE ((size_t)16 * 1024)
/* Bodies of refusals are read for their message only. */
#define MAX_ERROR_BODY ((size_t)64 * 1024)
#define CONNECT_SECONDS 15L
/* Nothing at all for so long is a dead connection. */
#define SILENCE_SECONDS 60L
#define BUFFER_SIZE (512L * 1024)

struct Http {
	CURL *easy;
};

/* One hop of a request on its way. */
typedef struct Transfer {
	const HttpRequest *q;
	HttpResponse *response;
	CURL *easy;
	char *url, *scheme, *host;
	bool same_origin; /* as the request's own URL */
	bool started;
	int ca; /* a file with the request's authorities, for old libcurls; -1: none */
	Error *failure;
	char detail[CURL_ERROR_SIZE];
} Transfer;

static void transfer_clear(Transfer *t)
{
	free(t->url);
	free(t->scheme);
	free(t->host);
	(void)fd_close(t->ca);
	error_free(t->failure);
}

void http_global_init(void)
{
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

Http *http_new(void)
{
	Http *h = xnew0(Http, 1);

	h->easy = curl_easy_init();
	if (!h->easy)
		abort();
	return h;
}

Http *http_free(Http *h)
{
	if (h) {
		curl_easy_cleanup(h->easy);
		free(h);
	}
	return NULL;
}

const char *http_system_ca(void)
{
	const char *env = getenv("SSL_CERT_FILE");

	return str_empty(env) ? curl_version_info(CURLVERSION_NOW)->cainfo : env;
}

char *http_escape(const char *text)
{
	Strbuf b = STRBUF_INIT;

	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (isalnum(*p) || strchr("-._~", *p))
			strbuf_addc(&b, (char)*p);
		else
			strbuf_addf(&b, "%%%02X", *p);
	return strbuf_steal(&b);
}

const char *http_header(const HttpResponse *r, const char *name)
{
	size_t n = strlen(name);

	STRV_FOREACH(h, r->headers)
		if (strncmp(*h, name, n) == 0 && (*h)[n] == ':')
			return *h + n + 2;
	return NULL;
}

void http_response_clear(HttpResponse *r)
{
	strv_free(r->headers);
	strbuf_clear(&r->body);
	*r = (HttpResponse){ 0 };
}

/* ---- what curl calls ---- */

static size_t on_header(char *data, size_t size, size_t n, void *userdata)
{
	Transfer *t = userdata;
	const char *colon;
	size_t total = size * n, end = total, name, value;
	char *line;

	while (end > 0 && (data[end - 1] == '\r' || data[end - 1] == '\n' || data[end - 1] == ' '))
		end--;
	/* A status line begins anew: there may have been a 1xx before. */
	if (end >= 5 && memcmp(data, "HTTP/", 5) == 0) {
		t->response->headers = strv_free(t->response->headers);
		return total;
	}
	colon = memchr(data, ':', end);
	if (!colon)
		return total;
	if (total > MAX_HEADER_LINE || strv_length(t->response->headers) >= MAX_HEADERS)
		return 0;
	name = (size_t)(colon - data);
	for (value = name + 1; value < end && data[value] == ' '; value++)
		;
	line = xasprintf("%.*s: %.*s", (int)name, data, (int)(end - value), data + value);
	for (char *p = line; *p && *p != ':'; p++)
		*p = (char)tolower((unsigned char)*p);
	strv_push(&t->response->headers, line);
	return total;
}

static int take_body(Transfer *t, const void *data, size_t n)
{
	const HttpRequest *q = t->q;
	bool success;
	int r;

	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->response->status);
	success = t->response->status >= 200 && t->response->status < 300;
	if (!success) {
		if (t->response->body.len + n <= MAX_ERROR_BODY)
			strbuf_add(&t->response->body, data, n);
		return 0;
	}
	if (!q->sink) {
		if (t->response->body.len + n > q->limit)
			return error_set(&t->failure, EFBIG, "the answer is larger than %zu bytes",
					 q->limit);
		strbuf_add(&t->response->body, data, n);
		return 0;
	}
	if (!t->started) {
		r = q->start ? q->start(t->response, q->userdata, &t->failure) : 0;
		if (r < 0)
			return r;
		t->started = true;
	}
	return q->sink(data, n, q->userdata, &t->failure);
}

static size_t on_body(char *data, size_t size, size_t n, void *userdata)
{
	return take_body(userdata, data, size * n) < 0 ? 0 : size * n;
}

static int on_progress(void *userdata, curl_off_t dt, curl_off_t d, curl_off_t ut, curl_off_t u)
{
	Transfer *t = userdata;

	(void)dt, (void)d, (void)ut, (void)u;
	return t->q->cancelled && t->q->cancelled(t->q->userdata);
}

/* ---- one hop ---- */

static struct curl_slist *headers_make(const Transfer *t)
{
	struct curl_slist *list = NULL;

	STRV_FOREACH(h, t->q->headers)
		list = curl_slist_append(list, *h);
	if (t->q->authorization && t->same_origin) {
		cleanup_free char *line = xasprintf("Authorization: %s", t->q->authorization);

		list = curl_slist_append(list, line);
	}
	return list;
}

#define SET(option, value) (void)curl_easy_setopt(t->easy, (option), (value))

static void set_transport(Transfer *t)
{
	SET(CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
	SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(CURLOPT_LOW_SPEED_TIME, SILENCE_SECONDS);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_BUFFERSIZE, BUFFER_SIZE);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	/* Proxies come from the environment, but none stands between us and ourselves. */
	if (host_is_local(t->host))
		SET(CURLOPT_PROXY, "");
}

static void set_authorities(Transfer *t)
{
#if LIBCURL_VERSION_NUM >= 0x074d00
	struct curl_blob blob = { .data = (void *)t->q->ca,
				  .len = strlen(t->q->ca),
				  .flags = CURL_BLOB_NOCOPY };

	SET(CURLOPT_CAINFO_BLOB, &blob);
#else
	cleanup_free char *path = NULL;

	t->ca = memfd_create("authorities", MFD_CLOEXEC);
	if (t->ca >= 0)
		(void)fd_write_all(t->ca, t->q->ca, strlen(t->q->ca));
	/* Without the file nothing is trusted. */
	path = xasprintf("/proc/self/fd/%d", t->ca);
	SET(CURLOPT_CAINFO, path);
#endif
}

static void set_trust(Transfer *t)
{
	const char *system = http_system_ca();

	if (t->same_origin && t->q->insecure) {
		SET(CURLOPT_SSL_VERIFYPEER, 0L);
		SET(CURLOPT_SSL_VERIFYHOST, 0L);
		/* Reading the system's bundle takes longer than the rest of a request. */
		SET(CURLOPT_CAINFO, NULL);
		SET(CURLOPT_CAPATH, NULL);
	} else if (t->same_origin && t->q->ca) {
		set_authorities(t);
	} else if (system) {
		SET(CURLOPT_CAINFO, system);
	}
}

static void set_request(Transfer *t, const char *range)
{
	const HttpRequest *q = t->q;

	SET(CURLOPT_URL, t->url);
	SET(CURLOPT_USERAGENT, "racker");
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, t);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_ERRORBUFFER, t->detail);
	if (q->head)
		SET(CURLOPT_NOBODY, 1L);
	if (q->connect)
		SET(CURLOPT_CONNECT_ONLY, 1L);
	if (q->form)
		SET(CURLOPT_POSTFIELDS, q->form);
	if (q->offset > 0)
		SET(CURLOPT_RANGE, range);
}

/* What libcurl and the system say about a failed transfer, as one of the kinds in the header. */
static int transfer_error(Transfer *t, CURLcode code, Error **err)
{
	const char *detail = *t->detail ? t->detail : curl_easy_strerror(code);
	double connected = 0;
	long os = 0;

	(void)curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os);
	(void)curl_easy_getinfo(t->easy, CURLINFO_CONNECT_TIME, &connected);
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return error_set(err, EHOSTUNREACH, "%s", detail);
	case CURLE_COULDNT_CONNECT:
		return error_set(err, EHOSTUNREACH, "connect: %s", os ? strerror((int)os) : detail);
	case CURLE_OPERATION_TIMEDOUT:
		return error_set(err, connected > 0 ? ETIMEDOUT : EHOSTUNREACH, "%s", detail);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return error_set(err, EKEYREJECTED, "%s", detail);
	case CURLE_SSL_CONNECT_ERROR:
		return error_set(err, EPROTO, "TLS: %s", detail);
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_GOT_NOTHING:
		return error_set(err, ECONNRESET, "the connection was cut: %s", detail);
	case CURLE_ABORTED_BY_CALLBACK:
		return error_set(err, ECANCELED, "cancelled");
	default:
		return error_set(err, EIO, "%s", detail);
	}
}

/* For logs and messages: queries of other hosts are signatures. */
static char *shown_url(const Transfer *t)
{
	return xstrndup(t->url, t->same_origin ? strlen(t->url) : strcspn(t->url, "?"));
}

static int hop(Transfer *t, Error **err)
{
	const char *method = t->q->connect ? "CONNECT"
			     : t->q->head  ? "HEAD"
			     : t->q->form  ? "POST"
					   : "GET";
	cleanup_free char *range = xasprintf("%lld-", (long long)t->q->offset);
	cleanup_free char *url = shown_url(t);
	struct curl_slist *headers = headers_make(t);
	CURLcode code;

	curl_easy_reset(t->easy);
	set_transport(t);
	set_trust(t);
	set_request(t, range);
	SET(CURLOPT_HTTPHEADER, headers);
	code = curl_easy_perform(t->easy);
	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &t->response->status);
	log_debug("%s %s%s%s: %s %ld", method, url, t->q->offset > 0 ? " from byte " : "",
		  t->q->offset > 0 ? range : "", code ? curl_easy_strerror(code) : "HTTP",
		  t->response->status);
	curl_slist_free_all(headers);
	if (t->failure)
		return error_propagate(err, steal(&t->failure));
	if (code != CURLE_OK)
		return error_prefix(err, transfer_error(t, code, err), "%s %s", method, url);
	return 0;
}

/* ---- redirects ---- */

static char *url_part(CURLU *u, CURLUPart part)
{
	char *text = NULL, *copy = NULL;

	if (curl_url_get(u, part, &text, 0) == CURLUE_OK)
		copy = xstrdup(text);
	curl_free(text);
	return copy;
}

/* Takes `url`, relative to `base` if there is one, apart into `t`. User names in it are refused:
 * curl would send them as credentials. */
static int url_take(Transfer *t, const char *base, const char *url)
{
	cleanup_free char *host = NULL, *port = NULL;
	CURLU *u = curl_url();
	bool good = u && (!base || curl_url_set(u, CURLUPART_URL, base, 0) == CURLUE_OK) &&
		    curl_url_set(u, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK &&
		    curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK;

	if (good) {
		t->url = url_part(u, CURLUPART_URL);
		t->scheme = url_part(u, CURLUPART_SCHEME);
		host = url_part(u, CURLUPART_HOST);
		port = url_part(u, CURLUPART_PORT);
		good = t->url && t->scheme && host &&
		       (streq(t->scheme, "http") || streq(t->scheme, "https"));
	}
	if (good)
		t->host = xasprintf("%s:%s", host,
				    port		       ? port
				    : streq(t->scheme, "http") ? "80"
							       : "443");
	curl_url_cleanup(u);
	return good ? 0 : -EINVAL;
}

static bool is_redirect(const HttpResponse *r)
{
	return r->status == 301 || r->status == 302 || r->status == 303 || r->status == 307 ||
	       r->status == 308;
}

/* Plain http is for the host it was allowed for, and among programs of this machine. */
static bool plain_allowed(const Transfer *t, const Transfer *origin)
{
	if (streq(t->scheme, "https"))
		return true;
	return strcasecmp(t->host, origin->host) == 0
		       ? t->q->plain
		       : host_is_local(t->host) && host_is_local(origin->host);
}

int http_request(Http *h, const HttpRequest *q, HttpResponse *ret, Error **err)
{
	cleanup_response HttpResponse response = { 0 };
	cleanup(transfer_clear) Transfer origin = { .q = q, .ca = -1 };
	cleanup_free char *base = NULL, *next = xstrdup(q->url);

	if (url_take(&origin, NULL, q->url) < 0)
		return error_set(err, EINVAL, "'%s' is not a URL", q->url);
	for (int n = 0; n <= MAX_REDIRECTS; n++) {
		cleanup(transfer_clear)
			Transfer t = { .q = q, .response = &response, .easy = h->easy, .ca = -1 };
		int r;

		if (url_take(&t, base, next) < 0)
			return error_set(err, EPROTO,
					 "GET %s: redirected to a URL that is not http",
					 origin.url);
		t.same_origin =
			streq(t.scheme, origin.scheme) && strcasecmp(t.host, origin.host) == 0;
		if (!plain_allowed(&t, &origin))
			return error_set(err, EPROTO, "%s: plain http is not allowed for %s",
					 origin.url, t.host);
		r = hop(&t, err);
		if (r < 0)
			return r;
		if (!is_redirect(&response) || !http_header(&response, "location")) {
			*ret = response;
			response = (HttpResponse){ 0 };
			return 0;
		}
		free(base);
		free(next);
		base = xstrdup(t.url);
		next = xstrdup(http_header(&response, "location"));
		http_response_clear(&response);
	}
	return error_set(err, EPROTO, "GET %s: stopped after %d redirects", origin.url,
			 MAX_REDIRECTS);
}
