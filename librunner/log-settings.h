/*
 * log-settings: what `--log-driver` and `--log-opt` (HostConfig.LogConfig) mean. Checked when a
 * container is created; read again when it is started.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "librunner/container-config.h"

typedef enum {
	LOG_DRIVER_FILE, /* json-file and local */
	LOG_DRIVER_JOURNALD,
	LOG_DRIVER_NONE,
} LogDriver;

typedef struct LogSettings {
	LogDriver driver;
	int64_t max_size; /* bytes; 0: unlimited */
	int64_t max_file; /* with the one that is written */
	bool compress; /* files that are not written any more */
	bool non_blocking;
	int64_t max_buffer; /* bytes; non-blocking */
	/* What goes with every line: labels and variables that were asked for, NAME=value, sorted.
	 */
	char **attributes;
	char *tag; /* NULL: not given */
} LogSettings;

/* Errors are Docker's: `unknown log opt 'x' for json-file log driver`, … */
int log_settings_parse(const Container *c, LogSettings *ret, Error **err);
void log_settings_clear(LogSettings *s);
#define cleanup_log_settings cleanup(log_settings_clear)

/* The driver's name as inspect shows it: "json-file" where none was given. */
const char *log_driver_name(const LogConfig *config);
