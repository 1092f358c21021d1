#include "librunner/limits-math.h"

#include <errno.h>
#include <string.h>

#include "libcommon/str.h"

#define NANO_PER_CPU INT64_C(1000000000)

uint64_t cpu_weight_from_shares(int64_t shares)
{
	if (shares < 2)
		shares = 2;
	if (shares > 262144)
		shares = 262144;
	return (uint64_t)(1 + ((shares - 2) * 9999) / 262142);
}

uint64_t io_weight_from_blkio(int64_t weight)
{
	if (weight < 10)
		weight = 10;
	if (weight > 1000)
		weight = 1000;
	return (uint64_t)(1 + (weight - 10) * 9999 / 990);
}

bool cpu_bandwidth(const HostConfig *h, CpuBandwidth *ret)
{
	if (h->nano_cpus > 0) {
		ret->period = CPU_PERIOD_DEFAULT;
		ret->quota = h->nano_cpus / (NANO_PER_CPU / CPU_PERIOD_DEFAULT);
		return true;
	}
	ret->period = h->cpu_period > 0 ? h->cpu_period : CPU_PERIOD_DEFAULT;
	ret->quota = h->cpu_quota < 0 ? -1 : h->cpu_quota;
	return h->cpu_period > 0 || h->cpu_quota != 0;
}

int64_t memory_and_swap(const HostConfig *h)
{
	if (h->memory_swap < 0)
		return -1;
	if (h->memory_swap > 0 || h->memory <= 0)
		return h->memory_swap;
	return h->memory > INT64_MAX / 2 ? INT64_MAX : 2 * h->memory;
}

int64_t swap_alone(const HostConfig *h)
{
	int64_t both = memory_and_swap(h);

	if (both < 0)
		return -1;
	if (both == 0 || h->memory <= 0)
		return SWAP_NOT_GIVEN;
	return both > h->memory ? both - h->memory : 0;
}

/* "5" or "0-2"; *end is behind it. */
static int parse_range(const char *p, uint64_t max, uint64_t *first, uint64_t *last,
		       const char **end)
{
	uint64_t *to[] = { first, last };

	for (int i = 0; i < 2; i++) {
		uint64_t n = 0;

		if (*p < '0' || *p > '9')
			return -EINVAL;
		for (; *p >= '0' && *p <= '9'; p++) {
			n = n * 10 + (uint64_t)(*p - '0');
			if (n > max)
				return -ERANGE;
		}
		*to[i] = n;
		if (i == 0 && *p != '-') {
			*last = n;
			break;
		}
		if (i == 0)
			p++;
	}
	*end = p;
	return *last < *first ? -EINVAL : 0;
}

int cpu_list_parse(const char *text, uint8_t *ret, size_t size, size_t *ret_n)
{
	size_t used = 0;

	memset(ret, 0, size);
	for (const char *p = text;; p++) {
		uint64_t first, last;
		int r = parse_range(p, size * 8 - 1, &first, &last, &p);

		if (r < 0)
			return r;
		for (uint64_t n = first; n <= last; n++)
			ret[n / 8] |= (uint8_t)(1U << (n % 8));
		if (last / 8 + 1 > used)
			used = last / 8 + 1;
		if (!*p)
			break;
		if (*p != ',')
			return -EINVAL;
	}
	*ret_n = used;
	return 0;
}
