/* sampler: writes down what the container uses, for `racker report`. */
#pragma once

#include "librunner/monitor/monitor.h"

/* From the begin of a run: soon, then rarely. */
void sampler_start(Monitor *m);
/* The last record of the run: before its control group is removed. */
void sampler_finish(Monitor *m);
Sampler *sampler_free(Sampler *s);
