/* request-limits: limits of a service, its own and those of `deploy`. */
#include "compose/request.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"

static void set_devices(HostConfig *host, const ServiceDeviceRequest *from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const ServiceDeviceRequest *d = &from[i];
		json_t *request = json_object(), *capabilities = json_array(), *ids = json_array();

		if (!host->device_requests)
			host->device_requests = json_array();
		STRV_FOREACH(it, d->capabilities)
			(void)json_array_append_new(capabilities,
						    json_string_lossy(*it, strlen(*it)));
		STRV_FOREACH(it, d->device_ids)
			(void)json_array_append_new(ids, json_string_lossy(*it, strlen(*it)));
		(void)json_object_set_new(request, "Driver",
					  json_string(d->driver ? d->driver : ""));
		(void)json_object_set_new(request, "Count", json_integer(d->count));
		(void)json_object_set_new(request, "DeviceIDs", ids);
		(void)json_object_set_new(request, "Capabilities", json_pack("[o]", capabilities));
		(void)json_array_append_new(host->device_requests, request);
	}
}

static void set_deploy(const DeployResources *r, HostConfig *host)
{
	const DeployResource *limits = r->limits, *reservations = r->reservations;

	if (limits && limits->memory)
		host->memory = limits->memory;
	if (limits && limits->cpus > 0)
		host->nano_cpus = compose_nano_cpus(limits->cpus);
	if (limits && limits->pids > 0)
		host->pids_limit = limits->pids;
	if (reservations && reservations->memory)
		host->memory_reservation = reservations->memory;
	if (reservations)
		set_devices(host, reservations->devices, reservations->n_devices);
}

static void set_throttle(const ServiceThrottleDevice *from, size_t n, ThrottleDevice **to,
			 size_t *ret_n)
{
	*to = n ? xnew0(ThrottleDevice, n) : NULL;
	*ret_n = n;
	for (size_t i = 0; i < n; i++)
		(*to)[i] = (ThrottleDevice){ xstrdup(from[i].path), from[i].rate };
}

static void set_blkio(const ServiceBlkio *b, HostConfig *host)
{
	if (!b)
		return;
	host->blkio_weight = b->weight;
	host->n_blkio_weight_device = b->n_weight_device;
	if (b->n_weight_device)
		host->blkio_weight_device = xnew0(WeightDevice, b->n_weight_device);
	for (size_t i = 0; i < b->n_weight_device; i++)
		host->blkio_weight_device[i] = (WeightDevice){ xstrdup(b->weight_device[i].path),
							       b->weight_device[i].weight };
	set_throttle(b->read_bps, b->n_read_bps, &host->blkio_read_bps, &host->n_blkio_read_bps);
	set_throttle(b->write_bps, b->n_write_bps, &host->blkio_write_bps,
		     &host->n_blkio_write_bps);
	set_throttle(b->read_iops, b->n_read_iops, &host->blkio_read_iops,
		     &host->n_blkio_read_iops);
	set_throttle(b->write_iops, b->n_write_iops, &host->blkio_write_iops,
		     &host->n_blkio_write_iops);
}

static void set_ulimits(const Service *s, HostConfig *host)
{
	host->n_ulimits = s->n_ulimits;
	if (s->n_ulimits)
		host->ulimits = xnew0(Ulimit, s->n_ulimits);
	for (size_t i = 0; i < s->n_ulimits; i++)
		host->ulimits[i] = (Ulimit){ .name = xstrdup(s->ulimits[i].name),
					     .soft = s->ulimits[i].soft,
					     .hard = s->ulimits[i].hard };
}

void request_limits(const Service *s, HostConfig *host)
{
	host->memory = s->mem_limit;
	host->memory_reservation = s->mem_reservation;
	host->memory_swap = s->memswap_limit;
	host->memory_swappiness = s->mem_swappiness;
	host->oom_kill_disable = s->oom_kill_disable;
	host->oom_score_adj = s->oom_score_adj;
	host->cpu_shares = s->cpu_shares;
	host->cpu_period = s->cpu_period;
	host->cpu_quota = s->cpu_quota;
	host->cpu_rt_period = s->cpu_rt_period;
	host->cpu_rt_runtime = s->cpu_rt_runtime;
	host->cpuset_cpus = xstrdup(s->cpuset);
	host->nano_cpus = s->cpus > 0 ? compose_nano_cpus(s->cpus) : 0;
	host->cgroup_parent = xstrdup(s->cgroup_parent);
	host->shm_size = s->shm_size;
	if (s->pids_limit)
		host->pids_limit = s->pids_limit;
	set_blkio(s->blkio_config, host);
	set_ulimits(s, host);
	if (s->deploy)
		set_deploy(&s->deploy->resources, host);
	set_devices(host, s->gpus, s->n_gpus);
}
