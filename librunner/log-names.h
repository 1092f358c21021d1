/*
 * log-names: which file of a rotated log is which, while somebody rotates and compresses it.
 * Private to log-files.c.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

typedef struct LogNames {
	int dirfd; /* the caller's */
	char *name;
} LogNames;

/* One file of them. */
typedef struct LogPart {
	int fd; /* -1: none. A compressed file's is a copy that nobody else knows. */
	bool packed;
	struct stat
		st; /* when it was opened; of a compressed file: inode and time of the original */
} LogPart;

#define LOG_PART_NONE ((LogPart){ .fd = -1 })

/* Opens NAME (0) or NAME.index for reading; 0 or -errno. */
int log_names_open(const LogNames *f, unsigned index, LogPart *ret);
/* The oldest file; -ENOENT when there is none. */
int log_names_open_oldest(const LogNames *f, LogPart *ret);
/* The file after `part`. -ENOENT: that is the last. */
int log_names_open_next(const LogNames *f, const LogPart *part, LogPart *ret);
bool log_names_same(const LogPart *a, const LogPart *b);
