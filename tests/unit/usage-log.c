#include "librunner/usage-log.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "tests/tap.h"

#define SEC INT64_C(1000)

static UsageRecord record(int64_t when, int64_t run, uint64_t cpu_sec, uint64_t memory)
{
	UsageRecord r = { .when = when * SEC, .run = run * SEC };

	r.usage.cpu_nsec = cpu_sec * 1000000000;
	r.usage.memory = memory;
	r.usage.block_read = cpu_sec * 10;
	r.usage.pids = memory / 10;
	return r;
}

static void test_summary(void)
{
	/* Two runs: 100 s with 50 s of processor time, then 10 s with 10 s. */
	const UsageRecord list[] = { record(1000, 1000, 0, 0), record(1050, 1000, 10, 100),
				     record(1100, 1000, 50, 20), record(1200, 1200, 0, 0),
				     record(1210, 1200, 10, 40) };
	UsageSummary s;

	usage_summarise(list, 5, 0, 2000 * SEC, &s);
	check_int(s.up_msec, 110 * SEC);
	check_int(s.runs, 2);
	check_int(s.cpu_nsec / 1000000000, 60);
	check_int(s.block_read, 600);
	check_int(s.cpu_peak, 100);
	check_int(s.memory_peak, 100);
	check_int(s.pids_peak, 10);
	/* Half of a segment counts half. */
	usage_summarise(list, 5, 1075 * SEC, 1150 * SEC, &s);
	check_int(s.up_msec, 25 * SEC);
	check_int(s.cpu_nsec / 1000000000, 20);
	check_int(s.runs, 1);
	usage_summarise(list, 5, 1100 * SEC, 1200 * SEC, &s);
	check_int(s.up_msec, 0);
	check_int(s.runs, 0);
	usage_summarise(NULL, 0, 0, 1, &s);
	check_int(s.up_msec, 0);
}

static void test_file(int dirfd)
{
	cleanup_free UsageRecord *list = NULL, *again = NULL;
	static const char rubbish[] = "rubbish\n1 2\n9999 99999 1 1 1 1 1 1 1 1\n";
	UsageRecord r = record(5, 4, 3, 20);
	size_t n = 7;
	int fd;

	check_int(usage_log_read(dirfd, &list, &n), 0);
	check_int(n, 0);
	check_int(usage_log_append(dirfd, &r), 0);
	/* What a crash or somebody else left. */
	fd = openat(dirfd, "usage.log", O_WRONLY | O_APPEND | O_CLOEXEC);
	check(fd_write_all(fd, rubbish, strlen(rubbish)) >= 0);
	r.when++;
	check_int(usage_log_append(dirfd, &r), 0);
	check(fd_write_all(fd, "123", 3) >= 0);
	fd_close(fd);
	check_int(usage_log_read(dirfd, &again, &n), 0);
	check_int(n, 2);
	check_int(again[0].when, 5000);
	check_int(again[1].usage.cpu_nsec, 3000000000);
	check(unlinkat(dirfd, "usage.log", 0) == 0);
}

/* A long life stays within bounds, and its totals are exact. */
static void test_bound(int dirfd)
{
	cleanup_free UsageRecord *list = NULL;
	UsageSummary s;
	struct stat st = { 0 };
	size_t n = 0;
	int r = 0;

	for (int64_t i = 0; i < 20000 && r >= 0; i++) {
		UsageRecord one = record(1000 + i * 60, 1000, (uint64_t)i * 30, 50);

		one.usage.memory = i == 3 ? 900 : 50;
		r = usage_log_append(dirfd, &one);
	}
	check_int(r, 0);
	check(fstatat(dirfd, "usage.log", &st, 0) == 0 && st.st_size <= USAGE_LOG_MAX);
	check_int(usage_log_read(dirfd, &list, &n), 0);
	check(n > 500);
	usage_summarise(list, n, 0, INT64_MAX, &s);
	check_int(s.cpu_nsec / 1000000000, (20000 - 1) * 30);
	check_int(s.memory_peak, 900);
}

int main(void)
{
	char dir[] = "/tmp/racker-test-usage.XXXXXX";
	cleanup_fd int dirfd = -1;

	check(mkdtemp(dir) != NULL);
	dirfd = fs_open_dir(AT_FDCWD, dir);
	test_summary();
	test_file(dirfd);
	test_bound(dirfd);
	check(fs_remove_tree(AT_FDCWD, dir) >= 0);
	return tap_done();
}
