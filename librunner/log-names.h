/*
 * log-names: which file of a rotated log is which, while somebody rotates it. Private to
 * log-files.c.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

typedef struct LogNames {
	int dirfd; /* the caller's */
	char *name;
} LogNames;

/* Opens NAME (0) or NAME.index for reading; -errno. */
int log_names_open(int dirfd, const char *name, unsigned index);
/* The oldest file; -ENOENT when there is none. */
int log_names_open_oldest(const LogNames *f);
/* The file after the one that is open as `fd`. -ENOENT: that is the last. */
int log_names_open_next(const LogNames *f, int fd);
bool log_names_same(const struct stat *a, const struct stat *b);
