/*
 * log: what the program tells besides its results. Library code uses log_debug only; warnings that
 * a user must see go through log_warning, which every program shows on stderr as one line.
 */
#pragma once

typedef enum {
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARN,
	LOG_LEVEL_ERROR,
	LOG_LEVEL_FATAL
} LogLevel;

/* The level below which nothing is shown; LOG_LEVEL_INFO at start. */
void log_set_level(LogLevel level);
LogLevel log_level(void);
/* Docker's names: debug, info, warn, error, fatal. 0 or -EINVAL. */
int log_level_parse(const char *name, LogLevel *ret);

/* How messages look. */
typedef enum {
	LOG_STYLE_PLAIN, /* `WARNING: text` */
	/* As compose's: `time="…" level=warning msg="text"`, on a terminal `WARN[0000] text`. */
	LOG_STYLE_LOGRUS,
} LogStyle;

void log_set_style(LogStyle style);

void log_message(LogLevel level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define log_debug(...) log_message(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...) log_message(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warning(...) log_message(LOG_LEVEL_WARN, __VA_ARGS__)
