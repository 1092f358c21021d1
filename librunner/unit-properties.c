#include "librunner/unit-properties.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/limits-math.h"

#define INFINITE UINT64_MAX
#define USEC_PER_SEC UINT64_C(1000000)
/* What systemd takes for "the kernel's default" of a weight, and of a period. */
#define NO_WEIGHT UINT64_MAX

typedef struct Rows {
	UnitProperty *list;
	size_t n, cap;
	bool all; /* also what is not given */
} Rows;

static UnitProperty *add(Rows *r, const char *name, UnitPropertyKind kind)
{
	GROW(r->list, r->n, &r->cap);
	r->list[r->n] = (UnitProperty){ .name = name, .kind = kind };
	return &r->list[r->n++];
}

static void add_number(Rows *r, const char *name, bool given, uint64_t n, uint64_t otherwise)
{
	if (given || r->all)
		add(r, name, UNIT_PROPERTY_NUMBER)->number = given ? n : otherwise;
}

static void add_set(Rows *r, const char *name, const char *list)
{
	uint8_t set[UNIT_PROPERTY_SET_BYTES];
	UnitProperty *p;
	size_t n;

	if (str_empty(list) || cpu_list_parse(list, set, sizeof(set), &n) < 0)
		return;
	p = add(r, name, UNIT_PROPERTY_SET);
	p->set = xmemdup(set, n);
	p->n_set = n;
}

static void add_rates(Rows *r, const char *name, const ThrottleDevice *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		UnitProperty *p = add(r, name, UNIT_PROPERTY_DEVICE);

		p->device = list[i].path;
		p->number = (uint64_t)list[i].rate;
	}
}

static void add_memory(Rows *r, const HostConfig *h)
{
	int64_t swap = swap_alone(h), pids = h->pids_limit;

	add_number(r, "MemoryMax", h->memory > 0, (uint64_t)h->memory, INFINITE);
	add_number(r, "MemorySwapMax", swap >= 0, (uint64_t)swap, INFINITE);
	add_number(r, "MemoryLow", h->memory_reservation > 0, (uint64_t)h->memory_reservation, 0);
	add_number(r, "TasksMax", pids > 0,
		   (uint64_t)(pids < PIDS_LEAST_UNIT ? PIDS_LEAST_UNIT : pids), INFINITE);
}

static void add_cpu(Rows *r, const HostConfig *h)
{
	CpuBandwidth b = { .period = CPU_PERIOD_DEFAULT, .quota = -1 };
	bool given = cpu_bandwidth(h, &b), limited = given && b.quota > 0;
	/* In parts, so that nothing overflows: quota and period are below 2^63 and 10^6. */
	uint64_t quota = limited ? (uint64_t)b.quota : 0, period = (uint64_t)b.period;
	uint64_t per_sec =
		limited ? quota / period * USEC_PER_SEC + quota % period * USEC_PER_SEC / period
			: 0;

	add_number(r, "CPUQuotaPerSecUSec", limited, per_sec, INFINITE);
	add_number(r, "CPUQuotaPeriodUSec", given && h->nano_cpus == 0, period, INFINITE);
	add_number(r, "CPUWeight", h->cpu_shares > 0, cpu_weight_from_shares(h->cpu_shares),
		   NO_WEIGHT);
	add_set(r, "AllowedCPUs", h->cpuset_cpus);
	add_set(r, "AllowedMemoryNodes", h->cpuset_mems);
}

static void add_io(Rows *r, const HostConfig *h)
{
	add_number(r, "IOWeight", h->blkio_weight > 0, io_weight_from_blkio(h->blkio_weight),
		   NO_WEIGHT);
	for (size_t i = 0; i < h->n_blkio_weight_device; i++) {
		UnitProperty *p = add(r, "IODeviceWeight", UNIT_PROPERTY_DEVICE);

		p->device = h->blkio_weight_device[i].path;
		p->number = io_weight_from_blkio(h->blkio_weight_device[i].weight);
	}
	add_rates(r, "IOReadBandwidthMax", h->blkio_read_bps, h->n_blkio_read_bps);
	add_rates(r, "IOWriteBandwidthMax", h->blkio_write_bps, h->n_blkio_write_bps);
	add_rates(r, "IOReadIOPSMax", h->blkio_read_iops, h->n_blkio_read_iops);
	add_rates(r, "IOWriteIOPSMax", h->blkio_write_iops, h->n_blkio_write_iops);
}

static size_t make(const HostConfig *h, bool all, UnitProperty **ret)
{
	Rows r = { .all = all };

	add_memory(&r, h);
	add_cpu(&r, h);
	add_io(&r, h);
	*ret = r.list;
	return r.n;
}

size_t unit_properties(const HostConfig *h, UnitProperty **ret)
{
	return make(h, false, ret);
}

size_t unit_properties_all(const HostConfig *h, UnitProperty **ret)
{
	return make(h, true, ret);
}

void unit_properties_free(UnitProperty *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i].set);
	free(list);
}
