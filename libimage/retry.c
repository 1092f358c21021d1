#include "libimage/retry.h"

#include <stdlib.h>
#include <time.h>

#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libimage/registry.h"

#define FIRST_PAUSE_MS 250
#define SLICE_MS 50

bool retry_transport(int r)
{
	return r == -ECONNRESET || r == -ETIMEDOUT;
}

bool retry_status(long status)
{
	return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
	       status == 504;
}

int retry_after(const char *value)
{
	uint64_t seconds;
	struct tm tm = { 0 };
	const char *end;
	time_t when, now = time(NULL);

	if (str_to_u64(value, &seconds) == 0)
		return seconds < 1000000 ? (int)seconds : 1000000;
	end = strptime(value, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	if (!end || *end)
		return -1;
	when = timegm(&tm);
	if (when <= now)
		return 0;
	return when - now < 1000000 ? (int)(when - now) : 1000000;
}

int retry_pause(Retry *retry, const HttpResponse *response)
{
	const char *header = response ? http_header(response, "retry-after") : NULL;
	int asked = header ? retry_after(header) : -1;
	unsigned char spread;
	int ms;

	if (++retry->failures > RETRY_MAX || asked > RETRY_AFTER_MAX)
		return -1;
	if (asked >= 0)
		return asked * 1000;
	/* A registry that counts pulls does not change its mind within seconds. */
	if (response && response->status == 429 && retry->failures > 2)
		return -1;
	ms = FIRST_PAUSE_MS << (retry->failures - 1);
	random_bytes(&spread, sizeof(spread));
	return ms + ms * spread / 1024;
}

bool retry_sleep(int ms, bool (*cancelled)(void *userdata), void *userdata)
{
	while (ms > 0) {
		int slice = ms < SLICE_MS ? ms : SLICE_MS;
		struct timespec ts = { .tv_nsec = slice * 1000000L };

		if (cancelled && cancelled(userdata))
			return false;
		(void)nanosleep(&ts, NULL);
		ms -= slice;
	}
	return true;
}
