/* auth: against a token service of our own on loopback. */
#include "libimage/auth.h"

#include <time.h>

#include "libcommon/alloc.h"
#include "tests/server.h"
#include "tests/tap.h"

static int tokens;

/* Tokens are numbered; the path says what is to go wrong. */
static char *answer_for(const Server *s, const char *request)
{
	cleanup_free char *body = NULL;
	const char *status = "200 OK";

	(void)s;
	if (strstr(request, " /denied")) {
		status = "401 Unauthorized";
		body = xstrdup("{\"details\":\"incorrect username or password\"}");
	} else if (strstr(request, " /header")) {
		body = xstrdup("{\"token\":\"a\\r\\nX-Evil: 1\"}");
	} else if (strstr(request, " /empty")) {
		body = xstrdup("{}");
	} else if (strstr(request, " /html")) {
		body = xstrdup("<html>secret</html>");
	} else {
		body = xasprintf("{\"%s\":\"t%d\",\"expires_in\":%d}",
				 strstr(request, "POST") ? "access_token" : "token", ++tokens,
				 strstr(request, " /brief") ? 1 : 300);
	}
	return xasprintf("HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status, strlen(body),
			 body);
}

/* A 401 whose challenge leads to that path of the service. */
static HttpResponse refusal(const Server *s, const char *path)
{
	HttpResponse r = { .status = 401 };

	strv_addf(&r.headers,
		  "www-authenticate: Bearer realm=\"http://localhost:%d/%s\",service=\"a "
		  "b\",scope=\"x\"",
		  s->port, path);
	return r;
}

static Auth *new_auth(const char *username, const char *password, const char *identity)
{
	Credentials c = { xstrdup(username), xstrdup(password), xstrdup(identity), NULL };
	AuthOptions o = { .repository = "org/image", .plain = true };
	Auth *a = auth_new(&c, &o);

	check(c.password == NULL);
	credentials_clear(&c);
	return a;
}

static void check_header(Auth *a, Http *h, const char *want, unsigned *ret_generation)
{
	cleanup_free char *header = NULL;

	check_int(auth_header(a, h, &header, ret_generation, NULL), 0);
	check_str(header, want);
}

static void pause_ms(int ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	(void)nanosleep(&ts, NULL);
}

static void test_anonymous(Http *h, Server *s)
{
	cleanup(auth_freep) Auth *a = new_auth(NULL, NULL, NULL);
	cleanup_response HttpResponse r = refusal(s, "brief?x=y");
	unsigned g = 0;

	tokens = 0;
	strbuf_clear(&s->seen);
	check_header(a, h, NULL, &g);
	check_int(auth_challenged(a, h, &r, g, NULL), 1);
	check(strstr(s->seen.data, "GET /brief?x=y&service=a%20b&scope=x ") != NULL);
	check(strstr(s->seen.data, "Authorization") == NULL);
	/* Another thread that was refused with the old one needs no new one. */
	check_int(auth_challenged(a, h, &r, g, NULL), 1);
	check_int(tokens, 1);
	check_header(a, h, "Bearer t1", &g);
	pause_ms(1100);
	check_header(a, h, "Bearer t2", &g);
}

static void test_password(Http *h, Server *s)
{
	cleanup(auth_freep) Auth *a = new_auth("me", "secret", NULL);
	cleanup_response HttpResponse r = refusal(s, "token");
	unsigned g = 0;

	tokens = 0;
	strbuf_clear(&s->seen);
	check_int(auth_challenged(a, h, &r, g, NULL), 1);
	check(strstr(s->seen.data, "GET /token?account=me&service=") != NULL);
	check(strstr(s->seen.data, "Authorization: Basic bWU6c2VjcmV0") != NULL);
	check_header(a, h, "Bearer t1", &g);
	/* Refused all the same: a new one, once more. */
	check_int(auth_challenged(a, h, &r, g, NULL), 1);
	check_header(a, h, "Bearer t2", &g);
}

static void test_identity(Http *h, Server *s)
{
	cleanup(auth_freep) Auth *a = new_auth("me", "", "id&tok");
	cleanup_response HttpResponse r = refusal(s, "token");
	unsigned g = 0;

	tokens = 0;
	strbuf_clear(&s->seen);
	check_int(auth_challenged(a, h, &r, g, NULL), 1);
	check(strstr(s->seen.data, "POST /token ") != NULL);
	check(strstr(s->seen.data,
		     "grant_type=refresh_token&client_id=racker&refresh_token=id%26tok&"
		     "service=a%20b&scope=x") != NULL);
	check_header(a, h, "Bearer t1", &g);
}

static void test_basic(Http *h)
{
	cleanup(auth_freep) Auth *a = new_auth("me", "secret", NULL),
				 *b = new_auth(NULL, NULL, NULL);
	cleanup_response HttpResponse r = { .status = 401 }, none = { .status = 401 };
	unsigned g = 0;

	strv_add(&r.headers, "www-authenticate: Basic realm=\"x\"");
	check_int(auth_challenged(a, h, &r, g, NULL), 1);
	check_header(a, h, "Basic bWU6c2VjcmV0", &g);
	check_int(auth_challenged(a, h, &r, g, NULL), 0);
	check_int(auth_challenged(b, h, &r, 0, NULL), 0);
	check_int(auth_challenged(b, h, &none, 0, NULL), 0);
}

static void fails(Http *h, Server *s, const char *path, int want, const char *words)
{
	cleanup(auth_freep) Auth *a = new_auth(NULL, NULL, NULL);
	cleanup_response HttpResponse r = refusal(s, path);
	cleanup_error Error *err = NULL;
	unsigned g = 0;

	check_int(auth_challenged(a, h, &r, g, &err), want);
	if (!err || !strstr(err->msg, words) || strstr(err->msg, "secret"))
		check_str(err ? err->msg : NULL, words);
	check_header(a, h, NULL, &g);
}

int main(void)
{
	Server s = { .answer = answer_for };
	cleanup_http Http *h = NULL;

	http_global_init();
	h = http_new();
	server_listen(&s);
	server_start(&s);
	test_anonymous(h, &s);
	test_password(h, &s);
	test_identity(h, &s);
	test_basic(h);
	fails(h, &s, "denied", -EACCES, "incorrect username or password");
	fails(h, &s, "header", -EREMOTEIO, "no token");
	fails(h, &s, "empty", -EREMOTEIO, "no token");
	fails(h, &s, "html", -EREMOTEIO, "not what it should be");
	server_stop(&s);
	return tap_done();
}
