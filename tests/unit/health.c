#include "librunner/health.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

#define SECOND UINT64_C(1000000)

static bool plan_of(char **test, char **shell, HealthPlan *ret)
{
	Healthcheck h = { .test = test };
	ContainerConfig c = { .healthcheck = &h, .shell = shell };

	return health_plan(&c, ret);
}

#define V(...) ((char *[]){ __VA_ARGS__, NULL })

static void test_plans(void)
{
	HealthPlan p;
	ContainerConfig none = { 0 };
	char *text;

	check(!health_plan(&none, &p));
	check(!plan_of(V((char *)"NONE"), NULL, &p));
	check(!plan_of(V((char *)"CMD"), NULL, &p));
	check(!plan_of(V((char *)"FOO", (char *)"x"), NULL, &p));
	check(plan_of(V((char *)"CMD", (char *)"a", (char *)"b c"), NULL, &p));
	text = strv_join(p.argv, "|");
	check_str(text, "a|b c");
	free(text);
	check_int((long long)p.interval, 30 * SECOND);
	check_int((long long)p.timeout, 30 * SECOND);
	check_int((long long)p.start_interval, 5 * SECOND);
	check_int(p.retries, 3);
	health_plan_clear(&p);
	check(plan_of(V((char *)"CMD-SHELL", (char *)"a; b"), NULL, &p));
	text = strv_join(p.argv, "|");
	check_str(text, "/bin/sh|-c|a; b");
	free(text);
	health_plan_clear(&p);
	check(plan_of(V((char *)"CMD-SHELL", (char *)"a"), V((char *)"bash", (char *)"-ec"), &p));
	text = strv_join(p.argv, "|");
	check_str(text, "bash|-ec|a");
	free(text);
	health_plan_clear(&p);
}

static void add(HealthState *h, const HealthPlan *p, int code, uint64_t at)
{
	health_add(h, p, (HealthResult){ .exit_code = code, .output = xstrdup("x") }, at);
}

static void test_results(void)
{
	const HealthPlan p = { .retries = 2,
			       .interval = 30 * SECOND,
			       .start_period = 10 * SECOND,
			       .start_interval = SECOND };
	HealthState *h = health_restart(NULL);

	check_str(h->status, "starting");
	check_int((long long)health_delay(h, &p, 0), SECOND);
	check_int((long long)health_delay(h, &p, 10 * SECOND), 30 * SECOND);
	for (int i = 0; i < 4; i++)
		add(h, &p, 1, (uint64_t)i * SECOND);
	check_str(h->status, "starting");
	check_int(h->failing_streak, 0);
	add(h, &p, 1, 11 * SECOND);
	check_str(h->status, "starting");
	add(h, &p, -1, 12 * SECOND);
	check_str(h->status, "unhealthy");
	check_int(h->failing_streak, 2);
	check_int((long long)h->n_log, 5);
	add(h, &p, 0, 13 * SECOND);
	check_str(h->status, "healthy");
	check_int(h->failing_streak, 0);
	check_int((long long)h->n_log, 5);
	check_int(h->log[4].exit_code, 0);
	/* A start period counts until the first success only. */
	add(h, &p, 1, 2 * SECOND);
	add(h, &p, 1, 3 * SECOND);
	check_str(h->status, "unhealthy");
	check_int((long long)health_delay(h, &p, 0), 30 * SECOND);
	h = health_restart(h);
	check_str(h->status, "starting");
	check_int(h->failing_streak, 0);
	check_int((long long)h->n_log, 5);
	health_free(h);
}

int main(void)
{
	test_plans();
	test_results();
	check_str(health_of_system("running"), "healthy");
	check_str(health_of_system("degraded"), "unhealthy");
	check_str(health_of_system("starting"), "starting");
	check_str(health_of_system("maintenance"), "unhealthy");
	return tap_done();
}
