#include "librunner/container-update.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static Container *container(void)
{
	Container *c = xnew0(Container, 1);

	host_config_init(&c->host);
	return c;
}

static ContainerUpdate update(void)
{
	ContainerUpdate u = { 0 };

	host_config_init(&u.host);
	return u;
}

static void check_conflict(const Container *c, const ContainerUpdate *u, const char *want)
{
	cleanup_error Error *e = NULL;

	check_int(update_merge((Container *)(uintptr_t)c, u, &e), -EINVAL);
	check_str(e ? e->msg : NULL, want);
}

static void test_merge(void)
{
	cleanup_container Container *c = container(), *copy = container();
	ContainerUpdate u = update();

	c->host.memory = 100;
	c->host.memory_swap = 200;
	u.host.memory = 300;
	check_conflict(c, &u,
		       "Memory limit should be smaller than already set memoryswap limit, update "
		       "the memoryswap at the same time");
	check_int(c->host.memory, 100);
	u.host.memory_swap = 400;
	u.host.cpuset_cpus = (char *)"1";
	check_int(update_merge(c, &u, NULL), 0);
	check_int(c->host.memory, 300);
	check_int(c->host.memory_swap, 400);
	check_str(c->host.cpuset_cpus, "1");
	u = update();
	u.pids_given = true;
	c->host.pids_limit = 9;
	check_int(update_merge(c, &u, NULL), 0);
	check_int(c->host.pids_limit, 0);
	check_int(c->host.memory, 300);
	update_assign(copy, c);
	check_int(copy->host.memory_swap, 400);
	check_str(copy->host.cpuset_cpus, "1");
}

static void test_conflicts(void)
{
	cleanup_container Container *c = container();
	ContainerUpdate u = update();

	c->host.nano_cpus = 5;
	u.host.cpu_period = 1000;
	check_conflict(c, &u,
		       "Conflicting options: CPU Period cannot be updated as NanoCPUs has already "
		       "been set");
	u = update();
	c->host.auto_remove = true;
	u.host.restart.name = (char *)"always";
	check_conflict(c, &u,
		       "Restart policy cannot be updated because AutoRemove is enabled for the "
		       "container");
	u.host.restart.name = (char *)"no";
	check_int(update_merge(c, &u, NULL), 0);
}

static void test_flags(void)
{
	cleanup_strv char **flags = NULL;
	cleanup_free char *text = NULL;
	ContainerUpdate u = update();

	u.host.memory = 6291456;
	u.host.memory_swap = -1;
	u.host.nano_cpus = 1500000000;
	u.pids_given = true;
	u.host.restart = (RestartPolicy){ (char *)"on-failure", 3 };
	update_flags(&u, &flags);
	text = strv_join(flags, " ");
	check_str(text, "--cpus=1.500000000 --memory=6291456 --memory-swap=-1 --pids-limit=0 "
			"--restart=on-failure:3");
}

int main(void)
{
	test_merge();
	test_conflicts();
	test_flags();
	return tap_done();
}
