#include "librunner/log-pack.h"

#include <endian.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"

/* RFC 1952: header with an extra field, an empty block of fixed codes, check sum and size of
 * nothing. */
typedef struct __attribute__((packed)) Prefix {
	uint8_t magic[2], method, flags;
	uint32_t mtime;
	uint8_t extra_flags, os;
	uint16_t extra_length;
	uint8_t field[2];
	uint16_t field_length;
	uint64_t inode, seconds, nanoseconds;
	uint8_t empty[2];
	uint32_t crc, size;
} Prefix;

#define FIELD_LENGTH (3 * sizeof(uint64_t))

static Prefix prefix_of(const struct stat *st)
{
	return (Prefix){
		.magic = { 0x1f, 0x8b },
		.method = 8,
		.flags = 4,
		.os = 3,
		.extra_length = htole16(4 + FIELD_LENGTH),
		.field = { 'R', 'K' },
		.field_length = htole16(FIELD_LENGTH),
		.inode = htole64(st->st_ino),
		.seconds = htole64((uint64_t)st->st_mtim.tv_sec),
		.nanoseconds = htole64((uint64_t)st->st_mtim.tv_nsec),
		.empty = { 3, 0 },
	};
}

/* It becomes 0 and 1 of gzip, whose messages nobody reads. */
static int start_gzip(const char *option, int in, int out, pid_t *ret)
{
	char *argv[] = { (char *)"gzip", (char *)(uintptr_t)option, NULL };
	Spawn s = { .argv = argv, .in = in, .out = out, .err = -1 };
	cleanup_error Error *e = NULL;
	int r = spawn(&s, ret, NULL, &e);

	if (r < 0)
		log_debug("%s", e->msg);
	return r == -ENOENT ? -ENOPKG : r;
}

int log_pack_start(int dirfd, const char *name, pid_t *ret_pid)
{
	cleanup_free char *path = xasprintf("%s.gz.tmp", name);
	cleanup_fd int in = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), out = -1;
	struct stat st;
	Prefix prefix;
	int r;

	if (in < 0 || fstat(in, &st) < 0)
		return -errno;
	out = openat(dirfd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (out < 0)
		return -errno;
	prefix = prefix_of(&st);
	r = fd_write_all(out, &prefix, sizeof(prefix));
	if (r >= 0)
		r = start_gzip("-1c", in, out, ret_pid);
	if (r < 0)
		(void)unlinkat(dirfd, path, 0);
	return r;
}

void log_pack_finish(int dirfd, const char *name, int status)
{
	cleanup_free char *from = xasprintf("%s.gz.tmp", name), *to = xasprintf("%s.gz", name);

	if (status == 0 && renameat(dirfd, from, dirfd, to) == 0) {
		(void)unlinkat(dirfd, name, 0);
		return;
	}
	log_debug("%s stays as it is: gzip ended with %d", name, status);
	(void)unlinkat(dirfd, from, 0);
}

static int open_packed(int dirfd, const char *name, struct stat *ret)
{
	cleanup_free char *path = xasprintf("%s.gz", name);
	cleanup_fd int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	Prefix prefix, wanted;

	if (fd < 0)
		return -errno;
	*ret = (struct stat){ 0 };
	if (pread(fd, &prefix, sizeof(prefix), 0) != (ssize_t)sizeof(prefix))
		return -EBADMSG;
	ret->st_ino = (ino_t)le64toh(prefix.inode);
	ret->st_mtim.tv_sec = (time_t)le64toh(prefix.seconds);
	ret->st_mtim.tv_nsec = (long)le64toh(prefix.nanoseconds);
	wanted = prefix_of(ret);
	return memcmp(&prefix, &wanted, sizeof(prefix)) == 0 ? steal_fd(&fd) : -EBADMSG;
}

int log_pack_identify(int dirfd, const char *name, struct stat *ret)
{
	int fd = open_packed(dirfd, name, ret);

	(void)fd_close(fd);
	return fd < 0 ? fd : 0;
}

/* Beside the log, where there is as much room as for it; in memory where nothing can be written. */
static int nameless_file(int dirfd)
{
	int fd = openat(dirfd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		fd = memfd_create("log", MFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int log_pack_open(int dirfd, const char *name, struct stat *ret)
{
	cleanup_fd int in = open_packed(dirfd, name, ret);
	cleanup_fd int out = in < 0 ? in : nameless_file(dirfd);
	pid_t pid;
	int r;

	if (in < 0 || out < 0)
		return in < 0 ? in : out;
	r = start_gzip("-dc", in, out, &pid);
	if (r < 0)
		return r;
	/* What can be read of a damaged file is shown. */
	r = spawn_wait(pid);
	if (r != 0)
		log_debug("%s.gz: gzip ended with %d", name, r);
	return lseek(out, 0, SEEK_SET) < 0 ? -errno : steal_fd(&out);
}
