/*
 * stats-columns: what lists of usage show of a container: `stats` of racker and of compose.
 */
#pragma once

#include "libcommon/cli/columns.h"
#include "librunner/container-stats.h"

/* Rows are ContainerStats. */
extern const Column stats_columns[];
