#include "racker/plugin.h"

#include <stdbool.h>
#include <stdio.h>

#include "compose/labels.h"
#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define SUFFIX "-compose"
#define METADATA "docker-cli-plugin-metadata"
#define NOT_DONE (-1)

static const char metadata[] = "{\n"
			       "     \"SchemaVersion\": \"0.1.0\",\n"
			       "     \"Vendor\": \"Racker\",\n"
			       "     \"Version\": \"" COMPOSE_VERSION "\",\n"
			       "     \"ShortDescription\": \"Docker Compose\"\n"
			       "}";

int plugin_words(int argc, char **argv, char ***ret)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc > 0 ? argv[0] : "";
	char **rest = argv + 1;

	*ret = NULL;
	if (argc < 1 || !endswith(name, SUFFIX))
		return NOT_DONE;
	if (*rest && streq(*rest, METADATA)) {
		puts(metadata);
		return 0;
	}
	/* As a plugin it is called with its own word, as a program without. */
	if (*rest && streq(*rest, "compose"))
		rest++;
	strv_push(ret, xstrndup(name, strlen(name) - strlen(SUFFIX)));
	strv_add(ret, "compose");
	strv_extend(ret, rest);
	return NOT_DONE;
}
