/* options: the small parsers of run's flags. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/host-check.h"
#include "librunner/options/devices.h"
#include "librunner/options/hooks.h"
#include "librunner/options/names.h"
#include "librunner/options/paths.h"
#include "librunner/options/ports.h"
#include "librunner/options/refused.h"
#include "librunner/options/restart.h"
#include "librunner/options/security.h"
#include "librunner/options/volumes.h"
#include "tests/tap.h"

static void check_message(int r, Error **err, const char *message)
{
	check(r < 0);
	check_str(*err ? (*err)->msg : NULL, message);
	*err = error_free(*err);
}

static void test_restart(void)
{
	RestartPolicy p = { 0 };
	Error *err = NULL;

	check(restart_policy_parse("on-failure:3", &p, NULL) >= 0);
	check_str(p.name, "on-failure");
	check_int(p.maximum_retry_count, 3);
	check(restart_policy_check(&p, NULL) >= 0);
	check(!restart_policy_is_none(&p));
	check(restart_policy_parse("", &p, NULL) >= 0);
	check(restart_policy_is_none(&p));
	check(restart_policy_check(&p, NULL) >= 0);
	check_message(restart_policy_parse(":5", &p, &err), &err,
		      "invalid restart policy format: no policy provided before colon");
	check_message(restart_policy_parse("a:b", &p, &err), &err,
		      "invalid restart policy format: maximum retry count must be an integer");
	check(restart_policy_parse("always:1", &p, NULL) >= 0);
	check_message(restart_policy_check(&p, &err), &err,
		      "invalid restart policy: maximum retry count can only be used with "
		      "'on-failure'");
	check(restart_policy_parse("sometimes", &p, NULL) >= 0);
	check(restart_policy_check(&p, NULL) < 0);
	free(p.name);
}

static void device(const char *text, const char *want)
{
	DeviceMapping d = { 0 };
	cleanup_free char *got = NULL;

	check(device_mapping_parse(text, &d, NULL) >= 0);
	got = xasprintf("%s %s %s", d.path_on_host, d.path_in_container, d.cgroup_permissions);
	check_str(got, want);
	device_mapping_clear(&d);
}

static void test_devices(void)
{
	DeviceMapping d;

	device("/dev/null", "/dev/null /dev/null rwm");
	device("/dev/null:rw", "/dev/null /dev/null rw");
	device("/dev/null:/dev/x", "/dev/null /dev/x rwm");
	device("/dev/null:/dev/x:r", "/dev/null /dev/x r");
	check(device_mapping_parse("", &d, NULL) < 0);
	check(device_mapping_parse("/a:/b:rwx", &d, NULL) < 0);
	check(device_mapping_parse("/a:/b:rr", &d, NULL) < 0);
	check(device_mapping_parse("/a:/b:", &d, NULL) < 0);
	check(device_mapping_parse("/a:b", &d, NULL) < 0);
	check(device_mapping_parse("/a:/b:r:w", &d, NULL) < 0);
	check(device_rule_check("c 1:3 rwm", NULL) >= 0);
	check(device_rule_check("a *:* m", NULL) >= 0);
	check(device_rule_check("c 1:3 rwmr", NULL) < 0);
	check(device_rule_check("c 1:3 ", NULL) < 0);
	check(device_rule_check("d 1:3 r", NULL) < 0);
	check(device_rule_check("c :3 r", NULL) < 0);
	check(device_rule_check("", NULL) < 0);
}

static void host(const char *text, const char *want)
{
	cleanup_free char *got = NULL;

	check(extra_host_parse(text, &got, NULL) >= 0);
	check_str(got, want);
}

static void test_names(void)
{
	cleanup_free char *a = NULL, *b = NULL, *c = NULL;

	host("a:1.2.3.4", "a:1.2.3.4");
	host("a=1.2.3.4", "a:1.2.3.4");
	host("a:[::1]", "a:::1");
	host("a=2001:DB8:0::1", "a:2001:db8::1");
	host("a:host-gateway", "a:host-gateway");
	check(extra_host_parse("a", &a, NULL) < 0);
	check(extra_host_parse("a:b=1.2.3.4", &a, NULL) < 0);
	check(extra_host_parse("a:1.2.3", &a, NULL) < 0);
	check(ip_address_parse(" 1.2.3.4 ", &a, NULL) >= 0);
	check_str(a, "1.2.3.4");
	check(ip_address_parse("::ffff:1.2.3.4", &b, NULL) >= 0);
	check_str(b, "1.2.3.4");
	check(ip_address_parse("01.2.3.4", &c, NULL) < 0);
	check(dns_search_parse("example.com.", &c, NULL) >= 0);
	check_str(c, "example.com");
	c = (free(c), NULL);
	check(dns_search_parse(".", &c, NULL) >= 0);
	check_str(c, ".");
	check(dns_search_parse("", &a, NULL) < 0);
	check(dns_search_parse("a..b", &a, NULL) < 0);
	check(dns_search_parse("-a", &a, NULL) < 0);
	check(dns_search_parse("123", &a, NULL) < 0);
}

static void test_ports(void)
{
	cleanup_strv char **ports = NULL;
	cleanup_free char *all = NULL;

	check(expose_parse("80", &ports, NULL) >= 0);
	check(expose_parse("79-81/tcp", &ports, NULL) >= 0);
	check(expose_parse("80/udp", &ports, NULL) >= 0);
	all = strv_join(ports, " ");
	check_str(all, "80/tcp 79/tcp 81/tcp 80/udp");
	check(expose_parse("0-65535/sctp", &ports, NULL) >= 0);
	check_int((int64_t)strv_length(ports), 4 + 65536);
	check(expose_parse("", &ports, NULL) < 0);
	check(expose_parse("65536", &ports, NULL) < 0);
	check(expose_parse("5-4", &ports, NULL) < 0);
	check(expose_parse("5-", &ports, NULL) < 0);
	check(expose_parse("80:80", &ports, NULL) < 0);
}

static void test_security(void)
{
	cleanup_free char *a = NULL, *b = NULL;
	Error *err = NULL;

	check(security_option_read("seccomp=unconfined", NULL, &a, NULL) >= 0);
	check_str(a, "seccomp=unconfined");
	check(security_option_read("seccomp={\"x\":1}", NULL, &b, NULL) >= 0);
	check_message(security_option_read("seccomp=nosuch", "/", &a, &err), &err,
		      "opening seccomp profile (nosuch) failed: open nosuch: no such file or "
		      "directory");
	check_message(security_option_read("x", NULL, &a, &err), &err,
		      "Invalid --security-opt: \"x\"");
	check(security_option_check("no-new-privileges", NULL) >= 0);
	check(security_option_check("no-new-privileges:true", NULL) >= 0);
	check(security_option_check("label=disable", NULL) >= 0);
	check(security_option_check("label=user:x", NULL) == -EOPNOTSUPP);
	check(security_option_check("no-new-privileges=x", NULL) == -EINVAL);
	check(security_option_check("foo=bar", NULL) == -EINVAL);
}

static void test_hooks(void)
{
	Hook h = { 0 };

	check(hook_parse("pre-start=echo a=b", &h, NULL) >= 0);
	check_str(h.when, "pre-start");
	check_str(h.command, "echo a=b");
	hook_clear(&h);
	check(hook_parse("pre-start=", &h, NULL) < 0);
	check(hook_parse("pre-start", &h, NULL) < 0);
	check(hook_parse("during=x", &h, NULL) < 0);
}

static void test_paths(void)
{
	cleanup_free char *a = NULL, *b = NULL, *c = NULL;

	check(path_absolute("../b/./c//", "/a", &a, NULL) >= 0);
	check_str(a, "/b/c");
	check(path_absolute("/../..", "/a", &b, NULL) >= 0);
	check_str(b, "/");
	check(volume_resolve("./x:/y:ro", "/base", &c, NULL) >= 0);
	check_str(c, "/base/x:/y:ro");
	check(volume_check_form("a:b:c:d", NULL) < 0);
	check(volume_check_form("a::c", NULL) < 0);
	check(volume_check_form("", NULL) < 0);
}

static void test_capabilities(void)
{
	char *names[] = { (char *)"net_admin", (char *)"CAP_NET_ADMIN", (char *)"All", NULL };
	char *bad[] = { (char *)"flying", NULL };
	cleanup_strv char **got = NULL;
	cleanup_free char *all = NULL;
	Error *err = NULL;

	check(capabilities_normalize(names, "CapAdd", &got, NULL) >= 0);
	all = strv_join(got, " ");
	check_str(all, "CAP_NET_ADMIN ALL");
	check_message(capabilities_normalize(bad, "CapAdd", &got, &err), &err,
		      "invalid CapAdd: unknown capability: \"CAP_FLYING\"");
}

static void test_refused(void)
{
	check(refused_value_reason(refused_flags, "run", "pid", "container:x"));
	check(refused_value_reason(refused_flags, "create", "log-driver", "syslog"));
	check(!refused_value_reason(refused_flags, "run", "pid", "host"));
	check(!refused_value_reason(refused_flags, "exec", "pid", "container:x"));
	for (const RefusedFlag *row = refused_flags; row->commands; row++)
		check(!str_empty(row->reason) && !str_empty(row->name));
}

int main(void)
{
	test_restart();
	test_devices();
	test_names();
	test_ports();
	test_security();
	test_hooks();
	test_paths();
	test_capabilities();
	test_refused();
	return tap_done();
}
