/* http: against servers of our own on loopback, which answer by the path and remember the requests.
 */
#include "libimage/http.h"

#include "libcommon/alloc.h"
#include "tests/server.h"
#include "tests/tap.h"

static char *answer_for(const Server *s, const char *request)
{
	static const struct {
		const char *path, *answer;
	} fixed[] = {
		{ "/ok ", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Thing:  a b \r\n\r\nhello" },
		{ "/refused ", "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno" },
		{ "/cut ", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello" },
		{ "/range ", "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 3-4/5\r\n"
			     "Content-Length: 2\r\n\r\nlo" },
		{ "/nothing ", "" },
		{ "/file ", "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n" },
		{ "/user ", "HTTP/1.1 302 Found\r\nLocation: http://me:secret@localhost/\r\n\r\n" },
		{ "/abroad ", "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/x\r\n\r\n" },
		{ "/loop ", "HTTP/1.1 302 Found\r\nLocation: loop\r\n\r\n" },
		{ "/relative ", "HTTP/1.1 307 Temporary Redirect\r\nLocation: ./ok\r\n\r\n" },
		{ "/early ", "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
			     "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
	};
	const char *path = strchr(request, ' ');

	for (size_t i = 0; path && i < sizeof(fixed) / sizeof(*fixed); i++)
		if (startswith(path + 1, fixed[i].path))
			return xstrdup(fixed[i].answer);
	return xasprintf("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://localhost:%d/ok\r\n"
			 "Content-Length: 0\r\n\r\n",
			 s->other);
}

static int get(Http *h, const Server *s, const char *path, HttpRequest q, HttpResponse *ret,
	       Error **err)
{
	cleanup_free char *url = xasprintf("http://127.0.0.1:%d/%s", s->port, path);

	q.url = url;
	q.plain = true;
	if (!q.limit)
		q.limit = 100;
	return http_request(h, &q, ret, err);
}

static void fails(Http *h, const Server *s, const char *path, HttpRequest q, int r)
{
	cleanup_response HttpResponse response = { 0 };
	cleanup_error Error *err = NULL;

	check_int(get(h, s, path, q, &response, &err), r);
	check(err != NULL);
}

static void test_answers(Http *h, const Server *s)
{
	cleanup_response HttpResponse ok = { 0 }, refused = { 0 }, early = { 0 }, relative = { 0 };

	check_int(get(h, s, "ok", (HttpRequest){ 0 }, &ok, NULL), 0);
	check_int(ok.status, 200);
	check_str(ok.body.data, "hello");
	check_str(http_header(&ok, "x-thing"), "a b");
	check_str(http_header(&ok, "x-thin"), NULL);
	check_int(get(h, s, "refused", (HttpRequest){ 0 }, &refused, NULL), 0);
	check_int(refused.status, 403);
	check_str(refused.body.data, "no");
	check_int(get(h, s, "early", (HttpRequest){ 0 }, &early, NULL), 0);
	check_str(http_header(&early, "x-early"), NULL);
	check_int(get(h, s, "relative", (HttpRequest){ 0 }, &relative, NULL), 0);
	check_str(relative.body.data, "hello");
}

static bool cancelled(void *userdata)
{
	(void)userdata;
	return true;
}

static void test_failures(Http *h, const Server *s)
{
	cleanup_response HttpResponse response = { 0 };
	HttpRequest q = { .url = "http://192.0.2.1/" },
		    nobody = { .url = "http://127.0.0.1:1/", .plain = true };

	fails(h, s, "cut", (HttpRequest){ 0 }, -ECONNRESET);
	fails(h, s, "nothing", (HttpRequest){ 0 }, -ECONNRESET);
	fails(h, s, "ok", (HttpRequest){ .limit = 4 }, -EFBIG);
	fails(h, s, "file", (HttpRequest){ 0 }, -EPROTO);
	fails(h, s, "user", (HttpRequest){ 0 }, -EPROTO);
	fails(h, s, "abroad", (HttpRequest){ 0 }, -EPROTO);
	fails(h, s, "loop", (HttpRequest){ 0 }, -EPROTO);
	fails(h, s, "ok", (HttpRequest){ .cancelled = cancelled }, -ECANCELED);
	/* Plain http where nobody allowed it is not even tried. */
	check_int(http_request(h, &q, &response, NULL), -EPROTO);
	check_int(http_request(h, &nobody, &response, NULL), -EHOSTUNREACH);
}

static int take(const void *data, size_t n, void *userdata, Error **err)
{
	if (n == 2 && memcmp(data, "lo", 2) == 0)
		return error_set(err, ENOSPC, "full");
	strbuf_add(userdata, data, n);
	return 0;
}

static int begin(const HttpResponse *response, void *userdata, Error **err)
{
	(void)err;
	strbuf_addf(userdata, "%ld %s;", response->status, http_header(response, "content-length"));
	return 0;
}

static void test_sink(Http *h, Server *s)
{
	cleanup_response HttpResponse ok = { 0 }, refused = { 0 };
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	HttpRequest q = { .start = begin, .sink = take, .userdata = &b };

	check_int(get(h, s, "ok", q, &ok, NULL), 0);
	check_str(b.data, "200 5;hello");
	check_int((long long)ok.body.len, 0);
	/* A refusal's body is not for the sink. */
	check_int(get(h, s, "refused", q, &refused, NULL), 0);
	check_str(refused.body.data, "no");
	check_str(b.data, "200 5;hello");
	q.offset = 3;
	fails(h, s, "range", q, -ENOSPC);
	check(strstr(s->seen.data, "Range: bytes=3-") != NULL);
}

static void test_credentials(Http *h, Server *s, Server *other)
{
	cleanup_response HttpResponse same = { 0 }, response = { 0 };
	HttpRequest q = { .authorization = "Bearer sesame" };

	strbuf_clear(&s->seen);
	strbuf_clear(&other->seen);
	check_int(get(h, s, "relative", q, &same, NULL), 0);
	check_int(get(h, s, "elsewhere", q, &response, NULL), 0);
	check_str(response.body.data, "hello");
	check(strstr(s->seen.data, "Authorization: Bearer sesame") != NULL);
	check(strstr(strstr(s->seen.data, "GET /ok") ? strstr(s->seen.data, "GET /ok") : "",
		     "Authorization: Bearer sesame") != NULL);
	check(strstr(other->seen.data, "GET /ok") != NULL);
	check(strstr(other->seen.data, "sesame") == NULL);
}

int main(void)
{
	Server one = { .answer = answer_for }, two = { .answer = answer_for };
	cleanup_http Http *h = NULL;
	cleanup_free char *escaped = http_escape("a b/ä~");

	http_global_init();
	h = http_new();
	server_listen(&one);
	server_listen(&two);
	one.other = two.port;
	two.other = one.port;
	server_start(&one);
	server_start(&two);
	test_answers(h, &one);
	test_failures(h, &one);
	test_sink(h, &one);
	test_credentials(h, &one, &two);
	check_str(escaped, "a%20b%2F%C3%A4~");
	server_stop(&one);
	server_stop(&two);
	return tap_done();
}
