#include "libimage/retry.h"

#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/registry.h"
#include "tests/tap.h"

static void test_after(void)
{
	time_t soon = time(NULL) + 100;
	char date[64];
	int seconds;

	check_int(retry_after("0"), 0);
	check_int(retry_after("120"), 120);
	check_int(retry_after("99999999999"), 1000000);
	check_int(retry_after("99999999999999999999999"), -1);
	check_int(retry_after("-1"), -1);
	check_int(retry_after("soon"), -1);
	check_int(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), 0);
	(void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime(&soon));
	seconds = retry_after(date);
	check(seconds >= 98 && seconds <= 100);
}

static HttpResponse answer(long status, const char *after)
{
	HttpResponse r = { .status = status };

	if (after)
		strv_addf(&r.headers, "retry-after: %s", after);
	return r;
}

static int pause_of(unsigned failures, long status, const char *after)
{
	cleanup_response HttpResponse r = answer(status, after);
	Retry retry = { .failures = failures };

	return retry_pause(&retry, &r);
}

static void test_pause(void)
{
	Retry retry = { 0 };
	int last = 0;

	/* They grow, and end. */
	for (int i = 0; i < RETRY_MAX; i++) {
		int ms = retry_pause(&retry, NULL);

		check(ms > last && ms >= 250 << i && ms <= (250 << i) * 5 / 4);
		last = ms;
	}
	check_int(retry_pause(&retry, NULL), -1);
	/* The server's word counts, within bounds. */
	check_int(pause_of(0, 503, "7"), 7000);
	check_int(pause_of(0, 429, "0"), 0);
	check_int(pause_of(0, 429, "31"), -1);
	check_int(pause_of(RETRY_MAX, 503, "1"), -1);
	check(pause_of(1, 429, NULL) > 0);
	check_int(pause_of(2, 429, NULL), -1);
	check(pause_of(2, 503, "nonsense") > 0);
}

static bool yes(void *userdata)
{
	(void)userdata;
	return true;
}

int main(void)
{
	test_after();
	test_pause();
	check(retry_transport(-ECONNRESET) && retry_transport(-ETIMEDOUT));
	check(!retry_transport(-EHOSTUNREACH) && !retry_transport(-ENOSPC));
	check(retry_status(429) && retry_status(503) && !retry_status(404) && !retry_status(501));
	check(!retry_sleep(60000, yes, NULL));
	return tap_done();
}
