/* Golden systemd-nspawn command lines: this container becomes this line. */
#include "librunner/nspawn.h"

#include "libcommon/str.h"
#include "librunner/caps.h"
#include "tests/tap.h"

static void check_line(char **argv, const char *want)
{
	cleanup_strv char **v = argv;
	cleanup_free char *line = strv_join(v, "\n");

	check_str(line, want);
}

#define COMMON                                                                        \
	"systemd-nspawn\n--quiet\n--settings=no\n--link-journal=no\n--timezone=off\n" \
	"--resolv-conf=off\n--console=pipe\n"
#define UNREGISTERED "--register=no\n--keep-unit\n"

static void test_plain(void)
{
	char *command[] = { (char *)"/run/racker/init", (char *)"/run/racker/init.sock",
			    (char *)"token", NULL };
	NspawnBind binds[] = {
		{ "/run/racker/containers/x", "/run/racker", true },
		{ "/srv/a:b\\c", "/data dir", false },
	};
	NspawnSpec s = { .directory = "/var/lib/racker/containers/x/merged",
			 .machine = "web",
			 .hostname = "web.example",
			 .uuid = "0123456789ab4def8123456789abcdef",
			 .private_network = true,
			 .command = command,
			 .binds = binds,
			 .n_binds = 2 };

	check_line(nspawn_argv(&s),
		   COMMON UNREGISTERED "--directory=/var/lib/racker/containers/x/merged\n"
				       "--machine=web\n"
				       "--hostname=web.example\n"
				       "--uuid=0123456789ab4def8123456789abcdef\n"
				       "--private-network\n"
				       "--bind-ro=/run/racker/containers/x:/run/racker\n"
				       "--bind=/srv/a\\:b\\\\c:/data dir\n"
				       "--\n"
				       "/run/racker/init\n/run/racker/init.sock\ntoken");
	check_line(nspawn_env(&s),
		   "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
		   "LANG=C.UTF-8\n"
		   "SYSTEMD_NSPAWN_TMPFS_TMP=0\n"
		   "SYSTEMD_NSPAWN_LOCK=0\n"
		   "SYSTEMD_SECCOMP=0");
}

static void test_boot(void)
{
	char *env[] = { (char *)"A=b c", NULL };
	NspawnSpec s = { .directory = "/m",
			 .machine = "deb",
			 .boot = true,
			 .notify_socket = "/c/notify",
			 .env = env };

	check_line(nspawn_argv(&s), COMMON UNREGISTERED
		   "--directory=/m\n--machine=deb\n--setenv=A=b c\n--boot\n--notify-ready=yes\n"
		   "--kill-signal=SIGRTMIN+4");
	check_line(nspawn_env(&s),
		   "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
		   "LANG=C.UTF-8\n"
		   "SYSTEMD_NSPAWN_TMPFS_TMP=0\n"
		   "SYSTEMD_NSPAWN_LOCK=0\n"
		   "NOTIFY_SOCKET=/c/notify");
	s.registered = true;
	s.stop_signal = "SIGTERM";
	check_line(nspawn_argv(&s), COMMON "--directory=/m\n--machine=deb\n--setenv=A=b c\n--boot\n"
					   "--notify-ready=yes\n--kill-signal=SIGTERM");
}

static void test_pid2(void)
{
	char *command[] = { (char *)"/bin/sh", (char *)"-c", (char *)"true", NULL };
	NspawnSpec s = { .directory = "/m",
			 .machine = "p",
			 .command = command,
			 .as_pid2 = true,
			 .caps = CAP_BIT(12) | CAP_BIT(21) };

	check_line(nspawn_argv(&s),
		   COMMON UNREGISTERED "--directory=/m\n--machine=p\n--capability=CAP_NET_ADMIN\n"
				       "--as-pid2\n--\n/bin/sh\n-c\ntrue");
}

static void test_confined(void)
{
	char *rlimits[] = { (char *)"NOFILE=100:200", NULL };
	NspawnSpec s = { .directory = "/m",
			 .machine = "c",
			 .boot = true,
			 .caps = CAP_BIT(12),
			 /* 16 (SYS_MODULE) is not there anyway. */
			 .caps_dropped = CAP_BIT(27) | CAP_BIT(16),
			 .no_new_privs = true,
			 .unconfined = true,
			 .readonly = true,
			 .sys_writable = true,
			 .rlimits = rlimits,
			 .oom_score_adj = -5,
			 .host_ipc = true };

	check_line(nspawn_argv(&s), COMMON UNREGISTERED
		   "--directory=/m\n--machine=c\n--read-only\n--capability=CAP_NET_ADMIN\n"
		   "--drop-capability=CAP_MKNOD\n--rlimit=NOFILE=100:200\n--oom-score-adjust=-5\n"
		   "--no-new-privileges=yes\n--boot\n--notify-ready=yes\n"
		   "--kill-signal=SIGRTMIN+4");
	check_line(nspawn_env(&s),
		   "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
		   "LANG=C.UTF-8\n"
		   "SYSTEMD_NSPAWN_TMPFS_TMP=0\n"
		   "SYSTEMD_NSPAWN_LOCK=0\n"
		   "SYSTEMD_SECCOMP=0\n"
		   "SYSTEMD_NSPAWN_API_VFS_WRITABLE=1\n"
		   "SYSTEMD_NSPAWN_SHARE_NS_IPC=1");
	s = (NspawnSpec){ .directory = "/m", .machine = "c", .host_pid = true, .host_uts = true };
	check_line(nspawn_env(&s),
		   "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
		   "LANG=C.UTF-8\n"
		   "SYSTEMD_NSPAWN_TMPFS_TMP=0\n"
		   "SYSTEMD_NSPAWN_LOCK=0\n"
		   "SYSTEMD_SECCOMP=0\n"
		   "SYSTEMD_NSPAWN_SHARE_NS_PID=1\n"
		   "SYSTEMD_NSPAWN_SHARE_NS_UTS=1");
}

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void check_machine(const char *name, const char *want)
{
	cleanup_free char *got = nspawn_machine_name(name, ID);

	check_str(got, want);
	check(strlen(got) <= 64);
}

static void test_names(void)
{
	cleanup_free char *uuid = nspawn_uuid(ID);

	check_str(uuid, "0123456789ab4def8123456789abcdef");
	check_machine("web", "web");
	check_machine("web-1.example", "web-1.example");
	check_machine("happy_turing", "happy-turing-0123456789ab");
	check_machine("web.", "web-0123456789ab");
	check_machine("a..b", "a-b-0123456789ab");
	check_machine("a-.b", "a-b-0123456789ab");
	check_machine("web-", "web-0123456789ab");
	check_machine("___", "0123456789ab");
	check_machine("a234567890123456789012345678901234567890123456789012345678901234",
		      "a234567890123456789012345678901234567890123456789012345678901234");
	check_machine("a2345678901234567890123456789012345678901234567890123456789012345",
		      "a23456789012345678901234567890123456789012345678901-0123456789ab");
}

static void test_status(void)
{
	check_int(nspawn_payload_status(0, ""), 0);
	check_int(nspawn_payload_status(7, "Container x terminated by signal KILL.\n"), 7);
	check_int(nspawn_payload_status(1, "Container x failed with error code 1.\n"), 1);
	check_int(nspawn_payload_status(1, "Container x terminated by signal KILL.\n"), 137);
	check_int(nspawn_payload_status(1, "Container x terminated by signal SEGV.\nmore\n"), 139);
	check_int(nspawn_payload_status(1, "Container x terminated by signal RTMIN+3.\n"), 165);
	check_int(nspawn_payload_status(1, "Container x terminated by signal NOSUCH.\n"), 1);
	check_int(nspawn_payload_status(1, " terminated by signal "), 1);
}

int main(void)
{
	test_status();
	test_plain();
	test_boot();
	test_pid2();
	test_confined();
	test_names();
	return tap_done();
}
