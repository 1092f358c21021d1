#include "librunner/usage-log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

#define LOG_FILE "usage.log"
#define MSEC_PER_SEC 1000
#define NSEC_PER_MSEC 1000000
/* Of the records, so many quarters are thinned out when the file is full. */
#define OLD_QUARTERS 3

int64_t usage_log_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * MSEC_PER_SEC + now.tv_nsec / NSEC_PER_MSEC;
}

/* ---- the file ---- */

static void add_line(Strbuf *b, const UsageRecord *r)
{
	const Usage *u = &r->usage;

	strbuf_addf(b,
		    "%" PRId64 " %" PRId64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
		    " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		    r->when, r->run, u->cpu_nsec, u->memory, u->memory_peak, u->net_received,
		    u->net_sent, u->block_read, u->block_written, u->pids);
}

static bool parse_line(const char *line, UsageRecord *ret)
{
	Usage *u = &ret->usage;

	*ret = (UsageRecord){ 0 };
	return sscanf(line,
		      "%" SCNd64 " %" SCNd64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		      " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
		      &ret->when, &ret->run, &u->cpu_nsec, &u->memory, &u->memory_peak,
		      &u->net_received, &u->net_sent, &u->block_read, &u->block_written,
		      &u->pids) == 10 &&
	       ret->when > 0 && ret->run > 0 && ret->run <= ret->when;
}

int usage_log_read(int container_dirfd, UsageRecord **ret, size_t *ret_n)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	cleanup_free UsageRecord *list = NULL;
	size_t n = 0, cap = 0;
	int r = fs_read_file(container_dirfd, LOG_FILE, 2 * USAGE_LOG_MAX, &b);

	if (r < 0 && r != -ENOENT)
		return r;
	for (char *p = b.data, *end; p && (end = strchr(p, '\n')); p = end + 1) {
		*end = '\0';
		GROW(list, n, &cap);
		/* The clock may have been put back: such records tell nothing. */
		if (parse_line(p, &list[n]) && (n == 0 || list[n].when >= list[n - 1].when))
			n++;
	}
	*ret = steal(&list);
	*ret_n = n;
	return 0;
}

static uint64_t max_of(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Of two old records of one run the later one stays; what it counts includes the other. */
static int thin_out(int dirfd)
{
	cleanup_free UsageRecord *list = NULL;
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	size_t n = 0, old;
	int r = usage_log_read(dirfd, &list, &n);

	/* Beyond all bounds, after a full disk for instance: begun anew. */
	if (r < 0 && r != -EFBIG)
		return r;
	old = n / 4 * OLD_QUARTERS;
	for (size_t i = 0; i < n; i++) {
		bool first = i == 0 || list[i - 1].run != list[i].run;

		if (!first && i % 2 == 0 && i + 1 < old && list[i + 1].run == list[i].run) {
			Usage *next = &list[i + 1].usage;

			next->memory = max_of(next->memory, list[i].usage.memory);
			next->pids = max_of(next->pids, list[i].usage.pids);
			continue;
		}
		add_line(&b, &list[i]);
	}
	/* Many short runs: the oldest go. */
	if (b.len > USAGE_LOG_MAX / 4 * 3) {
		const char *p = memchr(b.data + b.len - USAGE_LOG_MAX / 2, '\n', USAGE_LOG_MAX / 2);

		if (p)
			strbuf_consume(&b, (size_t)(p + 1 - b.data));
	}
	return fs_write_atomic(dirfd, LOG_FILE, b.data ? b.data : "", b.len, 0600, 0);
}

int usage_log_append(int container_dirfd, const UsageRecord *r)
{
	cleanup_fd int fd = openat(container_dirfd, LOG_FILE,
				   O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	struct stat st;
	int e;

	if (fd < 0)
		return -errno;
	add_line(&b, r);
	e = fd_write_all(fd, b.data, b.len);
	if (e >= 0 && fstat(fd, &st) == 0 && st.st_size > USAGE_LOG_MAX)
		e = thin_out(container_dirfd);
	return e;
}

/* ---- summing up ---- */

static uint64_t share_of(uint64_t before, uint64_t after, double share)
{
	return after > before ? (uint64_t)((double)(after - before) * share + 0.5) : 0;
}

static void add_counters(const Usage *a, const Usage *b, double share, UsageSummary *s)
{
	s->cpu_nsec += share_of(a->cpu_nsec, b->cpu_nsec, share);
	s->net_received += share_of(a->net_received, b->net_received, share);
	s->net_sent += share_of(a->net_sent, b->net_sent, share);
	s->block_read += share_of(a->block_read, b->block_read, share);
	s->block_written += share_of(a->block_written, b->block_written, share);
}

/* The time between two records of one run, as far as it is in the period. */
static void add_segment(const UsageRecord *a, const UsageRecord *b, UsageSummary *s,
			double *memory_time)
{
	int64_t from = a->when > s->from ? a->when : s->from;
	int64_t to = b->when < s->to ? b->when : s->to;
	int64_t length = b->when - a->when;
	double percent;

	if (to < from || (length > 0 && to == from))
		return;
	add_counters(&a->usage, &b->usage, length > 0 ? (double)(to - from) / (double)length : 1.0,
		     s);
	s->up_msec += to - from;
	s->pids_peak = max_of(s->pids_peak, max_of(a->usage.pids, b->usage.pids));
	s->memory_peak = max_of(s->memory_peak, max_of(a->usage.memory, b->usage.memory));
	/* The kernel knows the true peak of the run; it was now if it has grown. */
	if (b->usage.memory_peak > a->usage.memory_peak)
		s->memory_peak = max_of(s->memory_peak, b->usage.memory_peak);
	*memory_time += (double)max_of(a->usage.memory, b->usage.memory) * (double)(to - from);
	if (length <= 0)
		return;
	percent = (double)share_of(a->usage.cpu_nsec, b->usage.cpu_nsec, 1.0) / NSEC_PER_MSEC /
		  (double)length * 100.0;
	if (percent > s->cpu_peak)
		s->cpu_peak = percent;
}

void usage_summarise(const UsageRecord *records, size_t n, int64_t from, int64_t to,
		     UsageSummary *ret)
{
	double memory_time = 0;
	int64_t run = 0;

	*ret = (UsageSummary){ .from = from, .to = to };
	for (size_t i = 1; i < n; i++) {
		int64_t up = ret->up_msec;

		if (records[i].run != records[i - 1].run)
			continue;
		add_segment(&records[i - 1], &records[i], ret, &memory_time);
		if (ret->up_msec > up && records[i].run != run) {
			ret->runs++;
			run = records[i].run;
		}
	}
	if (ret->up_msec > 0)
		ret->memory_average = memory_time / (double)ret->up_msec;
}
