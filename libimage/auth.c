#include "libimage/auth.h"

#include <pthread.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/json.h"
#include "libcommon/log.h"
#include "libimage/base64.h"
#include "libimage/challenge.h"
#include "libimage/registry-error.h"

#define MAX_TOKEN_ANSWER ((size_t)256 * 1024)
/* What the specification says of a token without `expires_in`. */
#define DEFAULT_LIFETIME 60
#define MAX_LIFETIME 86400

struct Auth {
	AuthOptions o;
	Credentials credentials;
	pthread_mutex_t lock; /* everything below */
	Challenge challenge;
	char *header;
	unsigned generation; /* counts what `header` has been */
	int64_t expires; /* seconds of CLOCK_MONOTONIC; 0: never */
};

typedef struct TokenAnswer {
	char *token, *access_token;
	int64_t expires_in;
} TokenAnswer;

/* clang-format off */
static const JsonField answer_fields[] = {
	JSON_STRING(TokenAnswer, "token", token, 0),
	JSON_STRING(TokenAnswer, "access_token", access_token, 0),
	JSON_INT(TokenAnswer, "expires_in", expires_in, 0),
	JSON_END
};
static const JsonType answer_type = { "token", sizeof(TokenAnswer), answer_fields };
/* clang-format on */

static void answer_clear(TokenAnswer *t)
{
	json_clear(&answer_type, t);
}

static void unlockp(pthread_mutex_t **m)
{
	(void)pthread_mutex_unlock(*m);
}
#define LOCKED(m)                                       \
	cleanup(unlockp) pthread_mutex_t *locked = (m); \
	(void)pthread_mutex_lock(locked)

static int64_t seconds_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* What becomes part of a header must not end it. */
static bool header_safe(const char *s)
{
	for (; *s; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

static void header_set(Auth *a, char *value, int64_t lifetime)
{
	free(a->header);
	a->header = value;
	a->generation++;
	/* A tenth of its life is left for the request that uses it. */
	a->expires = lifetime ? seconds_now() + lifetime - lifetime / 10 : 0;
}

Auth *auth_new(Credentials *c, const AuthOptions *o)
{
	Auth *a = xnew0(Auth, 1);

	a->o = *o;
	(void)pthread_mutex_init(&a->lock, NULL);
	if (c) {
		a->credentials = *c;
		*c = (Credentials){ 0 };
	}
	if (!str_empty(a->credentials.registry_token) && header_safe(a->credentials.registry_token))
		header_set(a, xasprintf("Bearer %s", a->credentials.registry_token), 0);
	return a;
}

Auth *auth_free(Auth *a)
{
	if (!a)
		return NULL;
	(void)pthread_mutex_destroy(&a->lock);
	credentials_clear(&a->credentials);
	challenge_clear(&a->challenge);
	free(a->header);
	free(a);
	return NULL;
}

static char *basic_header(const Credentials *c)
{
	cleanup_free char *plain = NULL, *encoded = NULL;

	if (str_empty(c->username))
		return NULL;
	plain = xasprintf("%s:%s", c->username, c->password ? c->password : "");
	encoded = base64_encode(plain, strlen(plain));
	return xasprintf("Basic %s", encoded);
}

static void add_parameter(Strbuf *b, const char *name, const char *value)
{
	cleanup_free char *escaped = value ? http_escape(value) : NULL;
	bool first = b->len == 0 || strchr("?&", b->data[b->len - 1]);

	if (escaped)
		strbuf_addf(b, "%s%s=%s", first ? "" : "&", name, escaped);
}

static void add_service_and_scope(const Auth *a, Strbuf *b)
{
	cleanup_free char *own = xasprintf("repository:%s:pull", a->o.repository);

	add_parameter(b, "service", a->challenge.service);
	add_parameter(b, "scope", str_empty(a->challenge.scope) ? own : a->challenge.scope);
}

/* Asks the token service: with an identity token by POST, otherwise by GET with a password or
 * without. */
static int token_request(Auth *a, Http *http, HttpResponse *ret, Error **err)
{
	static char *const headers[] = { (char *)"Accept: application/json", NULL };
	cleanup_strbuf Strbuf url = STRBUF_INIT, form = STRBUF_INIT;
	cleanup_free char *basic = NULL;
	HttpRequest q = { .headers = headers,
			  .limit = MAX_TOKEN_ANSWER,
			  .plain = a->o.plain,
			  .insecure = a->o.insecure,
			  .ca = a->o.ca,
			  .cancelled = a->o.cancelled,
			  .userdata = a->o.userdata };

	strbuf_adds(&url, a->challenge.realm);
	if (!str_empty(a->credentials.identity_token)) {
		add_parameter(&form, "grant_type", "refresh_token");
		add_parameter(&form, "client_id", "racker");
		add_parameter(&form, "refresh_token", a->credentials.identity_token);
		add_service_and_scope(a, &form);
		q.form = form.data;
	} else {
		basic = basic_header(&a->credentials);
		strbuf_adds(&url, strchr(url.data, '?') ? "&" : "?");
		add_parameter(&url, "account", basic ? a->credentials.username : NULL);
		add_service_and_scope(a, &url);
		q.authorization = basic;
	}
	q.url = url.data;
	return http_request(http, &q, ret, err);
}

static int token_take(Auth *a, const HttpResponse *response, Error **err)
{
	cleanup(answer_clear) TokenAnswer t = { 0 };
	cleanup_json json_t *v = NULL;
	const char *token;
	int64_t lifetime;

	/* Not the parser's message: it could quote the token. */
	if (json_parse(response->body.data, response->body.len, "token", &v, NULL) < 0 ||
	    json_decode(v, &answer_type, &t, NULL) < 0)
		return error_set(err, EREMOTEIO,
				 "the token service's answer is not what it should be");
	token = str_empty(t.token) ? t.access_token : t.token;
	if (str_empty(token) || !header_safe(token))
		return error_set(err, EREMOTEIO, "the token service gave no token");
	lifetime = t.expires_in > 0 ? t.expires_in : DEFAULT_LIFETIME;
	header_set(a, xasprintf("Bearer %s", token),
		   lifetime < MAX_LIFETIME ? lifetime : MAX_LIFETIME);
	log_debug("got a token from %.*s for %lld seconds", (int)strcspn(a->challenge.realm, "?"),
		  a->challenge.realm, (long long)lifetime);
	return 0;
}

static int token_fetch(Auth *a, Http *http, Error **err)
{
	cleanup_response HttpResponse response = { 0 };
	int r = token_request(a, http, &response, err);

	if (r < 0)
		return r;
	if (response.status != 200)
		return error_prefix(err, registry_status_error(&response, err),
				    "token service %.*s: HTTP %ld",
				    (int)strcspn(a->challenge.realm, "?"), a->challenge.realm,
				    response.status);
	return token_take(a, &response, err);
}

int auth_header(Auth *a, Http *http, char **ret, unsigned *ret_generation, Error **err)
{
	LOCKED(&a->lock);

	if (a->expires && seconds_now() >= a->expires) {
		int r = token_fetch(a, http, err);

		if (r < 0)
			return r;
	}
	*ret = xstrdup(a->header);
	*ret_generation = a->generation;
	return 0;
}

int auth_challenged(Auth *a, Http *http, const HttpResponse *refusal, unsigned generation,
		    Error **err)
{
	cleanup_challenge Challenge c = { 0 };
	int r;
	LOCKED(&a->lock);

	/* Another thread has got a new one in the meantime. */
	if (generation != a->generation)
		return 1;
	STRV_FOREACH(h, refusal->headers) {
		const char *value = startswith(*h, "www-authenticate: ");

		if (value)
			(void)challenge_parse(value, &c);
	}
	if (c.scheme == CHALLENGE_BASIC) {
		char *basic = a->challenge.scheme == CHALLENGE_BASIC
				      ? NULL
				      : basic_header(&a->credentials);

		if (!basic)
			return 0;
		header_set(a, basic, 0);
	}
	challenge_clear(&a->challenge);
	a->challenge = c;
	c = (Challenge){ 0 };
	if (a->challenge.scheme != CHALLENGE_BEARER)
		return a->challenge.scheme == CHALLENGE_BASIC;
	r = token_fetch(a, http, err);
	return r < 0 ? r : 1;
}
