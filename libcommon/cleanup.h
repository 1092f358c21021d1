/*
 * cleanup: what a scope owns, the scope releases.
 *
 * A variable with a cleanup attribute is initialised where it is declared; ownership leaves a scope
 * through steal() or steal_fd(). Destructors take NULL, keep errno and return NULL.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define cleanup(f) __attribute__((cleanup(f)))

/* Moves a pointer out of its variable, which becomes NULL. */
#define steal(p)                                     \
	({                                           \
		__typeof__(*(p)) steal_value = *(p); \
		*(p) = NULL;                         \
		steal_value;                         \
	})

static inline int steal_fd(int *fd)
{
	int value = *fd;

	*fd = -1;
	return value;
}

static inline void freep(void *p)
{
	free(*(void **)p);
}
#define cleanup_free cleanup(freep)

/* Closes a descriptor if there is one; returns -1, so that `fd = fd_close(fd)` reads well. */
static inline int fd_close(int fd)
{
	if (fd >= 0) {
		int saved = errno;

		(void)close(fd);
		errno = saved;
	}
	return -1;
}

static inline void fd_closep(int *fd)
{
	(void)fd_close(*fd);
}
#define cleanup_fd cleanup(fd_closep)

static inline void file_closep(FILE **f)
{
	if (*f)
		(void)fclose(*f);
}
#define cleanup_file cleanup(file_closep)

static inline void dir_closep(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}
#define cleanup_dir cleanup(dir_closep)

/* Defines `funcp` for a destructor `func` of Type, for use as cleanup(funcp). */
#define DEFINE_CLEANUP(Type, func)           \
	static inline void func##p(Type **p) \
	{                                    \
		func(*p);                    \
	}
