#include <inttypes.h>
#include <stdio.h>

#include "libcommon/alloc.h"
#include "libcommon/cli/columns.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "libcommon/timestamp.h"
#include "libcommon/units.h"
#include "librunner/container-report.h"
#include "racker/commands.h"
#include "racker/engine.h"
#include "racker/format.h"

#define SHORT_ID 12
#define NSEC_PER_MSEC 1000000
#define NSEC_PER_SEC INT64_C(1000000000)
#define MSEC_PER_SEC 1000
#define SECOND_DIGITS 3

typedef struct ReportCommandOptions {
	bool no_trunc;
	char *format, *since, *until;
	int64_t interval; /* nanoseconds */
} ReportCommandOptions;

/* clang-format off */
static const Flag options[] = {
	FLAG_STRING(ReportCommandOptions, "format", 0, format, FORMAT_HELP),
	FLAG_DURATION(ReportCommandOptions, "interval", 0, interval,
		      "One row for each stretch of this length (1h, 24h) in which a container ran"),
	FLAG_BOOL(ReportCommandOptions, "no-trunc", 0, no_trunc, "Do not truncate output"),
	FLAG_STRING(ReportCommandOptions, "since", 0, since,
		    "Count from this timestamp on (2024-01-02T13:23:37Z) or relative (42m for 42 "
		    "minutes)"),
	FLAG_STRING(ReportCommandOptions, "until", 0, until, "Count up to this timestamp, or relative"),
	FLAG_END,
};
/* clang-format on */

/* ---- cells ---- */

static const UsageSummary *usage_of(const void *row)
{
	return &((const ReportRow *)row)->usage;
}

static double cpu_percent(const UsageSummary *u)
{
	return u->up_msec > 0 ? (double)u->cpu_nsec / NSEC_PER_MSEC / (double)u->up_msec * 100.0
			      : 0;
}

static char *time_text(int64_t msec)
{
	return timestamp_text_go(msec / MSEC_PER_SEC * NSEC_PER_SEC);
}

static char *pair(uint64_t a, uint64_t b)
{
	cleanup_free char *first = human_size_precision((double)a, SECOND_DIGITS);
	cleanup_free char *second = human_size_precision((double)b, SECOND_DIGITS);

	return xasprintf("%s / %s", first, second);
}

static char *text_id(const void *row, bool truncate)
{
	const ReportRow *r = row;

	return truncate ? xstrndup(r->id, SHORT_ID) : xstrdup(r->id);
}

#define CELL(name, expression)                                   \
	static char *text_##name(const void *row, bool truncate) \
	{                                                        \
		(void)truncate;                                  \
		return expression;                               \
	}
CELL(name, xstrdup(((const ReportRow *)row)->name))
CELL(from, time_text(usage_of(row)->from))
CELL(to, time_text(usage_of(row)->to))
CELL(up, duration_text(usage_of(row)->up_msec / MSEC_PER_SEC * NSEC_PER_SEC))
CELL(runs, xasprintf("%" PRId64, usage_of(row)->runs))
CELL(cpu_time, duration_text((int64_t)(usage_of(row)->cpu_nsec / NSEC_PER_MSEC * NSEC_PER_MSEC)))
CELL(cpu, xasprintf("%.2f%%", cpu_percent(usage_of(row))))
CELL(cpu_peak, xasprintf("%.2f%%", usage_of(row)->cpu_peak))
CELL(memory, human_size_binary(usage_of(row)->memory_average))
CELL(memory_peak, human_size_binary((double)usage_of(row)->memory_peak))
CELL(network, pair(usage_of(row)->net_received, usage_of(row)->net_sent))
CELL(block, pair(usage_of(row)->block_read, usage_of(row)->block_written))
CELL(pids, xasprintf("%" PRIu64, usage_of(row)->pids_peak))
CELL(disk, human_size_precision((double)((const ReportRow *)row)->disk, SECOND_DIGITS))

/* clang-format off */
static const Column columns[] = {
	{ "FROM", "From", false, text_from },
	{ "TO", "To", false, text_to },
	{ "CONTAINER ID", "ID", true, text_id },
	{ "NAME", "Name", true, text_name },
	{ "UP", "Up", true, text_up },
	{ "RUNS", "Runs", false, text_runs },
	{ "CPU TIME", "CPUTime", true, text_cpu_time },
	{ "CPU %", "CPUPerc", true, text_cpu },
	{ "CPU PEAK", "CPUPeak", true, text_cpu_peak },
	{ "MEM AVG", "MemAvg", true, text_memory },
	{ "MEM PEAK", "MemPeak", true, text_memory_peak },
	{ "NET I/O", "NetIO", true, text_network },
	{ "BLOCK I/O", "BlockIO", true, text_block },
	{ "PIDS PEAK", "PIDsPeak", true, text_pids },
	{ "DISK", "Disk", true, text_disk },
	{ .key = NULL },
};
static const char *const interval_keys[] = {
	"From", "ID", "Name", "Up", "CPUTime", "CPUPerc", "CPUPeak", "MemAvg", "MemPeak",
	"NetIO", "BlockIO", "PIDsPeak", NULL,
};
/* clang-format on */

/* ---- JSON: numbers, for programs ---- */

static json_t *row_json(const ReportRow *r)
{
	const UsageSummary *u = &r->usage;
	cleanup_free char *from = timestamp_text(u->from * NSEC_PER_MSEC);
	cleanup_free char *to = timestamp_text(u->to * NSEC_PER_MSEC);

	return json_pack("{s:s, s:s, s:s, s:s, s:f, s:I, s:f, s:f, s:f, s:I, s:I, s:I, s:I, s:I, "
			 "s:I, s:I, s:I}",
			 "ID", r->id, "Name", r->name, "From", from, "To", to, "UpSeconds",
			 (double)u->up_msec / MSEC_PER_SEC, "Runs", (json_int_t)u->runs,
			 "CPUSeconds", (double)u->cpu_nsec / (double)NSEC_PER_SEC, "CPUPercent",
			 cpu_percent(u), "CPUPeakPercent", u->cpu_peak, "MemoryAverage",
			 (json_int_t)u->memory_average, "MemoryPeak", (json_int_t)u->memory_peak,
			 "NetworkReceived", (json_int_t)u->net_received, "NetworkSent",
			 (json_int_t)u->net_sent, "BlockRead", (json_int_t)u->block_read,
			 "BlockWritten", (json_int_t)u->block_written, "PIDsPeak",
			 (json_int_t)u->pids_peak, "Disk", (json_int_t)r->disk);
}

static void print_json(const ReportRow *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		cleanup_json json_t *row = row_json(&rows[i]);
		cleanup_free char *text = json_text(row);

		puts(text);
	}
}

static int print(const ReportCommandOptions *o, const ReportRow *rows, size_t n, Error **err)
{
	ColumnsOptions how = { .format = o->format, .no_trunc = o->no_trunc };
	cleanup_free const void **pointers = xnew0(const void *, n + 1);

	if (o->format && streq(o->format, "json")) {
		print_json(rows, n);
		return 0;
	}
	if (o->interval)
		how.keys = interval_keys;
	for (size_t i = 0; i < n; i++)
		pointers[i] = &rows[i];
	return columns_print(columns, &how, pointers, n, err);
}

/* ---- the command ---- */

static int parse_time(const char *text, const char *name, int64_t *msec, Error **err)
{
	int64_t t;
	int r = text ? timestamp_parse_filter(text, timestamp_current(), &t, err) : 0;

	if (r < 0)
		return error_prefix(err, r, "invalid value for \"%s\"", name);
	if (text)
		*msec = t > 0 ? t / NSEC_PER_MSEC : 1;
	return 0;
}

static int parse_period(const ReportCommandOptions *o, ReportOptions *ret, Error **err)
{
	int r;

	ret->now = ret->until = usage_log_now();
	ret->interval = o->interval / NSEC_PER_MSEC;
	if (o->interval && ret->interval < MSEC_PER_SEC)
		return error_set(err, EINVAL, "the interval must be at least one second");
	r = parse_time(o->since, "since", &ret->since, err);
	if (r >= 0)
		r = parse_time(o->until, "until", &ret->until, err);
	if (r >= 0 && ret->since > ret->until)
		return error_set(err, EINVAL, "`since` time (%s) cannot be after `until` time (%s)",
				 o->since, o->until ? o->until : "now");
	return r;
}

typedef struct Rows {
	ReportRow *list;
	size_t n, cap;
} Rows;

static int report_named(Engine *e, char **names, const ReportOptions *o, Rows *rows, Error **err)
{
	STRV_FOREACH(name, names) {
		cleanup_container Container *c = NULL;
		int r = container_find(e->rt, *name, &c, err);

		if (r >= 0)
			r = container_report(e->rt, c, o, &rows->list, &rows->n, &rows->cap, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int report_all(Engine *e, const ReportOptions *o, Rows *rows, Error **err)
{
	Container **list = NULL;
	size_t n = 0;
	int r = container_list(e->rt, &list, &n, err);

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = container_report(e->rt, list[i], o, &rows->list, &rows->n, &rows->cap, err);
	container_list_free(list, n);
	return r;
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	cleanup_engine Engine engine = { 0 };
	const ReportCommandOptions *o = opts;
	ReportOptions period = { 0 };
	Rows rows = { 0 };
	int r = parse_period(o, &period, err);

	if (r >= 0)
		r = engine_open(cli, &engine, err);
	if (r >= 0)
		r = *operands ? report_named(&engine, operands, &period, &rows, err)
			      : report_all(&engine, &period, &rows, err);
	if (r >= 0)
		r = print(o, rows.list, rows.n, err);
	report_rows_free(rows.list, rows.n);
	return r;
}

const Command command_report = {
	.name = "report",
	.aliases = "container report, report",
	.usage = "report [OPTIONS] [CONTAINER...]",
	.summary = "Show what containers have used over time",
	.max_args = -1,
	.options = options,
	.options_size = sizeof(ReportCommandOptions),
	.run = run,
};
