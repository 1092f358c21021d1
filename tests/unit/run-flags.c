#include "librunner/options/run-flags.h"

#include "libcommon/str.h"
#include "librunner/options/run-words.h"
#include "tests/tap.h"

typedef struct Parsed {
	RunFlags f;
	FlagsParsed parsed;
	Error *err;
	int r;
} Parsed;

static Parsed parse(char **words)
{
	Parsed p = { 0 };
	FlagSet set = { run_flags, NULL };

	run_flags_init(&p.f);
	set.options = &p.f;
	p.r = flags_parse(&set, 1, false, words, &p.parsed, &p.err);
	if (p.r >= 0)
		p.r = run_flags_complete(&p.f, p.parsed.operands, &p.err);
	return p;
}

static void parsed_clear(Parsed *p)
{
	run_flags_clear(&p->f);
	flags_clear(run_flags, &p->f);
	flags_parsed_clear(&p->parsed);
	error_free(p->err);
}
#define PARSE(line)                                        \
	cleanup_strv char **words = strv_split(line, ' '); \
	cleanup(parsed_clear) Parsed p = parse(words)

static void refused(const char *line, const char *message)
{
	PARSE(line);

	check(p.r < 0);
	check_str(p.err ? p.err->msg : NULL, message);
}

static void test_defaults(void)
{
	PARSE("image cmd -x");
	const ContainerCreate *c = &p.f.create;

	check(p.r >= 0);
	check_str(c->config.image, "image");
	check_int((int64_t)strv_length(c->config.cmd), 2);
	check_int(c->config.stop_timeout, -1);
	check_int(c->host.memory_swappiness, -1);
	check_str(c->host.restart.name, "no");
	check(!c->config.healthcheck && !c->config.entrypoint && !c->config.attach_stdin);
	check(c->config.attach_stdout && c->config.attach_stderr);
	check(p.f.sig_proxy);
}

static void test_streams(void)
{
	PARSE("-i -a STDOUT image");

	check(p.f.create.config.attach_stdin && p.f.create.config.stdin_once);
	check(p.f.create.config.attach_stdout && !p.f.create.config.attach_stderr);
}

static void test_lists(void)
{
	PARSE("-e A=1 -e A=2 -e B= -l x --label x=2 --tmpfs /t:size=1m --tmpfs /t --expose 8-9 "
	      "-v /a:/b -v /a:/b --log-opt a=1 --log-opt a=2 --annotation k image");
	const ContainerCreate *c = &p.f.create;

	check(p.r >= 0);
	check_int((int64_t)strv_length(c->config.env), 2);
	check_str(env_get(c->config.env, "A"), "2");
	check_str(env_get(c->config.labels, "x"), "2");
	check_str(env_get(c->host.tmpfs, "/t"), "");
	check_int((int64_t)strv_length(c->config.exposed_ports), 2);
	check_int((int64_t)strv_length(c->host.binds), 1);
	check_str(env_get(c->host.log.config, "a"), "2");
	check_str(env_get(c->host.annotations, "k"), "");
}

static void test_health(void)
{
	PARSE("--health-cmd true --health-interval 2s --health-retries 4 image");
	const Healthcheck *h = p.f.create.config.healthcheck;

	check(h && strv_length(h->test) == 2);
	check_str(h ? h->test[0] : NULL, "CMD-SHELL");
	check_int(h ? h->interval : 0, 2000000000);
	check_int(h ? h->retries : 0, 4);
}

static void test_own(void)
{
	PARSE("--timeout 90s --hook pre-start=true --ephemeral --guest-unit u --entrypoint= "
	      "--rootfs /srv/../x cmd");
	const ContainerCreate *c = &p.f.create;

	check_int(c->racker.timeout, 90);
	check_int((int64_t)c->racker.n_hooks, 1);
	check(c->racker.ephemeral);
	check_str(c->racker.guest_unit, "u");
	check_str(c->racker.rootfs, "/x");
	check_int((int64_t)strv_length(c->config.cmd), 1);
	check_str(c->config.entrypoint ? c->config.entrypoint[0] : NULL, "");
}

static void test_timeouts(void)
{
	PARSE("--timeout 1500ms --stop-timeout -1 image");

	check_int(p.f.create.racker.timeout, 2);
	check_int(p.f.create.config.stop_timeout, INT32_MAX);
}

static void test_refused(void)
{
	refused("--restart always --rm image",
		"conflicting options: cannot specify both --restart and --rm");
	refused("--no-healthcheck --health-retries 1 image",
		"--no-healthcheck conflicts with --health-* options");
	refused("--health-timeout -1s image", "--health-timeout cannot be negative");
	refused("--pid container: image", "--pid: invalid PID mode");
	refused("--uts x image", "--uts: invalid UTS mode");
	refused("--userns x image", "--userns: invalid USER mode");
	refused("--cgroupns x image", "--cgroupns: invalid CGROUP mode");
	refused("--memory-swappiness 101 image",
		"invalid value: 101. Valid memory swappiness range is 0-100");
	refused("--log-driver none --log-opt a=b image", "invalid logging opts for driver none");
	refused("--network host --network none image", "networks host and none exclude each other");
	refused("--device x image", "x is not an absolute path");
	refused("--expose x image", "invalid range format for --expose: x, error: "
				    "strconv.ParseUint: parsing \"x\": invalid syntax");
	refused("--timeout -5 image",
		"invalid argument \"-5\" for \"--timeout\" flag: it cannot be negative");
	refused("--sysctl kernel.domainname=x image",
		"invalid argument \"kernel.domainname=x\" for \"--sysctl\" flag: sysctl "
		"'kernel.domainname=x' is not allowed");
	refused("--attach x image", "invalid argument \"x\" for \"-a, --attach\" flag: valid "
				    "streams are STDIN, STDOUT and STDERR");
}

/* What is about staying with a container is not a flag of `create`. */
static void test_create_flags(void)
{
	check(!flags_find(create_flags, "detach", 6));
	check(!flags_find(create_flags, "sig-proxy", 9));
	check(!flags_find(create_flags, "detach-keys", 11));
	check(flags_find(create_flags, "add-host", 8) == create_flags);
}

int main(void)
{
	test_defaults();
	test_streams();
	test_lists();
	test_health();
	test_own();
	test_timeouts();
	test_refused();
	test_create_flags();
	return tap_done();
}
