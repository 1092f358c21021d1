#include "libcommon/log.h"

#include <fcntl.h>
#include <unistd.h>

#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "tests/tap.h"

/* What a message writes to stderr. */
static char *shown(LogLevel level, const char *text)
{
	char path[] = "/tmp/log-test.XXXXXX";
	int fd = mkstemp(path), saved = dup(2);
	cleanup_strbuf Strbuf out = STRBUF_INIT;

	(void)dup2(fd, 2);
	log_message(level, "%s", text);
	(void)dup2(saved, 2);
	(void)fs_read_file(AT_FDCWD, path, 10000, &out);
	(void)unlink(path);
	(void)close(fd);
	(void)close(saved);
	return strbuf_steal(&out);
}

static void shows(LogLevel level, const char *text, const char *want)
{
	cleanup_free char *got = shown(level, text);

	/* The time is cut out of the middle. */
	if (startswith(got, "time=\"") && strlen(got) > 26)
		memmove(got + 6, strchr(got + 6, '"'), strlen(strchr(got + 6, '"')) + 1);
	check_str(got, want);
}

int main(void)
{
	(void)setenv("TZ", "UTC", 1);
	shows(LOG_LEVEL_WARN, "a \"b\"", "WARNING: a \"b\"\n");
	shows(LOG_LEVEL_INFO, "a", "a\n");
	shows(LOG_LEVEL_DEBUG, "a", "");
	log_set_style(LOG_STYLE_LOGRUS);
	shows(LOG_LEVEL_WARN, "a \"b\"", "time=\"\" level=warning msg=\"a \\\"b\\\"\"\n");
	shows(LOG_LEVEL_INFO, "one-word", "time=\"\" level=info msg=one-word\n");
	log_set_level(LOG_LEVEL_ERROR);
	shows(LOG_LEVEL_WARN, "a", "");
	return tap_done();
}
