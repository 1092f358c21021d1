/* events-internal: what writing and reading of events share. */
#pragma once

#include "librunner/events.h"

/* Below RACKER_ROOT. */
#define EVENTS_FILE "events.log"
/* Beyond what event_write() makes of the longest attributes, with every byte escaped. */
#define EVENT_LINE_MAX (256 << 10)
