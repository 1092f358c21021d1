#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "librunner/events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read can be shown, and filtered. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const texts[] = { "image=a:b", "label=a=b", "event=health_status",
					     "container=c", NULL };
	EventFilter *filter = NULL;
	Event e = { 0 };

	if (event_parse((const char *)data, size, &e) == 0) {
		json_t *object = event_json(&e);
		char *text = event_text(&e);

		if (!object || !text)
			abort();
		if (event_filter_new((char *const *)texts, &filter, NULL) == 0)
			(void)event_filter_match(filter, &e);
		event_filter_free(filter);
		json_decref(object);
		free(text);
		event_clear(&e);
	}
	return 0;
}
