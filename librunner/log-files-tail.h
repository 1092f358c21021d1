/*
 * log-files-tail: finds where the last lines of a log begin, from its end; private to log-files.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct TailCount {
	uint64_t wanted, seen;
	size_t line_max; /* longer lines do not count */
	bool (*counts)(const char *line, size_t n, void *userdata);
	void *userdata;
} TailCount;

/* Counts the complete lines of a file from the end on. 1: there are enough, and the file's position
 * is at the first of them; 0: more are wanted from older files; -errno. */
int tail_count(TailCount *t, int fd);
