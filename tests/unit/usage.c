/* usage, container-top. */
#include "librunner/usage.h"

#include "libcommon/str.h"
#include "librunner/container-top.h"
#include "tests/tap.h"

static void test_keys(void)
{
	check_int(usage_parse_key("cache 5\ninactive_file 7\ntotal_inactive_file 9\n",
				  "inactive_file"),
		  7);
	check_int(usage_parse_key("usage_usec 12", "usage_usec"), 12);
	check_int(usage_parse_key("usage_usecs 12", "usage_usec"), 0);
	check_int(usage_parse_key("", "x"), 0);
}

static void test_io(void)
{
	Usage u = { 0 };

	usage_parse_io_v2(
		"254:0 rbytes=100 wbytes=20 rios=1 wios=2\n8:0 rbytes=1 wbytes=2 dbytes=0", &u);
	check_int(u.block_read, 101);
	check_int(u.block_written, 22);
	u = (Usage){ 0 };
	usage_parse_io_v1("254:0 Read 100\n254:0 Write 20\n254:0 Sync 5\nTotal 120\n", &u);
	check_int(u.block_read, 100);
	check_int(u.block_written, 20);
}

static void test_network(void)
{
	Usage u = { 0 };

	usage_parse_network("Inter-|   Receive | Transmit\n face |bytes packets|bytes\n"
			    "    lo: 99 1 0 0 0 0 0 0 99 1 0 0 0 0 0 0\n"
			    "  eth0: 1000 10 0 0 0 0 0 0 50 2 0 0 0 0 0 0\n"
			    "  eth1:7 1 0 0 0 0 0 0 8 2 0 0 0 0 0 0\n",
			    &u);
	check_int(u.net_received, 1007);
	check_int(u.net_sent, 58);
}

static void check_top(const char *output, const char *want)
{
	static const pid_t pids[] = { 7, 12 };
	cleanup_strv char **lines = NULL;
	cleanup_error Error *e = NULL;
	int r = top_filter(output, pids, 2, &lines, &e);
	cleanup_free char *text = r < 0 ? NULL : strv_join(lines, "|");

	check_str(r < 0 ? e->msg : text, want);
}

static void test_top(void)
{
	check_top("UID  PID CMD\nroot   7 sh -c  x\nroot  8 y\nroot 12 z\n",
		  "UID\tPID\tCMD|root\t7\tsh -c x|root\t12\tz");
	check_top("PID CMD\n7 a\n- thread\n8 b\n- other\n", "PID\tCMD|7\ta|-\tthread");
	check_top("CMD\nx\n", "Couldn't find PID field in ps output");
	check_top("", "Couldn't find PID field in ps output");
	check_top("PID\nx\n", "Unexpected pid 'x': strconv.Atoi: parsing \"x\": invalid syntax");
	check_top("PID\n", "PID");
}

int main(void)
{
	test_keys();
	test_io();
	test_network();
	test_top();
	return tap_done();
}
