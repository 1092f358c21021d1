#include "racker/format-data.h"

#include <stdio.h>

#include "libcommon/cli/template.h"
#include "libcommon/str.h"
#include "racker/format.h"

int format_data(const char *format, const char *name, json_t *data)
{
	cleanup(template_freep) Template *t = NULL;
	cleanup_strbuf Strbuf out = STRBUF_INIT;
	cleanup_error Error *err = NULL;
	const char *text = streq(format, "json") ? "{{json .}}" : format;
	int r;

	if (template_parse_named(name, text, &t, &err) < 0) {
		fprintf(stderr, "template parsing error: %s\n", err->msg);
		return STATUS_TEMPLATE;
	}
	r = template_execute(t, data, 0, &out, &err);
	/* What came out before the mistake stands there, as with Docker. */
	puts(out.data ? out.data : "");
	if (r >= 0)
		return 0;
	(void)fflush(stdout);
	fprintf(stderr, "%s\n", err->msg);
	return 1;
}
