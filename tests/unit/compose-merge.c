#include "compose/merge.h"

#include "libcommon/str.h"
#include "tests/tap.h"

/* Merges two services called `a`, given by their members. */
static void merged(const char *base, const char *over, const char *want)
{
	cleanup_compose_positions ComposePositions *positions = compose_positions_new();
	cleanup_error Error *err = NULL;
	cleanup_free char *text = NULL, *got = NULL;
	cleanup_json json_t *b = NULL, *o = NULL;
	json_t *service;
	int r;

	check_int(json_parse(base, strlen(base), "base", &b, NULL), 0);
	check_int(json_parse(over, strlen(over), "over", &o, NULL), 0);
	b = json_pack("{s:{s:o}}", "services", "a", b);
	o = json_pack("{s:{s:o}}", "services", "a", o);
	r = compose_merge(b, o, positions, &err);
	if (r >= 0)
		r = compose_merge_unique(b, &err);
	service = json_object_get(json_object_get(b, "services"), "a");
	if (r >= 0)
		got = json_text(service);
	check_str(got ? got : err->msg, want);
}

static void test_plain(void)
{
	merged("{\"image\":\"x\",\"tty\":true}", "{\"image\":\"y\"}",
	       "{\"image\":\"y\",\"tty\":true}");
	merged("{\"image\":\"x\"}", "{\"image\":null}", "{\"image\":\"x\"}");
	merged("{\"command\":[\"a\",\"b\"]}", "{\"command\":[\"c\"]}", "{\"command\":[\"c\"]}");
	merged("{\"command\":[\"a\",\"b\"]}", "{\"command\":null}", "{\"command\":null}");
	merged("{\"x-a\":{\"b\":1}}", "{\"x-a\":{\"c\":2}}", "{\"x-a\":{\"c\":2}}");
	merged("{\"deploy\":{\"replicas\":1,\"mode\":\"m\"}}", "{\"deploy\":{\"replicas\":2}}",
	       "{\"deploy\":{\"replicas\":2,\"mode\":\"m\"}}");
	merged("{\"security_opt\":[\"a\"]}", "{\"security_opt\":[\"a\",\"b\"]}",
	       "{\"security_opt\":[\"a\",\"a\",\"b\"]}");
	merged("{\"ports\":[1]}", "{\"ports\":{\"a\":1}}", "cannot override services.a.ports");
}

static void test_lists(void)
{
	merged("{\"environment\":{\"B\":1,\"A\":null,\"C\":1.5}}",
	       "{\"environment\":[\"B=2\",\"D\"]}",
	       "{\"environment\":[\"A\",\"B=2\",\"C=1.5\",\"D\"]}");
	merged("{\"labels\":[\"a=1\"]}", "{\"labels\":{\"a\":true}}", "{\"labels\":[\"a=true\"]}");
	merged("{\"dns\":\"1.1.1.1\"}", "{\"dns\":[\"2.2.2.2\",\"1.1.1.1\"]}",
	       "{\"dns\":[\"1.1.1.1\",\"2.2.2.2\"]}");
	merged("{\"extra_hosts\":{\"h\":[\"1\",\"2\"]}}", "{\"extra_hosts\":[\"h=2\",\"i=3\"]}",
	       "{\"extra_hosts\":[\"h=1\",\"h=2\",\"i=3\"]}");
	merged("{\"cap_add\":[\"A\"]}", "{\"cap_add\":[\"B\",\"A\"]}",
	       "{\"cap_add\":[\"A\",\"B\"]}");
	merged("{\"environment\":[5]}", "{}", "services.a.environment.[0]: unexpected type int");
}

static void test_mappings(void)
{
	merged("{\"networks\":[\"a\"]}", "{\"networks\":{\"b\":{\"aliases\":[\"x\"]}}}",
	       "{\"networks\":{\"a\":null,\"b\":{\"aliases\":[\"x\"]}}}");
	merged("{\"depends_on\":[\"a\"]}",
	       "{\"depends_on\":{\"a\":{\"condition\":\"service_healthy\"}}}",
	       "{\"depends_on\":{\"a\":{\"condition\":\"service_healthy\",\"required\":true}}}");
	merged("{\"build\":\".\"}", "{\"build\":{\"args\":[\"A=1\"]}}",
	       "{\"build\":{\"context\":\".\",\"args\":[\"A=1\"]}}");
	merged("{\"logging\":{\"driver\":\"a\",\"options\":{\"x\":1}}}",
	       "{\"logging\":{\"options\":{\"y\":2}}}",
	       "{\"logging\":{\"driver\":\"a\",\"options\":{\"x\":1,\"y\":2}}}");
	merged("{\"logging\":{\"driver\":\"a\",\"options\":{\"x\":1}}}",
	       "{\"logging\":{\"driver\":\"b\"}}", "{\"logging\":{\"driver\":\"b\"}}");
	merged("{\"ulimits\":{\"n\":{\"soft\":1,\"hard\":2}}}", "{\"ulimits\":{\"n\":5}}",
	       "{\"ulimits\":{\"n\":5}}");
	merged("{\"build\":5}", "{\"build\":{}}", "cannot override services.a.build");
	merged("{\"logging\":[]}", "{\"logging\":{}}", "cannot override services.a.logging");
}

static void test_unique(void)
{
	merged("{\"volumes\":[\"va:/x\",\"/y\"]}", "{\"volumes\":[\"vb:/x:ro\"]}",
	       "{\"volumes\":[\"vb:/x:ro\",\"/y\"]}");
	merged("{\"volumes\":[\"va:/x\"]}",
	       "{\"volumes\":[{\"type\":\"tmpfs\",\"target\":\"/x\"}]}",
	       "{\"volumes\":[{\"type\":\"tmpfs\",\"target\":\"/x\"}]}");
	merged("{\"volumes\":[\"aa:/bb:cc:dd\"]}", "{}",
	       "invalid spec: aa:/bb:cc:dd: too many colons");
	merged("{\"volumes\":[\"aa::c\"]}", "{}",
	       "invalid spec: aa::c: empty section between colons");
	merged("{\"volumes\":[\"c:\\\\x:/t:ro\"]}", "{\"volumes\":[\"dd:/t\"]}",
	       "{\"volumes\":[\"dd:/t\"]}");
	merged("{\"volumes\":[{\"type\":\"bind\"}]}", "{}",
	       "service volume services.a.volumes.[0] is missing a mount target");
	merged("{\"ports\":[\"80:80\",{\"target\":1,\"published\":\"2\"}]}",
	       "{\"ports\":[\"80:80\",{\"target\":1,\"published\":\"2\",\"protocol\":\"tcp\"}]}",
	       "{\"ports\":[\"80:80\",{\"target\":1,\"published\":\"2\",\"protocol\":\"tcp\"}]}");
	merged("{\"ports\":[{\"published\":1}]}", "{}",
	       "service ports services.a.ports.[0] is missing a target port");
	merged("{\"secrets\":[\"s\",{\"source\":\"t\",\"target\":\"x\"}]}",
	       "{\"secrets\":[{\"source\":\"s\"},{\"source\":\"u\",\"target\":\"x\"}]}",
	       "{\"secrets\":[{\"source\":\"s\"},{\"source\":\"u\",\"target\":\"x\"}]}");
	merged("{\"devices\":[\"/dev/a:/dev/x\"]}", "{\"devices\":[\"/dev/b:/dev/x:r\"]}",
	       "{\"devices\":[\"/dev/b:/dev/x:r\"]}");
	merged("{\"expose\":[80,\"90\"]}", "{\"expose\":[\"80\"]}", "{\"expose\":[\"80\",\"90\"]}");
	merged("{\"env_file\":\"a\"}", "{\"env_file\":[{\"path\":\"a\",\"required\":false}]}",
	       "{\"env_file\":[{\"path\":\"a\",\"required\":false}]}");
}

static void test_pools(void)
{
	cleanup_compose_positions ComposePositions *positions = compose_positions_new();
	cleanup_json json_t *a = json_constant("{\"networks\":{\"n\":{\"ipam\":{\"config\":["
					       "{\"subnet\":\"1\",\"gateway\":\"g\"}]}}}}");
	cleanup_json json_t *b = json_constant("{\"networks\":{\"n\":{\"ipam\":{\"config\":["
					       "{\"subnet\":\"2\"},{\"subnet\":\"1\",\"ip_range\":"
					       "\"r\"}]}}}}");
	cleanup_free char *text = NULL;

	check_int(compose_merge(a, b, positions, NULL), 0);
	text = json_text(a);
	check_str(text, "{\"networks\":{\"n\":{\"ipam\":{\"config\":[{\"subnet\":\"1\",\"gateway\":"
			"\"g\",\"ip_range\":\"r\"},{\"subnet\":\"2\"}]}}}}");
}

static void test_reset(void)
{
	cleanup_json json_t *tree =
		json_constant("{\"services\":{\"a\":{\"ports\":[1],\"image\":2}}}");
	cleanup_json json_t *paths = json_constant("[[\"services\",\"a\",\"ports\"],[\"services\","
						   "\"b\",\"ports\"],[\"services\",\"a\",\"image\","
						   "\"x\"],[]]");
	cleanup_free char *text = NULL;

	compose_merge_reset(tree, paths);
	text = json_text(tree);
	check_str(text, "{\"services\":{\"a\":{\"image\":2}}}");
}

int main(void)
{
	test_plain();
	test_lists();
	test_mappings();
	test_unique();
	test_pools();
	test_reset();
	return tap_done();
}
