/*
 * log-pack: old files of a log, compressed by gzip(1): nothing here links a compression.
 *
 * NAME becomes NAME.gz. In front of its data stands an empty member of the gzip file (RFC 1952
 * allows several) whose extra field holds inode and time of what was compressed: so a reader that
 * has NAME open finds it again.
 */
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include "libcommon/error.h"

/* Starts gzip. The caller waits for it and then calls log_pack_finish() with its exit status
 * (spawn_wait()). 0 or -errno, then nothing has changed. */
int log_pack_start(int dirfd, const char *name, pid_t *ret_pid);
/* Puts NAME.gz in the place of NAME; both are there for a moment. */
void log_pack_finish(int dirfd, const char *name, int status);

/* Inode and time of the file that NAME.gz was made from; -ENOENT, -EBADMSG. */
int log_pack_identify(int dirfd, const char *name, struct stat *ret);
/* The uncompressed text of NAME.gz in a file without a name; -errno (-ENOPKG: there is no gzip). */
int log_pack_open(int dirfd, const char *name, struct stat *ret);
