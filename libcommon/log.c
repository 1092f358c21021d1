#include "libcommon/log.h"

#include <stdio.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

static LogLevel current = LOG_LEVEL_INFO;
static LogStyle style = LOG_STYLE_PLAIN;
static time_t started; /* when the style was chosen, in seconds of the monotonic clock */

static const char *const level_names[] = {
	[LOG_LEVEL_DEBUG] = "debug", [LOG_LEVEL_INFO] = "info",	  [LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_FATAL] = "fatal",
};

static time_t monotonic(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

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

/* ---- styles ---- */

static void add_plain(Strbuf *line, LogLevel level, const char *text)
{
	if (level == LOG_LEVEL_DEBUG)
		strbuf_adds(line, "debug: ");
	else if (level == LOG_LEVEL_WARN)
		strbuf_adds(line, "WARNING: ");
	strbuf_adds(line, text);
}

/* In local time, to the second: 2026-11-22T17:00:02Z. */
static void add_time(Strbuf *line)
{
	char text[40], zone[8];
	time_t now = time(NULL);
	struct tm tm;

	if (!localtime_r(&now, &tm))
		return;
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)strftime(zone, sizeof(zone), "%z", &tm);
	strbuf_adds(line, text);
	if (tm.tm_gmtoff)
		strbuf_addf(line, "%.3s:%s", zone, zone + 3);
	else
		strbuf_addc(line, 'Z');
}

static void add_logrus(Strbuf *line, LogLevel level, const char *text)
{
	static const struct {
		const char *name, *short_name;
		int color;
	} levels[] = {
		[LOG_LEVEL_DEBUG] = { "debug", "DEBU", 37 },
		[LOG_LEVEL_INFO] = { "info", "INFO", 36 },
		[LOG_LEVEL_WARN] = { "warning", "WARN", 33 },
		[LOG_LEVEL_ERROR] = { "error", "ERRO", 31 },
		[LOG_LEVEL_FATAL] = { "fatal", "FATA", 31 },
	};
	static const char bare[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "-._/@^+";
	cleanup_free char *quoted = text[strspn(text, bare)] ? str_quote(text) : xstrdup(text);

	if (isatty(2)) {
		strbuf_addf(line, "\033[%dm%s\033[0m[%04lld] %-44s ", levels[level].color,
			    levels[level].short_name, (long long)(monotonic() - started), text);
		return;
	}
	strbuf_adds(line, "time=\"");
	add_time(line);
	strbuf_addf(line, "\" level=%s msg=%s", levels[level].name, quoted);
}

void log_set_style(LogStyle s)
{
	style = s;
	started = monotonic();
}

void log_message(LogLevel level, const char *fmt, ...)
{
	cleanup_strbuf Strbuf line = STRBUF_INIT;
	cleanup_free char *text = NULL;
	va_list ap;

	if (level < current)
		return;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	if (style == LOG_STYLE_LOGRUS)
		add_logrus(&line, level, text);
	else
		add_plain(&line, level, text);
	strbuf_addc(&line, '\n');
	(void)fd_write_all(2, line.data, line.len);
}
