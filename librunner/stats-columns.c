#include "librunner/stats-columns.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"

#define SHORT_ID 12

static char *text_id(const void *row, bool truncate)
{
	const ContainerStats *s = row;

	return truncate ? xstrndup(s->id, SHORT_ID) : xstrdup(s->id);
}

static char *text_container(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const ContainerStats *)row)->asked);
}

static char *text_name(const void *row, bool truncate)
{
	(void)truncate;
	return xstrdup(((const ContainerStats *)row)->name);
}

static char *text_cpu(const void *row, bool truncate)
{
	(void)truncate;
	return xasprintf("%.2f%%", ((const ContainerStats *)row)->cpu_percent);
}

static char *text_memory(const void *row, bool truncate)
{
	const Usage *u = &((const ContainerStats *)row)->usage;
	cleanup_free char *used = human_size_binary((double)u->memory);
	cleanup_free char *limit = human_size_binary((double)u->memory_limit);

	(void)truncate;
	return xasprintf("%s / %s", used, limit);
}

static char *text_memory_percent(const void *row, bool truncate)
{
	const Usage *u = &((const ContainerStats *)row)->usage;

	(void)truncate;
	return xasprintf("%.2f%%", u->memory_limit
					   ? (double)u->memory / (double)u->memory_limit * 100.0
					   : 0.0);
}

static char *pair(uint64_t a, uint64_t b)
{
	cleanup_free char *first = human_size_precision((double)a, 3);
	cleanup_free char *second = human_size_precision((double)b, 3);

	return xasprintf("%s / %s", first, second);
}

static char *text_network(const void *row, bool truncate)
{
	const Usage *u = &((const ContainerStats *)row)->usage;

	(void)truncate;
	return pair(u->net_received, u->net_sent);
}

static char *text_block(const void *row, bool truncate)
{
	const Usage *u = &((const ContainerStats *)row)->usage;

	(void)truncate;
	return pair(u->block_read, u->block_written);
}

static char *text_pids(const void *row, bool truncate)
{
	(void)truncate;
	return xasprintf("%llu", (unsigned long long)((const ContainerStats *)row)->usage.pids);
}

/* clang-format off */
const Column stats_columns[] = {
	{ "CONTAINER ID", "ID", true, text_id },
	{ "NAME", "Name", true, text_name },
	{ "CPU %", "CPUPerc", true, text_cpu },
	{ "MEM USAGE / LIMIT", "MemUsage", true, text_memory },
	{ "MEM %", "MemPerc", true, text_memory_percent },
	{ "NET I/O", "NetIO", true, text_network },
	{ "BLOCK I/O", "BlockIO", true, text_block },
	{ "PIDS", "PIDs", true, text_pids },
	{ "CONTAINER", "Container", false, text_container },
	{ .key = NULL },
};
/* clang-format on */
