/* fuzz-compose-load: a compose file, loaded, checked, made canonical and merged with itself; what
 * is accepted can be written as JSON, and refusals have a message. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "compose/canonical.h"
#include "compose/load.h"
#include "compose/schema.h"
#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *environment[] = { (char *)"A=a", (char *)"EMPTY=", NULL };
	cleanup_fd int fd = memfd_create("compose.yaml", MFD_CLOEXEC);
	cleanup_free char *path = xasprintf("/proc/self/fd/%d", fd);
	char *files[] = { path, path, NULL };
	ComposeOptions options = {
		.files = files,
		/* Nothing is found below it. */
		.project_directory = (char *)"/nonexistent/Project",
		.environment = environment,
		.stages = { compose_schema_check, compose_canonical, compose_complete },
	};
	cleanup_compose_source ComposeSource s = { 0 };
	cleanup_error Error *err = NULL;
	cleanup_free char *text = NULL;

	log_set_level(LOG_LEVEL_FATAL);
	if (fd < 0 || fd_write_all(fd, data, size) < 0)
		abort();
	if (compose_load(&options, &s, &err) < 0) {
		if (!err || !*err->msg)
			abort();
		return 0;
	}
	text = json_text(s.tree);
	return 0;
}
