/* display: what the two ways to show progress share; private to display*.c. */
#pragma once

#include "compose/cli/cli.h"

typedef struct Line {
	char *id, *parent, *text, *detail;
	WorkStatus status;
	int64_t current, total;
	uint64_t begin, end; /* now_usec(); end 0: it is not over */
} Line;

struct Display {
	DisplayMode mode;
	char *title;
	bool dry_run;
	int fd;
	Line **lines; /* in the order in which they came */
	size_t n, cap;
	size_t drawn; /* lines on the screen, below the title */
	uint64_t last; /* when it was drawn */
	unsigned frame;
};

#define DRY_RUN_PREFIX " DRY-RUN MODE - "

/* display-terminal.c: draws everything, over what was drawn before. */
void display_draw(Display *d);
