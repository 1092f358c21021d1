/*
 * container-report: what containers have used over a period, running ones up to now.
 */
#pragma once

#include "librunner/container.h"
#include "librunner/usage-log.h"

typedef struct ReportOptions {
	int64_t since, until; /* milliseconds since 1970; since 0: as far as is known */
	int64_t interval; /* milliseconds; 0: one row for the whole period */
	int64_t now;
} ReportOptions;

typedef struct ReportRow {
	char *id, *name;
	UsageSummary usage;
	int64_t disk; /* bytes that the container holds now */
} ReportRow;

/* Rows of one container, in time order; with an interval, those in which it ran. Adds to an array.
 */
int container_report(Runtime *rt, const Container *c, const ReportOptions *o, ReportRow **rows,
		     size_t *n, size_t *cap, Error **err);
void report_rows_free(ReportRow *rows, size_t n);
