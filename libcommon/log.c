#include "libcommon/log.h"

#include <stdio.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

static LogLevel current = LOG_LEVEL_INFO;

static const char *const level_names[] = {
	[LOG_LEVEL_DEBUG] = "debug", [LOG_LEVEL_INFO] = "info",	  [LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_FATAL] = "fatal",
};

void log_set_level(LogLevel level)
{
	current = level;
}

LogLevel log_level(void)
{
	return current;
}

int log_level_parse(const char *name, LogLevel *ret)
{
	for (size_t i = 0; i < sizeof(level_names) / sizeof(*level_names); i++)
		if (streq(name, level_names[i])) {
			*ret = (LogLevel)i;
			return 0;
		}
	return -EINVAL;
}

void log_message(LogLevel level, const char *fmt, ...)
{
	cleanup_strbuf Strbuf line = STRBUF_INIT;
	va_list ap;

	if (level < current)
		return;
	if (level == LOG_LEVEL_DEBUG)
		strbuf_adds(&line, "debug: ");
	else if (level == LOG_LEVEL_WARN)
		strbuf_adds(&line, "WARNING: ");
	va_start(ap, fmt);
	strbuf_vaddf(&line, fmt, ap);
	va_end(ap);
	strbuf_addc(&line, '\n');
	(void)fd_write_all(2, line.data, line.len);
}
