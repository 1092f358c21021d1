/* What an update makes of a container's configuration. */
#include <inttypes.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-update.h"
#include "librunner/options/restart.h"

#define NANO_PER_CPU INT64_C(1000000000)

static int check_cpus(const HostConfig *now, const HostConfig *new, Error **err)
{
	if (new->nano_cpus > 0 && now->cpu_period > 0)
		return error_set(err, EINVAL,
				 "Conflicting options: Nano CPUs cannot be updated as CPU Period "
				 "has already been set");
	if (new->nano_cpus > 0 && now->cpu_quota > 0)
		return error_set(err, EINVAL,
				 "Conflicting options: Nano CPUs cannot be updated as CPU Quota "
				 "has already been set");
	if (new->cpu_period > 0 && now->nano_cpus > 0)
		return error_set(err, EINVAL,
				 "Conflicting options: CPU Period cannot be updated as NanoCPUs "
				 "has already been set");
	if (new->cpu_quota > 0 && now->nano_cpus > 0)
		return error_set(err, EINVAL,
				 "Conflicting options: CPU Quota cannot be updated as NanoCPUs has "
				 "already been set");
	return 0;
}

static void merge_number(int64_t *to, int64_t value)
{
	if (value != 0)
		*to = value;
}

static void merge_text(char **to, const char *value)
{
	if (str_empty(value))
		return;
	free(*to);
	*to = xstrdup(value);
}

static void merge_limits(HostConfig *to, const ContainerUpdate *u)
{
	const HostConfig *h = &u->host;

	merge_number(&to->blkio_weight, h->blkio_weight);
	merge_number(&to->cpu_shares, h->cpu_shares);
	merge_number(&to->nano_cpus, h->nano_cpus);
	merge_number(&to->cpu_period, h->cpu_period);
	merge_number(&to->cpu_quota, h->cpu_quota);
	merge_number(&to->cpu_rt_period, h->cpu_rt_period);
	merge_number(&to->cpu_rt_runtime, h->cpu_rt_runtime);
	merge_text(&to->cpuset_cpus, h->cpuset_cpus);
	merge_text(&to->cpuset_mems, h->cpuset_mems);
	merge_number(&to->memory, h->memory);
	merge_number(&to->memory_swap, h->memory_swap);
	merge_number(&to->memory_reservation, h->memory_reservation);
	if (u->pids_given)
		to->pids_limit = h->pids_limit;
}

int update_merge(Container *c, const ContainerUpdate *u, Error **err)
{
	const RestartPolicy *restart = &u->host.restart;
	int r = check_cpus(&c->host, &u->host, err);

	if (r < 0)
		return r;
	if (u->host.memory > c->host.memory_swap && u->host.memory != 0 && u->host.memory_swap == 0)
		return error_set(err, EINVAL,
				 "Memory limit should be smaller than already set memoryswap "
				 "limit, update the memoryswap at the same time");
	if (!str_empty(restart->name) && c->host.auto_remove && !restart_policy_is_none(restart))
		return error_set(err, EINVAL,
				 "Restart policy cannot be updated because AutoRemove is enabled "
				 "for the container");
	merge_limits(&c->host, u);
	if (!str_empty(restart->name)) {
		merge_text(&c->host.restart.name, restart->name);
		c->host.restart.maximum_retry_count = restart->maximum_retry_count;
	}
	if (u->disabled_given)
		c->racker.disabled = u->disabled;
	return 0;
}

static void assign_text(char **to, const char *value)
{
	free(*to);
	*to = xstrdup(value);
}

void update_assign(Container *to, const Container *from)
{
	HostConfig *t = &to->host;
	const HostConfig *f = &from->host;

	t->blkio_weight = f->blkio_weight;
	t->cpu_shares = f->cpu_shares;
	t->nano_cpus = f->nano_cpus;
	t->cpu_period = f->cpu_period;
	t->cpu_quota = f->cpu_quota;
	t->cpu_rt_period = f->cpu_rt_period;
	t->cpu_rt_runtime = f->cpu_rt_runtime;
	t->memory = f->memory;
	t->memory_swap = f->memory_swap;
	t->memory_reservation = f->memory_reservation;
	t->pids_limit = f->pids_limit;
	assign_text(&t->cpuset_cpus, f->cpuset_cpus);
	assign_text(&t->cpuset_mems, f->cpuset_mems);
	assign_text(&t->restart.name, f->restart.name);
	t->restart.maximum_retry_count = f->restart.maximum_retry_count;
	to->racker.disabled = from->racker.disabled;
}

static void add_flag(char ***flags, const char *name, int64_t value)
{
	if (value != 0)
		strv_addf(flags, "--%s=%" PRId64, name, value);
}

void update_flags(const ContainerUpdate *u, char ***flags)
{
	const HostConfig *h = &u->host;

	add_flag(flags, "blkio-weight", h->blkio_weight);
	add_flag(flags, "cpu-shares", h->cpu_shares);
	if (h->nano_cpus)
		strv_addf(flags, "--cpus=%" PRId64 ".%09" PRId64, h->nano_cpus / NANO_PER_CPU,
			  h->nano_cpus % NANO_PER_CPU);
	add_flag(flags, "cpu-period", h->cpu_period);
	add_flag(flags, "cpu-quota", h->cpu_quota);
	add_flag(flags, "cpu-rt-period", h->cpu_rt_period);
	add_flag(flags, "cpu-rt-runtime", h->cpu_rt_runtime);
	if (!str_empty(h->cpuset_cpus))
		strv_addf(flags, "--cpuset-cpus=%s", h->cpuset_cpus);
	if (!str_empty(h->cpuset_mems))
		strv_addf(flags, "--cpuset-mems=%s", h->cpuset_mems);
	add_flag(flags, "memory", h->memory);
	add_flag(flags, "memory-swap", h->memory_swap);
	add_flag(flags, "memory-reservation", h->memory_reservation);
	if (u->pids_given)
		strv_addf(flags, "--pids-limit=%" PRId64, h->pids_limit);
	if (!str_empty(h->restart.name) && h->restart.maximum_retry_count)
		strv_addf(flags, "--restart=%s:%" PRId64, h->restart.name,
			  h->restart.maximum_retry_count);
	else if (!str_empty(h->restart.name))
		strv_addf(flags, "--restart=%s", h->restart.name);
}
