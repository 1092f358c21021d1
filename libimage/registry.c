#include "libimage/registry.h"

#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libimage/auth.h"
#include "libimage/manifest.h"
#include "libimage/registry-error.h"
#include "libimage/retry.h"
#include "libimage/trust.h"

struct Registry {
	const Endpoint *endpoint;
	char *repository; /* with the endpoint's prefix */
	char *scheme; /* NULL until the first request */
	char *ca;
	Auth *auth;
	bool (*cancelled)(void *userdata);
	void *userdata;
};

int registry_new(const Endpoint *e, const char *repository, Credentials *c,
		 bool (*cancelled)(void *userdata), void *userdata, Registry **ret, Error **err)
{
	cleanup(registry_freep) Registry *r = xnew0(Registry, 1);
	AuthOptions o;
	int x;

	r->endpoint = e;
	r->repository = xasprintf("%s%s", e->prefix, repository);
	r->scheme = xstrdup(e->scheme);
	r->cancelled = cancelled;
	r->userdata = userdata;
	x = trust_load(e->host, e->ca, &r->ca, err);
	if (x < 0)
		return x;
	o = (AuthOptions){ .repository = r->repository,
			   .ca = r->ca,
			   .plain = e->plain,
			   .insecure = e->insecure && !r->ca,
			   .cancelled = cancelled,
			   .userdata = userdata };
	r->auth = auth_new(c, &o);
	*ret = steal(&r);
	return 0;
}

Registry *registry_free(Registry *r)
{
	if (!r)
		return NULL;
	auth_free(r->auth);
	free(r->repository);
	free(r->scheme);
	free(r->ca);
	free(r);
	return NULL;
}

const Endpoint *registry_endpoint(const Registry *r)
{
	return r->endpoint;
}

void registry_manifest_clear(RegistryManifest *m)
{
	strbuf_clear(&m->text);
	free(m->media_type);
	free(m->digest);
	*m = (RegistryManifest){ 0 };
}

/* ---- requests ---- */

/* One exchange, with credentials as they are; after a 401 once more with what the challenge wants.
 */
static int exchange(Registry *r, Http *http, HttpRequest *q, HttpResponse *ret, Error **err)
{
	for (int round = 0;; round++) {
		cleanup_free char *authorization = NULL;
		unsigned generation;
		int x = auth_header(r->auth, http, &authorization, &generation, err);

		if (x < 0)
			return x;
		q->authorization = authorization;
		x = http_request(http, q, ret, err);
		q->authorization = NULL;
		if (x < 0 || ret->status != 401 || round > 0)
			return x;
		x = auth_challenged(r->auth, http, ret, generation, err);
		if (x < 0) {
			http_response_clear(ret);
			return x;
		}
		if (x == 0)
			return 0;
		http_response_clear(ret);
	}
}

/* Pauses and says whether to try again. */
static bool again(const Registry *r, Retry *retry, int x, const HttpResponse *response)
{
	bool transport = x < 0;
	int ms;

	if (transport ? !retry_transport(x) : !retry_status(response->status))
		return false;
	ms = retry_pause(retry, transport ? NULL : response);
	if (ms < 0)
		return false;
	log_debug("%s: trying again in %d ms", r->endpoint->host, ms);
	return retry_sleep(ms, r->cancelled, r->userdata);
}

/* Until an answer that stands, or a failure that does not pass. */
static int persist(Registry *r, Http *http, HttpRequest *q, HttpResponse *ret, Error **err)
{
	Retry retry = { 0 };

	for (;;) {
		cleanup_error Error *e = NULL;
		int x = exchange(r, http, q, ret, &e);

		if (!again(r, &retry, x, ret))
			return x < 0 ? error_propagate(err, steal(&e)) : 0;
		if (x >= 0)
			http_response_clear(ret);
	}
}

static char *make_url(const Registry *r, const char *kind, const char *reference)
{
	return xasprintf("%s://%s/v2/%s/%s/%s", r->scheme, r->endpoint->host, r->repository, kind,
			 reference);
}

static HttpRequest make_request(const Registry *r, const char *url, char *const *headers,
				size_t limit)
{
	return (HttpRequest){ .url = url,
			      .headers = headers,
			      .limit = limit,
			      .plain = r->endpoint->plain,
			      .insecure = r->endpoint->insecure && !r->ca,
			      .ca = r->ca,
			      .cancelled = r->cancelled,
			      .userdata = r->userdata };
}

/* Where both are allowed, TLS is used when the server speaks it. */
static void find_scheme(Registry *r, Http *http)
{
	cleanup_response HttpResponse response = { 0 };
	cleanup_free char *url = xasprintf("https://%s/", r->endpoint->host);
	HttpRequest q = { .url = url,
			  .connect = true,
			  .insecure = true,
			  .cancelled = r->cancelled,
			  .userdata = r->userdata };

	r->scheme = xstrdup(http_request(http, &q, &response, NULL) < 0 ? "http" : "https");
}

static int request(Registry *r, Http *http, const char *kind, const char *reference, bool head,
		   char *const *headers, size_t limit, HttpResponse *ret, Error **err)
{
	cleanup_free char *url = NULL;
	HttpRequest q;

	if (!r->scheme)
		find_scheme(r, http);
	url = make_url(r, kind, reference);
	q = make_request(r, url, headers, limit);
	q.head = head;
	return persist(r, http, &q, ret, err);
}

/* Of a manifest Docker's words say enough; everything else is told with its address. */
static int status_error(const Registry *r, const char *kind, const char *reference,
			const HttpResponse *response, Error **err)
{
	cleanup_free char *url = make_url(r, kind, reference);
	int x = registry_status_error(response, err);

	if (streq(kind, "manifests") && (x == -EACCES || x == -ENOENT))
		return x;
	return error_prefix(err, x, "GET %s: HTTP %ld", url, response->status);
}

/* ---- manifests ---- */

static char **accept_headers(void)
{
	cleanup_free char *types = strv_join((char *const *)manifest_accept, ", ");
	char **headers = NULL;

	strv_addf(&headers, "Accept: %s", types);
	return headers;
}

int registry_manifest(Registry *r, Http *http, const char *reference, RegistryManifest *ret,
		      Error **err)
{
	cleanup_response HttpResponse response = { 0 };
	cleanup_strv char **headers = accept_headers();
	int x = request(r, http, "manifests", reference, false, headers, REGISTRY_MAX_MANIFEST,
			&response, err);

	if (x < 0)
		return x;
	if (response.status != 200)
		return status_error(r, "manifests", reference, &response, err);
	ret->digest = digest_of(response.body.data ? response.body.data : "", response.body.len);
	if (strchr(reference, ':') && !streq(ret->digest, reference)) {
		x = error_set(err, EBADMSG, "manifest verification failed for digest %s: got %s",
			      reference, ret->digest);
		registry_manifest_clear(ret);
		return x;
	}
	ret->media_type = xstrdup(http_header(&response, "content-type"));
	ret->text = response.body;
	response.body = (Strbuf)STRBUF_INIT;
	return 0;
}

int registry_manifest_digest(Registry *r, Http *http, const char *tag, char **ret, Error **err)
{
	cleanup_response HttpResponse response = { 0 };
	cleanup_strv char **headers = accept_headers();
	const char *digest;
	int x = request(r, http, "manifests", tag, true, headers, 0, &response, err);

	if (x < 0)
		return x;
	digest = http_header(&response, "docker-content-digest");
	if (response.status != 200 || !digest || !digest_valid(digest))
		return 0;
	*ret = xstrdup(digest);
	return 1;
}

/* ---- blobs ---- */

int registry_blob_read(Registry *r, Http *http, const LayerDescriptor *d, Strbuf *ret, Error **err)
{
	cleanup_response HttpResponse response = { 0 };
	cleanup_free char *digest = NULL;
	int x = request(r, http, "blobs", d->digest, false, NULL, (size_t)d->size, &response, err);

	if (x < 0)
		return error_prefix(err, x, "blob %s", d->digest);
	if (response.status != 200)
		return status_error(r, "blobs", d->digest, &response, err);
	digest = digest_of(response.body.data ? response.body.data : "", response.body.len);
	if (!streq(digest, d->digest))
		return error_set(err, EBADMSG, "verification failed for digest %s: got %s",
				 d->digest, digest);
	*ret = response.body;
	response.body = (Strbuf)STRBUF_INIT;
	return 0;
}

typedef struct Download {
	Registry *registry;
	const BlobSink *sink;
	int64_t asked; /* the offset in the request */
} Download;

/* Compares what the server is about to send with what was asked for. */
static int download_start(const HttpResponse *response, void *userdata, Error **err)
{
	Download *d = userdata;
	const char *range = http_header(response, "content-range");
	long long first;

	if (response->status != 206) {
		if (d->asked > 0)
			d->sink->restart(d->sink->userdata);
		return 0;
	}
	if (!range || sscanf(range, "bytes %lld-", &first) != 1 || first != d->asked)
		return error_set(err, EREMOTEIO, "the server sends another range than asked for");
	return 0;
}

static int download_write(const void *data, size_t n, void *userdata, Error **err)
{
	Download *d = userdata;

	return d->sink->write(data, n, d->sink->userdata, err);
}

static bool download_cancelled(void *userdata)
{
	Download *d = userdata;

	return d->registry->cancelled && d->registry->cancelled(d->registry->userdata);
}

/* One request for the rest. 0: the server has sent all it wants to send. */
static int download_once(Download *d, Http *http, const char *url, HttpResponse *response,
			 Error **err)
{
	HttpRequest q = make_request(d->registry, url, NULL, 0);

	d->asked = d->sink->offset(d->sink->userdata);
	q.offset = d->asked;
	q.start = download_start;
	q.sink = download_write;
	q.cancelled = download_cancelled;
	q.userdata = d;
	return exchange(d->registry, http, &q, response, err);
}

int registry_blob(Registry *r, Http *http, const LayerDescriptor *d, const BlobSink *sink,
		  Error **err)
{
	cleanup_free char *url = make_url(r, "blobs", d->digest);
	Download download = { .registry = r, .sink = sink };
	Retry retry = { 0 };

	while (sink->offset(sink->userdata) < d->size) {
		cleanup_response HttpResponse response = { 0 };
		cleanup_error Error *e = NULL;
		int64_t had = sink->offset(sink->userdata);
		int x = download_once(&download, http, url, &response, &e);
		bool refused = x >= 0 && response.status != 200 && response.status != 206;

		/* A download that goes on, if in pieces, is not a failing one. */
		if (sink->offset(sink->userdata) > had)
			retry.failures = 0;
		if ((x < 0 || refused) && again(r, &retry, x, &response))
			continue;
		if (x < 0)
			return error_propagate(err, steal(&e));
		if (refused && response.status != 416)
			return status_error(r, "blobs", d->digest, &response, err);
		if (sink->offset(sink->userdata) == had || refused)
			return error_set(err, EREMOTEIO, "blob %s is truncated: %lld of %lld bytes",
					 d->digest, (long long)had, (long long)d->size);
	}
	return 0;
}
